/**
 * The markets with the largest volume of the last 24 hours, live while the panel is open; one click shows a market.
 */
import { useEffect, useSyncExternalStore } from 'react';
import { priceDecimals, priceText, volumeText } from './format.ts';
import type { MarketRow, Markets } from './markets-watch.ts';
import { usePage, usePageState, useWalk } from './page-context.ts';
import { instrumentWords, seriesOf } from './series.ts';

/** The list of markets of the shown one's type. */
export function useMarkets(): Markets {
  const { markets } = usePage().store;
  return useSyncExternalStore(markets.subscribe, markets.state);
}

/** The panel. */
export function MarketPanel() {
  const { store, strings } = usePage();
  const { rows, status } = useMarkets();
  const { series } = usePageState().session;
  const { symbol: shown, venue, market } = instrumentWords(series.instrument);
  // What a market costs now is the future of a walk.
  const isHidden = useWalk() !== null;
  useEffect(() => store.markets.follow(), [store]);
  return (
    <div data-testid="market-list" data-market-status={status}>
      {status !== 'ready' && <p className="panel-note">{strings.marketsStatus[status]}</p>}
      {isHidden && <p className="panel-note">{strings.futureHidden}</p>}
      <table className="markets">
        <thead>
          <tr>
            <th scope="col">{strings.instrument}</th>
            <th scope="col">{strings.lastPrice}</th>
            <th scope="col">24h</th>
            <th scope="col">{strings.volume}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row
              key={row.symbol}
              row={isHidden ? { ...row, lastPrice: null, changePercent: null } : row}
              isShown={row.symbol === shown}
              choose={() => store.select(seriesOf(`${venue}:${market}:${row.symbol}`, series.timeframe))}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

type RowProps = { readonly row: MarketRow; readonly isShown: boolean; readonly choose: () => void };

function Row({ row, isShown, choose }: RowProps) {
  const { symbol, lastPrice, changePercent, quoteVolume } = row;
  const tone = changePercent === null ? '' : changePercent < 0 ? 'down' : 'up';
  return (
    <tr className={isShown ? 'shown' : ''} data-testid={`market-row-${symbol}`}>
      <td>
        <button type="button" aria-pressed={isShown} onClick={() => !isShown && choose()}>
          {symbol}
        </button>
      </td>
      <td>{lastPrice === null ? '–' : marketPrice(lastPrice)}</td>
      <td className={tone}>{changePercent === null ? '–' : percentText(changePercent)}</td>
      <td className="muted">{volumeText(quoteVolume)}</td>
    </tr>
  );
}

function marketPrice(price: number): string {
  const one = { candle_time: 0, open: price, high: price, low: price, close: price, volume: 0 };
  return priceText(price, priceDecimals([one]));
}

function percentText(percent: number): string {
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(2)}%`;
}
