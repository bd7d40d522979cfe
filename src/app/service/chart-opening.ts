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
import type { ChartStore } from '../../ports/chart-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Config } from '../config.ts';

/** What opening charts needs. */
export type ChartOpenerParts = {
  readonly config: Pick<Config, 'charts'>;
  readonly store: CandleStore;
  readonly charts: ChartStore;
  readonly clock: Clock;
  readonly engine: Pick<Engine, 'submit' | 'state'>;
};

/** Opens charts, each series one at a time; without settings for charts it does nothing. */
export class ChartOpener {
  readonly #parts: ChartOpenerParts;
  /** Opening now; at most one for each post or start under way. */
  readonly #opening = new Map<SeriesId, Promise<void>>();

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

  async #submit(seriesId: SeriesId, use: ChartOpened['use']): Promise<void> {
    const { config, store, charts, clock, engine } = this.#parts;
    const { settings, rebuild } = config.charts;
    if (settings === null) return;
    const stored = await charts.head(seriesId);
    const isOther = stored !== null && stored.fingerprint !== fingerprintOf(planOf(settings));
    if (isOther && rebuild === 'off') return;
    const newestGeneration = await charts.newestGeneration(seriesId);
    const { head: newestCandle } = await store.extent(seriesId);
    const receivedTime = clock.now();
    await engine.submit({
      kind: 'chartOpened',
      receivedTime,
      seriesId,
      settings,
      use,
      stored,
      newestGeneration,
      newestCandle,
    });
  }
}
