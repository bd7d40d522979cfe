/**
 * Charts in memory, for backtests and tests: the same contract as a database, gone with the process.
 */
import type { EpochMs } from '../../core/time.ts';
import {
  addHead,
  type ChartChange,
  type ChartCheckpoint,
  type ChartOrigin,
  type FactorEvent,
  type FactorHead,
  type Instruction,
  spanOf,
  type ToldHead,
} from '../../model/chart.ts';
import { keepCheckpoints } from '../../model/checkpoints.ts';
import { FailureError, failure } from '../../model/failure.ts';
import type { SeriesId } from '../../model/series.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import type { ChartStore, DrawnRange, DrawnState, EventRange } from '../../ports/chart-store.ts';

/** A drawn version and when it was superseded or retired; `null` while it stands. */
type Drawn = { readonly instruction: Instruction; retiredTime: EpochMs | null };

/**
 * One generation of a series. `saves` is the candle store's version of the series when it last took in every candle,
 * `null` when it does not. Nobody else saves to a store in memory, so a chart that keeps what it knew goes on with it.
 */
type Chart = {
  position: ChartChange;
  saves: number | null;
  readonly events: Map<string, FactorEvent>;
  readonly heads: Map<string, FactorHead>;
  readonly drawn: Map<string, Drawn>;
  readonly standing: Map<string, Drawn>;
  /** Ascending by head. */
  checkpoints: readonly ChartCheckpoint[];
};

/** An empty store of charts over `candles`. */
export function createMemoryChartStore(candles: Pick<CandleStore, 'extent'>): ChartStore {
  const shelves = new Map<SeriesId, Chart[]>();
  let state: 'open' | 'closed' = 'open';
  const guard = async <T>(action: () => T): Promise<T> => {
    if (state === 'closed') {
      throw new FailureError(failure('store_unavailable', { path: 'memory', reason: 'it is closed' }));
    }
    return action();
  };
  const currentOf = (seriesId: SeriesId): Chart | undefined => shelves.get(seriesId)?.findLast(isCurrent);
  return {
    save: async (changes) => {
      const saves = new Map<SeriesId, number>();
      for (const { seriesId } of changes) saves.set(seriesId, (await candles.extent(seriesId)).version);
      await guard(() => {
        for (const change of changes) saveChange(shelves, change, saves.get(change.seriesId) ?? 0);
      });
    },
    head: async (seriesId) => {
      const { version: saves } = await candles.extent(seriesId);
      return guard(() => {
        const chart = currentOf(seriesId);
        if (chart === undefined) return null;
        const { generation, headTime, version, fingerprint } = chart.position;
        return { generation, headTime, version, fingerprint, coverage: chart.saves === saves ? 'all' : 'some' };
      });
    },
    newestGeneration: (seriesId) => guard(() => shelves.get(seriesId)?.at(-1)?.position.generation ?? 0),
    readCheckpoint: (seriesId, before) =>
      guard(() => currentOf(seriesId)?.checkpoints.findLast(({ headTime }) => headTime < before) ?? null),
    readEvents: (range) => guard(() => readEvents(currentOf(range.seriesId), range)),
    readHeads: (seriesId, at) => guard(() => readHeads(currentOf(seriesId), at)),
    readDrawn: (range) => guard(() => readDrawn(currentOf(range.seriesId), range)),
    readActiveIds: ({ seriesId, from, at }) =>
      guard(() => {
        const reaching = standingAt(currentOf(seriesId), at).filter((instruction) => {
          const [first, last] = spanOf(instruction);
          return first <= at && (last === null || last >= from);
        });
        return reaching.map(({ id }) => id).sort();
      }),
    close: async () => {
      state = 'closed';
    },
  };
}

function isCurrent(chart: Chart): boolean {
  return chart.position.standing === 'current';
}

function saveChange(shelves: Map<SeriesId, Chart[]>, change: ChartChange, saves: number): void {
  const { seriesId, generation, standing } = change;
  const others = shelves.get(seriesId) ?? [];
  if (others.some((chart) => isCurrent(chart) && chart.position.generation > generation)) return;
  const chart = others.find(({ position }) => position.generation === generation) ?? startChart(change, others);
  const kept = others.filter((other) => {
    return other.position.generation > generation || (standing === 'building' && isCurrent(other) && other !== chart);
  });
  shelves.set(
    seriesId,
    [...kept, chart].sort((a, b) => a.position.generation - b.position.generation),
  );
  if (change.version >= chart.position.version) chart.position = change;
  if (change.coverage === 'some') chart.saves = null;
  else if (change.coverage === 'all' || chart.saves !== null) chart.saves = saves;
  for (const event of change.events) {
    const key = `${event.factor} ${event.key}`;
    if (!chart.events.has(key)) chart.events.set(key, event);
  }
  for (const head of change.heads) {
    const key = `${head.factor} ${head.visibleTime}`;
    if (!chart.heads.has(key)) chart.heads.set(key, head);
  }
  saveDrawings(chart, change);
  if (change.checkpoint !== undefined) saveCheckpoint(chart, change, change.checkpoint);
}

