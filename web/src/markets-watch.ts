/**
 * The markets with the largest volume, for the list beside the chart and the choice of a symbol: read once for a market,
 * and followed as a stream while somebody looks at the list.
 */
import { isNumber, isText, parseFields, parseObject } from '../../src/client/wire.ts';
import type { Cancel, PageMachine } from './ports.ts';

/** A market type of the venue. */
export type MarketName = 'spot' | 'futures';

/** One market; what the exchange did not say is `null`. */
export type MarketRow = {
  readonly symbol: string;
  readonly lastPrice: number | null;
  readonly quoteVolume: number;
  readonly changePercent: number | null;
};

/** The list, largest volume first; `lost` is a list that may be old. */
export type Markets = {
  readonly market: MarketName;
  readonly rows: readonly MarketRow[];
  readonly status: 'loading' | 'ready' | 'lost';
};

/** The list of one market at a time. */
export type MarketsWatch = {
  readonly state: () => Markets;
  readonly subscribe: (listener: () => void) => Cancel;
  /** Shows another market. */
  readonly show: (market: MarketName) => void;
  /** Follows the list until cancelled. */
  readonly follow: () => Cancel;
};

const LIMIT = 20;

function rowOf(value: unknown): MarketRow | null {
  const fields = parseFields(value);
  if (fields === null || !isText(fields['symbol']) || !isNumber(fields['quote_volume'])) return null;
  const { symbol, last_price, quote_volume, price_change_percent } = fields;
  return {
    symbol,
    lastPrice: isNumber(last_price) ? last_price : null,
    quoteVolume: quote_volume,
    changePercent: isNumber(price_change_percent) ? price_change_percent : null,
  };
}

/** The rows of an answer of `GET /api/market/top_markets` or of an event of its stream; `null` when it is none. */
export function parseMarkets(text: string): readonly MarketRow[] | null {
  const items = parseObject(text)?.['items'];
  return Array.isArray(items) ? items.map(rowOf).filter((row) => row !== null) : null;
}

/** Watches no market yet. */
export function watchMarkets(machine: PageMachine): MarketsWatch {
  const listeners = new Set<() => void>();
  let state: Markets = { market: 'futures', rows: [], status: 'loading' };
  let abort = new AbortController();
  let followers = 0;
  let endStream: Cancel = () => {};
  const change = (next: Partial<Markets>): void => {
    state = { ...state, ...next };
    for (const listener of listeners) listener();
  };
  const query = (): string => `market=${state.market}&limit=${LIMIT}`;
  const take = (text: string): void => {
    const rows = parseMarkets(text);
    if (rows !== null) change({ rows, status: 'ready' });
  };
  const openStream = (): void => {
    endStream();
    if (followers === 0) return;
    const path = `api/market/top_markets/stream?${query()}&interval_s=2`;
    endStream = machine.openStream(path, 'top_markets', { received: take, lost: () => change({ status: 'lost' }) });
  };
  return {
    state: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    show: (market) => {
      abort.abort();
      const mine = new AbortController();
      abort = mine;
      change({ market, rows: [], status: 'loading' });
      void machine.readHttp(`api/market/top_markets?${query()}`, mine.signal).then((answer) => {
        if (mine.signal.aborted) return;
        if (answer.kind === 'answered' && answer.status === 200) take(answer.body);
        else if (state.rows.length === 0) change({ status: 'lost' });
      });
      openStream();
    },
    follow: () => {
      followers++;
      openStream();
      return () => {
        followers--;
        openStream();
      };
    },
  };
}
