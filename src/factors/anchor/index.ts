/**
 * Anchor: a pointer to the pen that governs, with the history of its switches. (wire contract 7.5)
 */
import type { EpochMs } from '../../core/time.ts';
import type { ChartPayload, FactorEvent } from '../../model/chart.ts';
import type { Factor, FactorOutput, Tick } from '../factor.ts';
import { penFactor } from '../pen/index.ts';
import type { Leg } from '../pen/leg.ts';
import { zhongshuFactor } from '../zhongshu/index.ts';
import { type Anchor, type AnchorSwitch, holdContest, strengthOf } from './contest.ts';
import { drawAnchors, emptyTrail, followPens, type Trail } from './trail.ts';

/** Switches of the anchor with a candle. */
export type AnchorOutput = FactorOutput & { readonly switches: readonly AnchorSwitch[] };

type AnchorState = {
  current: Anchor | null;
  /** The pen back from the running one: shown as the anchor when it is the stronger. */
  candidate: Leg | null;
  readonly trail: Trail;
};

const NOTHING: AnchorOutput = { events: [], switches: [] };

/** The factor. */
export const anchorFactor: Factor<AnchorState, AnchorOutput> = {
  catalog: {
    key: 'anchor',
    label: 'Anchor',
    shown: 'byDefault',
    features: [
      { key: 'anchor.current', label: 'Current', shown: 'byDefault' },
      { key: 'anchor.history', label: 'History', shown: 'byDefault' },
      { key: 'anchor.switch', label: 'Switches', shown: 'byDefault' },
    ],
  },
  dependsOn: [penFactor, zhongshuFactor],
  logicVersion: 1,
  start: () => ({ current: null, candidate: null, trail: emptyTrail() }),
  fold,
  head: (state) => {
    const shown = shownAnchor(state);
    return shown === null ? null : { currentAnchorRef: refPayload(shown) };
  },
  slice: ({ events, head }) => {
    if (events.length === 0 && head === null) return null;
    const switches = readableSwitches(events.map(({ payload }) => payload));
    const anchors = switches.map((payload) => payload['newAnchor'] ?? null);
    return { history: { anchors, switches }, head: head ?? { currentAnchorRef: null } };
  },
  draw: (canvas, { switches }, state) => {
    const shown = shownAnchor(state);
    if (shown !== null) drawAnchors(canvas, state.trail, { shown, switches });
  },
};

function fold(state: AnchorState, tick: Tick): AnchorOutput {
  const { confirmed, extending, candidate } = tick.read(penFactor);
  const { entries } = tick.read(zhongshuFactor);
  state.candidate = candidate;
  const time = tick.candle.openTime;
  const contest = holdContest({ time, current: state.current, confirmed, entries, running: extending });
  state.current = contest.current;
  followPens(state.trail, confirmed);
  if (contest.switches.length === 0) return NOTHING;
  return { events: contest.switches.map(switchEvent), switches: contest.switches };
}

/** The anchor, or the candidate pen when that is the same anchor grown, or stronger. */
function shownAnchor({ current, candidate }: AnchorState): Anchor | null {
  if (current === null || candidate === null) return current;
  const isShown = candidate.startTime === current.startTime || strengthOf(candidate) > strengthOf(current);
  return isShown ? { ...candidate, kind: 'candidate' } : current;
}

function switchEvent({ switchTime, reason, previous, next }: AnchorSwitch): FactorEvent {
  const pen = `${next.startTime}:${next.endTime}:${next.direction}`;
  return {
    factor: 'anchor',
    kind: 'anchor.switch',
    key: reason === 'strong_pen' ? `${reason}:${switchTime}:${next.kind}:${pen}` : `${reason}:${switchTime}:${pen}`,
    visibleTime: switchTime,
    payload: {
      switchTime,
      reason,
      oldAnchor: previous === null ? null : refPayload(previous),
      newAnchor: refPayload(next),
      visibleTime: switchTime,
    },
  };
}

function refPayload({ kind, startTime, endTime, direction }: Anchor): ChartPayload {
  return { kind, startTime, endTime, direction };
}

/** Of the switches of one candle the last counts, and of those to one anchor the first. */
function readableSwitches(switches: readonly ChartPayload[]): readonly ChartPayload[] {
  const lastOfCandle = switches.filter(
    (payload, index) => switches[index + 1]?.['switchTime'] !== payload['switchTime'],
  );
  const seen = new Set<unknown>();
  return lastOfCandle.filter((payload) => {
    const start = startOf(payload['newAnchor']);
    const isNew = !seen.has(start);
    seen.add(start);
    return isNew;
  });
}

function startOf(anchor: ChartPayload[string] | undefined): EpochMs | null {
  return typeof anchor === 'object' && anchor !== null ? ((anchor as ChartPayload)['startTime'] as EpochMs) : null;
}