function saveCheckpoint(chart: Chart, { generation, headTime, version, standing }: ChartChange, body: string): void {
  const all = chart.checkpoints.filter((other) => other.headTime < headTime);
  all.push({ generation, headTime, version, body });
  const kept = standing === 'building' ? null : new Set(keepCheckpoints(all.map((each) => each.headTime).toReversed()));
  chart.checkpoints = kept === null ? all : all.filter((each) => kept.has(each.headTime));
}

/** A new chart, with what the one it goes on from held until then. */
function startChart(change: ChartChange, others: readonly Chart[]): Chart {
  const chart = emptyChart(change);
  const { origin } = change;
  const known = origin && others.find(({ position }) => position.generation === origin.generation);
  if (origin !== undefined && known !== undefined) copyUntil(known, { chart, origin, generation: change.generation });
  return chart;
}

function copyUntil(
  known: Chart,
  { chart, origin, generation }: { readonly chart: Chart; readonly origin: ChartOrigin; readonly generation: number },
): void {
  const { upTo, shift } = origin;
  for (const [key, event] of known.events) if (event.visibleTime <= upTo) chart.events.set(key, event);
  for (const [key, head] of known.heads) if (head.visibleTime <= upTo) chart.heads.set(key, head);
  for (const { instruction, retiredTime } of known.drawn.values()) {
    if (instruction.visibleTime > upTo) continue;
    const { id } = instruction;
    const version = instruction.version + shift;
    const isStanding = retiredTime === null || retiredTime > upTo;
    const entry: Drawn = { instruction: { ...instruction, version }, retiredTime: isStanding ? null : retiredTime };
    chart.drawn.set(`${version} ${id}`, entry);
    if (isStanding) chart.standing.set(id, entry);
  }
  chart.checkpoints = known.checkpoints
    .filter(({ headTime }) => headTime <= upTo)
    .map((each) => ({ ...each, generation, version: each.version + shift }));
}

function emptyChart(position: ChartChange): Chart {
  return {
    position,
    saves: null,
    events: new Map(),
    heads: new Map(),
    drawn: new Map(),
    standing: new Map(),
    checkpoints: [],
  };
}

function saveDrawings(chart: Chart, { drawn, retired }: ChartChange): void {
  const end = (id: string, at: { readonly version: number; readonly time: EpochMs }): void => {
    const known = chart.standing.get(id);
    if (known === undefined || known.instruction.version >= at.version) return;
    known.retiredTime = at.time;
    chart.standing.delete(id);
  };
  const steps = [
    ...drawn.map((instruction) => ({ ...instruction, instruction, time: instruction.visibleTime })),
    ...retired.map((gone) => ({ ...gone, instruction: null, time: gone.retiredTime })),
  ].sort((a, b) => a.version - b.version);
  for (const { id, version, time, instruction } of steps) {
    end(id, { version, time });
    const key = `${version} ${id}`;
    if (instruction === null || chart.drawn.has(key)) continue;
    const entry: Drawn = { instruction, retiredTime: null };
    chart.drawn.set(key, entry);
    chart.standing.set(id, entry);
  }
}

function readEvents(chart: Chart | undefined, { factor, from, to, limit }: EventRange): readonly FactorEvent[] {
  const found = [...(chart?.events.values() ?? [])].filter((event) => {
    return event.visibleTime >= from && event.visibleTime < to && (factor === undefined || event.factor === factor);
  });
  return found.slice(Math.max(0, found.length - limit));
}

function readHeads(chart: Chart | undefined, at: EpochMs): readonly ToldHead[] {
  const newest = new Map<string, ToldHead>();
  for (const head of chart?.heads.values() ?? []) {
    if (head.visibleTime <= at) newest.set(head.factor, addHead(newest.get(head.factor), head));
  }
  return [...newest.values()].sort((a, b) => (a.factor < b.factor ? -1 : 1));
}

function standingAt(chart: Chart | undefined, at: EpochMs): readonly Instruction[] {
  return [...(chart?.drawn.values() ?? [])]
    .filter(
      ({ instruction, retiredTime }) => instruction.visibleTime <= at && (retiredTime === null || retiredTime > at),
    )
    .map(({ instruction }) => instruction);
}

function readDrawn(chart: Chart | undefined, { at, after }: DrawnRange): DrawnState {
  const instructions = standingAt(chart, at)
    .filter(({ version }) => version > after)
    .sort((a, b) => a.version - b.version || (a.id < b.id ? -1 : 1));
  let version = 0;
  for (const { instruction } of chart?.drawn.values() ?? []) {
    if (instruction.visibleTime <= at && instruction.version > version) version = instruction.version;
  }
  return { instructions, version };
}
