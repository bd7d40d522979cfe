/**
 * Does anything look ahead, and how much history does it need? Each study answers over all candles and again over
 * prefixes: an answer that changes when its future is cut away used that future. And it answers again from later
 * starts: an answer that depends on where history begins, beyond what the study claims, is another one after a restart.
 */
import { createHash } from 'node:crypto';
import { assert } from '../../core/assert.ts';
import { createRng } from '../../core/rng.ts';
import type { EpochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import type { Timeframe } from '../../model/timeframe.ts';
import { areClose } from './answer-distance.ts';
import type { Study, StudyFamily } from './study.ts';

/** How thorough an audit is. */
export type AuditPlan = {
  /** Prefixes compared; the last one lacks only the newest candle. */
  readonly cuts: number;
  /** Candles whose answers are compared between starts. */
  readonly judged: number;
};

/** An answer that changed when candles after it were taken away. */
export type Leak = { readonly openTime: EpochMs; readonly cutTime: EpochMs };

/** After so many candles of history, how many of the judged answers were not those of the whole history. */
export type WarmUpStep = { readonly candles: number; readonly judged: number; readonly differing: number };

/** What is wrong; `unjudged`: there were too few candles to hold the claim against. */
export type Verdict = 'holds' | 'looksAhead' | 'warmUpTooShort' | 'unjudged';

/** The outcome for one study. */
export type StudyAudit = Study & {
  readonly timeframe: Timeframe;
  readonly candles: number;
  readonly compared: number;
  readonly leaks: number;
  readonly firstLeak: Leak | null;
  readonly steps: readonly WarmUpStep[];
  /** The least step from which on nothing differed; `null` when something did to the end. */
  readonly settledAfter: number | null;
  readonly verdict: Verdict;
};

const STEPS = [20, 50, 100, 200, 300, 400, 500, 700, 1000];
const SEED = 4;

type Answers = ReadonlyMap<string, readonly unknown[]>;

/** Audits a family over candles of its timeframe, ascending; throws when a study does not answer every candle. */
export function auditFamily(
  family: StudyFamily,
  candles: readonly ClosedCandle[],
  plan: AuditPlan,
): readonly StudyAudit[] {
  const whole = answersOf(family, candles);
  const cuts = cutsOf(candles.length, plan.cuts);
  const leaks = findLeaks(family, { candles, whole, cuts });
  const steps = findSteps(family, { candles, whole, judged: judgedAt(candles.length, plan.judged) });
  const compared = cuts.reduce((sum, cut) => sum + cut, 0);
  return family.studies.map((study) => {
    const found = leaks.get(study.name) as readonly Leak[];
    const own = steps.get(study.name) as readonly WarmUpStep[];
    const common = { ...study, timeframe: family.timeframe, candles: candles.length, compared };
    const outcome = { leaks: found.length, firstLeak: found[0] ?? null, steps: own, settledAfter: settledAfter(own) };
    return { ...common, ...outcome, verdict: verdictOf(study, found, own) };
  });
}

function answersOf(family: StudyFamily, candles: readonly ClosedCandle[]): Answers {
  const answers = family.run(candles);
  for (const { name } of family.studies) {
    assert(answers.get(name)?.length === candles.length, `${name} does not answer every candle`);
  }
  return answers;
}

/** Lengths of the prefixes: spread evenly with chance, one candle and all but one among them. */
function cutsOf(count: number, cuts: number): readonly number[] {
  const rng = createRng(SEED, 'cuts');
  const spread = Array.from({ length: cuts - 1 }, (_, at) => Math.floor((count * (at + rng.next())) / (cuts - 1)));
  return [...new Set([...spread, count - 1])].filter((cut) => cut > 0 && cut < count);
}

function findLeaks(
  family: StudyFamily,
  about: { readonly candles: readonly ClosedCandle[]; readonly whole: Answers; readonly cuts: readonly number[] },
): ReadonlyMap<string, readonly Leak[]> {
  const { candles, whole, cuts } = about;
  const leaks = new Map(family.studies.map(({ name }): [string, Leak[]] => [name, []]));
  const expected = digestsOf(whole);
  for (const cut of cuts) {
    const prefix = digestsOf(answersOf(family, candles.slice(0, cut)));
    for (const [name, found] of leaks) {
      const [ours, theirs] = [prefix.get(name) ?? [], expected.get(name) ?? []];
      const changed = ours.flatMap((digest, index) => (digest === theirs[index] ? [] : [index]));
      const cutTime = (candles[cut] as ClosedCandle).openTime;
      found.push(...changed.map((index) => ({ openTime: (candles[index] as ClosedCandle).openTime, cutTime })));
    }
  }
  return leaks;
}

function digestsOf(answers: Answers): ReadonlyMap<string, readonly string[]> {
  return new Map([...answers].map(([name, column]) => [name, column.map(digestOf)]));
}

function digestOf(answer: unknown): string {
  const text = JSON.stringify(answer, (_, value: unknown) =>
    typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value)) ? `${value}` : value,
  );
  return text === undefined || text.length < 40 ? String(text) : createHash('md5').update(text).digest('base64');
}

/** Indexes of the candles whose answers are compared: spread over the last half. */
function judgedAt(count: number, judged: number): readonly number[] {
  const half = Math.floor(count / 2);
  return Array.from({ length: Math.min(judged, count) }, (_, at) => count - 1 - Math.floor((at * half) / judged));
}

function findSteps(
  family: StudyFamily,
  about: { readonly candles: readonly ClosedCandle[]; readonly whole: Answers; readonly judged: readonly number[] },
): ReadonlyMap<string, readonly WarmUpStep[]> {
  const { candles, whole, judged } = about;
  const claims = family.studies.flatMap(({ warmUp }) => (typeof warmUp === 'number' ? [warmUp] : []));
  const steps = new Map(family.studies.map(({ name }): [string, WarmUpStep[]] => [name, []]));
  if (family.studies.every(({ warmUp }) => warmUp === 'none')) return steps;
  for (const length of [...new Set([...STEPS, ...claims])].sort((a, b) => a - b)) {
    // A reference of hardly more history would prove nothing.
    const usable = judged.filter((at) => at + 1 >= 2 * length);
    const late = usable.map((at) => ({ at, answers: answersOf(family, candles.slice(at + 1 - length, at + 1)) }));
    for (const [name, found] of steps) {
      const differing = late.filter(({ at, answers }) => !areClose(answers.get(name)?.at(-1), whole.get(name)?.[at]));
      found.push({ candles: length, judged: usable.length, differing: differing.length });
    }
  }
  return steps;
}

function settledAfter(steps: readonly WarmUpStep[]): number | null {
  const judged = steps.filter((step) => step.judged > 0);
  const lastUnsettled = judged.findLastIndex(({ differing }) => differing > 0);
  return judged[lastUnsettled + 1]?.candles ?? null;
}

function verdictOf({ warmUp }: Study, leaks: readonly Leak[], steps: readonly WarmUpStep[]): Verdict {
  if (leaks.length > 0) return 'looksAhead';
  if (typeof warmUp !== 'number') return 'holds';
  const claimed = steps.filter(({ candles, judged }) => candles >= warmUp && judged > 0);
  if (claimed.length === 0) return 'unjudged';
  return claimed.some(({ differing }) => differing > 0) ? 'warmUpTooShort' : 'holds';
}
