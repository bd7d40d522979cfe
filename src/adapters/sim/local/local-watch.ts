/**
 * Tickers and minutes of the local market. In come instruments to follow and the times at which something is told, out
 * go events as the streams of the exchange would give them: only what has traded since it was told last.
 */
import type { EpochMs } from '../../../core/time.ts';
import type { InstrumentId } from '../../../model/instrument.ts';
import type { Ticker } from '../../../model/ticker.ts';
import type { MarketWatchSink, MarketWatchStatus } from '../../../ports/market-watch.ts';
import { DayWindow } from '../day-window.ts';
import type { SimInstrument, SimRow } from '../sim-market.ts';
import type { SimView } from '../sim-view.ts';
import { toMinute, toTicker } from './local-rows.ts';

/** What a watch is made of. */
export type LocalWatchOptions = {
  readonly view: SimView;
  readonly sink: MarketWatchSink;
  readonly quoteAsset: string;
};

/** Last trade that was told of an instrument. */
type Told = Map<InstrumentId, number>;

/** The streams of a watch; bounded by the number of instruments. */
export class LocalWatch {
  readonly #options: LocalWatchOptions;
  readonly #windows = new Map<InstrumentId, DayWindow>();
  readonly #toldTickers: Told = new Map();
  readonly #toldMinutes: Told = new Map();
  #followed: readonly SimInstrument[] = [];
  #frames = { tickers: 0, minutes: 0 };
  #lastTime: { tickers: EpochMs | null; minutes: EpochMs | null } = { tickers: null, minutes: null };
  #isLive = false;
  #state: 'idle' | 'started' | 'closed' = 'idle';

  constructor(options: LocalWatchOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#state === 'idle') this.#state = 'started';
  }

  close(): void {
    this.#state = 'closed';
  }

  follow(instrumentIds: readonly InstrumentId[]): void {
    const wanted = new Set(instrumentIds);
    this.#followed = this.#instruments().filter(({ instrumentId }) => wanted.has(instrumentId));
  }

  /** The streams are gone until something is told again. */
  lose(): void {
    this.#isLive = false;
  }

  status(): MarketWatchStatus {
    const live = (wanted: number): number => (this.#isLive ? wanted : 0);
    const tickers = this.#state === 'started' ? 1 : 0;
    const minutes = this.#followed.length;
    return {
      tickers: {
        wanted: tickers,
        live: live(tickers),
        lastTime: this.#lastTime.tickers,
        frames: this.#frames.tickers,
        skipped: 0,
      },
      minutes: {
        wanted: minutes,
        live: live(minutes),
        lastTime: this.#lastTime.minutes,
        frames: this.#frames.minutes,
        skipped: 0,
      },
    };
  }

  tellTickers(now: EpochMs): void {
    if (this.#state !== 'started') return;
    const tickers: Ticker[] = [];
    for (const instrument of this.#instruments()) {
      const day = this.#windowOf(instrument).at(now);
      if (day === null || !isNew(this.#toldTickers, instrument, day.lastTradeId)) continue;
      tickers.push(toTicker(day, instrument));
    }
    if (tickers.length === 0) return;
    this.#isLive = true;
    this.#frames.tickers++;
    this.#lastTime.tickers = now;
    this.#options.sink({ kind: 'tickersReceived', receivedTime: now, tickers });
  }

  tellForming(now: EpochMs): void {
    for (const instrument of this.#followed) {
      const row = this.#options.view.forming(instrument, now);
      if (row !== null && isNew(this.#toldMinutes, instrument, row.lastTradeId)) {
        this.#tellMinute(now, { instrument, row, state: 'forming' });
      }
    }
  }

  tellClosed(openTime: EpochMs, now: EpochMs): void {
    for (const instrument of this.#followed) {
      const row = this.#options.view.minute(instrument, openTime);
      if (row !== null) this.#tellMinute(now, { instrument, row, state: 'closed' });
    }
  }

  #tellMinute(
    receivedTime: EpochMs,
    told: { readonly instrument: SimInstrument; readonly row: SimRow; readonly state: 'forming' | 'closed' },
  ): void {
    if (this.#state !== 'started') return;
    const { instrument, row, state } = told;
    this.#frames.minutes++;
    this.#lastTime.minutes = receivedTime;
    this.#options.sink({ kind: 'minuteReceived', receivedTime, minute: toMinute(row, { instrument, state }) });
  }

  #instruments(): readonly SimInstrument[] {
    return this.#options.view.listed('spot').filter(({ quote }) => quote === this.#options.quoteAsset);
  }

  #windowOf(instrument: SimInstrument): DayWindow {
    const known = this.#windows.get(instrument.instrumentId);
    if (known !== undefined) return known;
    const made = new DayWindow(this.#options.view, instrument);
    this.#windows.set(instrument.instrumentId, made);
    return made;
  }
}

/** Whether there was a trade since; it is told now. */
function isNew(told: Told, { instrumentId }: SimInstrument, tradeId: number): boolean {
  if (tradeId <= (told.get(instrumentId) ?? -1)) return false;
  told.set(instrumentId, tradeId);
  return true;
}
