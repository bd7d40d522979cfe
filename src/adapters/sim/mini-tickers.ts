/**
 * Mini tickers of one market: single ones and the array of all that changed. In: open streams and the time. Out:
 * frames at the exchange's pace, only for instruments that traded since their last frame. Rolling windows are made on
 * first need, a bounded number per turn, so that opening the array of a large market does not stall the exchange.
 */
import type { EpochMs } from '../../core/time.ts';
import type { InstrumentId, MarketType } from '../../model/instrument.ts';
import { type DayStatistics, DayWindow } from './day-window.ts';
import type { SimInstrument } from './sim-market.ts';
import type { SimView } from './sim-view.ts';
import type { StreamRequest } from './stream-names.ts';
import { toMiniTickerFrame } from './wire-frames.ts';

/** What mini tickers work with. */
export type MiniTickersOptions = {
  readonly market: MarketType;
  readonly view: SimView;
  readonly frameSpacingMs: number;
};

const ARRAY_PACE_MS = 1_000;
const SINGLE_PACE_MS = { spot: 1_000, futures: 2_000 } as const;
/** Rolling windows made per turn; each may need two generated days, so more would stall the other streams. */
const NEW_WINDOWS_MAX = 10;

type OpenStream = {
  readonly name: string;
  readonly paceMs: number;
  /** `null` is the array of all. */
  readonly instrument: SimInstrument | null;
  step: number;
  /** Last trade pushed per instrument; bounded by the number of instruments. */
  readonly pushed: Map<InstrumentId, number>;
};

/** The mini tickers that somebody listens to. */
export class MiniTickers {
  readonly #options: MiniTickersOptions;
  readonly #streams = new Map<string, OpenStream>();
  readonly #windows = new Map<InstrumentId, DayWindow>();
  #windowsLeft = NEW_WINDOWS_MAX;

  constructor(options: MiniTickersOptions) {
    this.#options = options;
  }

  open(name: string, request: StreamRequest): void {
    const { view, market, frameSpacingMs } = this.#options;
    if (request.kind !== 'miniTicker' && request.kind !== 'miniTickerAll') return;
    const instrument = request.kind === 'miniTicker' ? view.findEver(market, request.symbol) : null;
    if (request.kind === 'miniTicker' && instrument === null) return;
    const pace = instrument === null ? ARRAY_PACE_MS : SINGLE_PACE_MS[market];
    this.#streams.set(name, { name, paceMs: Math.max(pace, frameSpacingMs), instrument, step: 0, pushed: new Map() });
  }

  close(name: string): void {
    this.#streams.delete(name);
    if (this.#streams.size === 0) this.#windows.clear();
  }

  /** When the next frame may be due; infinite while no stream is open. */
  nextDue(now: EpochMs): number {
    let due = Number.POSITIVE_INFINITY;
    for (const { paceMs } of this.#streams.values()) due = Math.min(due, (Math.floor(now / paceMs) + 1) * paceMs);
    return due;
  }

  /** Sends what is due. */
  push(now: EpochMs, send: (name: string, text: string) => void): void {
    this.#windowsLeft = NEW_WINDOWS_MAX;
    for (const stream of this.#streams.values()) {
      const step = Math.floor(now / stream.paceMs);
      if (step === stream.step) continue;
      stream.step = step;
      const text = this.#write(stream, now);
      if (text !== null) send(stream.name, text);
    }
  }

  #write(stream: OpenStream, now: EpochMs): string | null {
    if (stream.instrument !== null) return this.#writeOne(stream, stream.instrument, now);
    const frames: string[] = [];
    for (const instrument of this.#options.view.listed(this.#options.market)) {
      const text = this.#writeOne(stream, instrument, now);
      if (text !== null) frames.push(text);
    }
    return frames.length === 0 ? null : `[${frames.join(',')}]`;
  }

  #writeOne(stream: OpenStream, instrument: SimInstrument, now: EpochMs): string | null {
    const day = this.#statistics(instrument, now);
    if (day === null || day.lastTradeId <= (stream.pushed.get(instrument.instrumentId) ?? -1)) return null;
    stream.pushed.set(instrument.instrumentId, day.lastTradeId);
    return toMiniTickerFrame(day, instrument, now);
  }

  #statistics(instrument: SimInstrument, now: EpochMs): DayStatistics | null {
    let window = this.#windows.get(instrument.instrumentId);
    if (window === undefined) {
      if (this.#windowsLeft === 0) return null;
      this.#windowsLeft--;
      window = new DayWindow(this.#options.view, instrument);
      this.#windows.set(instrument.instrumentId, window);
    }
    return window.at(now);
  }
}
