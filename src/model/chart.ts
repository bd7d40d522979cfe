/**
 * What factors say about a series and what a chart draws of it. Plain data. Values are named so that the edge can
 * write any of them without knowing the factor: a field whose name ends in `Time` (or `Times`) is an instant in
 * milliseconds (or a list of them), a bigint is an exact price, everything else is itself.
 */
import type { EpochMs } from '../core/time.ts';
import type { Price } from './money.ts';
import type { SeriesId } from './series.ts';

/** A value inside a payload. */
export type ChartValue = string | number | boolean | null | Price | readonly ChartValue[] | ChartPayload;

/** Named values; see the head of this file for what the names mean. */
export type ChartPayload = { readonly [name: string]: ChartValue };

/** A fact that became known when the candle opening at `visibleTime` closed; it never depends on a later candle. */
export type FactorEvent = {
  readonly factor: string;
  readonly kind: string;
  /** Unique within (series, factor). */
  readonly key: string;
  readonly visibleTime: EpochMs;
  readonly payload: ChartPayload;
};

/** What a factor holds true from the candle that opens at `visibleTime` on, until a later one replaces it. */
export type FactorHead = {
  readonly factor: string;
  readonly visibleTime: EpochMs;
  readonly payload: ChartPayload;
  /** Where `payload` is only what changed: the candle of the whole head that it, and the changes between, belong to. */
  readonly wholeTime?: EpochMs;
};

/** A head as it was told: a whole one, and what changed in it since up to `visibleTime`, oldest first. */
export type ToldHead = Omit<FactorHead, 'wholeTime'> & { readonly changes: readonly ChartPayload[] };

/** What is told of a factor once `head` is told too. */
export function addHead(told: ToldHead | undefined, { wholeTime, ...head }: FactorHead): ToldHead {
  if (wholeTime === undefined || told === undefined) return { ...head, changes: [] };
  return { ...told, visibleTime: head.visibleTime, changes: [...told.changes, head.payload] };
}

/** What readers get of one factor at one candle. */
export type FactorSlice = { readonly factor: string; readonly history: ChartPayload; readonly head: ChartPayload };

/** A sign at one candle. */
export type MarkerDefinition = {
  readonly type: 'marker';
  readonly feature: string;
  readonly time: EpochMs;
  readonly position: 'aboveBar' | 'belowBar';
  readonly color: string;
  readonly shape: 'circle' | 'arrowUp' | 'arrowDown';
  readonly text: string;
  readonly size: number;
};

/** A corner of a line. */
export type ChartPoint = { readonly time: EpochMs; readonly value: Price };

/** A line through points, ascending by time. */
export type PolylineDefinition = {
  readonly type: 'polyline';
  readonly feature: string;
  readonly points: readonly ChartPoint[];
  readonly color: string;
  readonly lineWidth: number;
  readonly lineStyle?: 'dashed';
  /** Direction of the pen that a zone was entered by. */
  readonly entryDirection?: 1 | -1;
};

/**
 * How a line meets the edges of what is shown: `growing` ends at the newest candle whichever that is, `level` may be
 * cut at the left edge because it is horizontal, `growingLevel` is both.
 */
export type Reach = 'fixed' | 'growing' | 'level' | 'growingLevel';

/** One thing to draw. The id names what is drawn and stays while it is true; `version` grows with every change of it. */
export type Instruction = {
  readonly id: string;
  readonly version: number;
  /** The candle that changed it last. */
  readonly visibleTime: EpochMs;
  readonly reach: Reach;
  readonly definition: MarkerDefinition | PolylineDefinition;
};

/** When an instruction begins and when it ends; `null` where it grows with every candle. */
export function spanOf({ reach, definition }: Instruction): readonly [first: EpochMs, last: EpochMs | null] {
  if (definition.type === 'marker') return [definition.time, definition.time];
  const { points } = definition;
  const first = points[0]?.time ?? (0 as EpochMs);
  const isGrowing = reach === 'growing' || reach === 'growingLevel';
  return [first, isGrowing ? null : (points.at(-1)?.time ?? first)];
}

/** An instruction that stopped being true with the candle that opens at `retiredTime`. */
export type RetiredInstruction = { readonly id: string; readonly version: number; readonly retiredTime: EpochMs };

/** What a chart is computed with; lengths are candles of the series' own timeframe. Other settings are another chart. */
export type ChartSettings = {
  /** Candles on each side of a major pivot. */
  readonly majorWindow: number;
  /** Candles on each side of a minor pivot. */
  readonly minorWindow: number;
  /** How far back levels may reach. */
  readonly lookbackCandles: number;
  /** Candles back from the newest within which anything is drawn; `null` when nothing is drawn. */
  readonly overlayCandles: number | null;
  /** An operator's own mark: changing it computes everything again. */
  readonly logicSalt: string;
};

/**
 * Which chart of a series is meant, and how far it is. A chart that is computed again gets a higher generation; its
 * versions go on above all earlier ones.
 */
export type ChartPosition = {
  readonly generation: number;
  /** Open time of the newest folded candle. */
  readonly headTime: EpochMs;
  /** The version at the head; grows with every folded candle. */
  readonly version: number;
  /** Of what logic and which parameters this is the outcome. */
  readonly fingerprint: string;
};

/**
 * The chart that another one goes on from: they are the same up to and with the candle at `upTo`, at which it had
 * `version`; what it holds until then is shown with versions that are `shift` higher.
 */
export type ChartOrigin = {
  readonly generation: number;
  readonly upTo: EpochMs;
  readonly version: number;
  readonly shift: number;
};

/** A chart as it was after the candle at `headTime`, as text that its stage goes on from. */
export type ChartCheckpoint = {
  readonly generation: number;
  readonly headTime: EpochMs;
  /** The version of that generation at the candle. */
  readonly version: number;
  readonly body: string;
};

/** What folding closed candles of one series changed; applied as one, in the order of the candles. */
export type ChartChange = ChartPosition & {
  readonly seriesId: SeriesId;
  /** `current` is what readers see; a generation that is still `building` is not seen. */
  readonly standing: 'building' | 'current';
  /**
   * Whether the chart takes in `all` candles of the series that are stored together with this change and before, only
   * `some`, or with those of this change as many as before, `kept`.
   */
  readonly coverage: 'all' | 'some' | 'kept';
  readonly events: readonly FactorEvent[];
  /** Heads that changed, in the order of their candles. */
  readonly heads: readonly FactorHead[];
  /** Instructions that are new or changed, ascending by version. */
  readonly drawn: readonly Instruction[];
  /** Instructions that are no longer true, ascending by version, which is that of the candle. */
  readonly retired: readonly RetiredInstruction[];
  /** In the first change of a generation that goes on from another: `drawn` begins with what stood there. */
  readonly origin?: ChartOrigin;
  /** The chart at its head, as text, where it is worth keeping. */
  readonly checkpoint?: string;
};

/** A switch of the chart's legend. */
export type CatalogFeature = {
  readonly key: string;
  readonly label: string;
  readonly shown: 'byDefault' | 'onRequest';
};

/** A factor as the legend lists it. */
export type CatalogFactor = CatalogFeature & { readonly features: readonly CatalogFeature[] };
