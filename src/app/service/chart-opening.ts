/**
 * Opening the charts of series before their candles come: what the store has of a chart goes to the engine as an input,
 * once in a run for a series that candles are posted to, and whenever a followed one is opened.
 */

import type { Engine } from '../../engine/index.ts';
import { fingerprintOf, planOf } from '../../factors/index.ts';
import type { ChartOpened } from '../../model/events.ts';
import { toReason } from '../../model/failure.ts';
import type { SeriesId } from '../../model/series.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import type { ChartHead, ChartStore } from '../../ports/chart-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Config } from '../config.ts';

/** What opening charts needs. */
export type ChartOpenerParts = {
  readonly config: Pick<Config, 'charts'>;
  readonly store: CandleStore;
  readonly charts: ChartStore;
  readonly clock: Clock;
  readonly engine: Pick<Engine, 'submit' | 'state'>;
  /** Candles between two checkpoints at least; the stage's own number unless it is given. */
  readonly checkpointEvery?: number;
};

/** Charts computed for readers at a time (policy: another one begins with a later read; that read says it is not ready). */
const COMPUTED_FOR_READERS_MAX = 8;

/** Opens charts, each series one at a time; without settings for charts it does nothing. */
export class ChartOpener {
  readonly #parts: ChartOpenerParts;
  /** Opening now; at most one for each post or start under way. */
  readonly #opening = new Map<SeriesId, Promise<void>>();
  /** Opening for a reader; at most `COMPUTED_FOR_READERS_MAX`. */
  readonly #asked = new Set<SeriesId>();

  constructor(parts: ChartOpenerParts) {
    this.#parts = parts;
  }

  /** Opens the chart of a series; where it is open, says who uses it. Rejects as `Engine.submit` and the stores do. */
  async open(seriesId: SeriesId, use: ChartOpened['use']): Promise<void> {
    await this.#opening.get(seriesId)?.catch(toReason);
    const opening = this.#submit(seriesId, use).finally(() => this.#opening.delete(seriesId));
    this.#opening.set(seriesId, opening);
    return opening;
  }

  /** Opens the chart of a series that candles are posted to, unless it is open. */
  async openForPost(seriesId: SeriesId): Promise<void> {
    const opening = this.#opening.get(seriesId);
    if (opening !== undefined) await opening;
    if (this.#parts.engine.state().charts.series[seriesId]?.isOpen !== true) await this.open(seriesId, 'posted');
  }

  /**
   * Has the chart of a series computed where it is `missing` or behind, or `again` from the stored candles, in the
   * background; `idle` where the settings forbid it. Many at once have to ask again. Rejects as `open` does.
   */
  async prepare(seriesId: SeriesId, how: 'missing' | 'again'): Promise<'working' | 'idle'> {
    const { charts, engine } = this.#parts;
    const stored = await charts.head(seriesId);
    if (!this.#isComputed(stored)) return 'idle';
    if (this.#isFull(seriesId)) return 'working';
    this.#asked.add(seriesId);
    await this.openForPost(seriesId).finally(() => this.#asked.delete(seriesId));
    const state = engine.state().charts.series[seriesId];
    const isIdle = state !== undefined && state.building === null && state.reviews === 0;
    if (!isIdle) return 'working';
    if (how === 'again') await this.#submit(seriesId, 'posted', 'again');
    else if (stored?.coverage === 'some') await this.open(seriesId, 'posted');
    return 'working';
  }

  /** Whether a series that is not open has to wait for others to be computed. */
  #isFull(seriesId: SeriesId): boolean {
    const { series } = this.#parts.engine.state().charts;
    if (series[seriesId]?.isOpen === true || this.#asked.has(seriesId)) return false;
    const working = Object.values(series).filter(({ building }) => building !== null).length;
    return working + this.#asked.size >= COMPUTED_FOR_READERS_MAX;
  }

  /** Whether the settings let a chart be computed in the place of `stored`. */
  #isComputed(stored: ChartHead | null): boolean {
    const { settings, rebuild } = this.#parts.config.charts;
    if (settings === null) return false;
    return stored === null || rebuild === 'on' || stored.fingerprint === fingerprintOf(planOf(settings));
  }

  async #submit(seriesId: SeriesId, use: ChartOpened['use'], how: 'goOn' | 'again' = 'goOn'): Promise<void> {
    const { config, store, charts, clock, engine, checkpointEvery } = this.#parts;
    const { settings } = config.charts;
    const stored = await charts.head(seriesId);
    if (settings === null || !this.#isComputed(stored)) return;
    const newestGeneration = await charts.newestGeneration(seriesId);
    const { head: newestCandle } = await store.extent(seriesId);
    const receivedTime = clock.now();
    await engine.submit({
      kind: 'chartOpened',
      receivedTime,
      seriesId,
      settings,
      use,
      // A chart that is not in step with its candles is computed again.
      stored: stored === null || how === 'goOn' ? stored : { ...stored, coverage: 'some' },
      newestGeneration,
      newestCandle,
      ...(checkpointEvery === undefined ? {} : { checkpointEvery }),
    });
  }
}
