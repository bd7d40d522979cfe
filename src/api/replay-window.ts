/**
 * One window of a replay package as JSON text (wire contract 8): the candles, the drawings before them and what each
 * candle changed, which ids are active at each, and the slices of each factor where they changed. At every candle it
 * says what a frame of that candle says. The compact form says the same with changes of slices, and tells a line that
 * grows once.
 */
import { toDecimalText } from '../core/decimal.ts';
import { type EpochMs, epochMs, toEpochSec } from '../core/time.ts';
import type { ClosedCandle } from '../model/candle.ts';
import type { ChartPayload, FactorSlice, Instruction } from '../model/chart.ts';
import type { FactorLexicon } from './factor-lexicon.ts';
import { payloadText } from './payload-text.ts';
import { applyStep, copyReplayState, type ReplayPackage, type ReplayState } from './replay-package.ts';
import { changeText, type SliceTexts, SliceWriter } from './slice-change.ts';
import { instructionText, isGrowing, isShown, type Place, sliceText, withGrowth } from './structure-text.ts';

/** Whether slices and growing lines are told whole at every candle that changes them, or by their changes. */
export type WindowForm = 'whole' | 'compact';

/** How a package is cut and read; lengths in candles but `windowMs`. */
export type WindowRules = {
  readonly id: string;
  readonly form: WindowForm;
  readonly windowMs: number;
  readonly windowSize: number;
  readonly snapshotInterval: number;
  readonly lexicon: FactorLexicon;
  readonly breathe: () => Promise<void>;
};

/** Candles written between two breaths: some milliseconds of work. */
const STRETCH = 20;

/** Texts of one window; `changes` are told in the compact form. */
export type WindowText = { readonly window: string; readonly snapshots: string; readonly changes: string };

/** The window that holds candle `idx`; `breathe` is called every few candles, so that others have their turn. */
export async function windowText(replay: ReplayPackage, rules: WindowRules, idx: number): Promise<WindowText> {
  const index = Math.floor(idx / rules.windowSize);
  const start = index * rules.windowSize;
  const end = Math.min(replay.candles.length, start + rules.windowSize);
  const state = copyReplayState(replay.base);
  for (let at = 0; at < start; at++) moveTo(state, { replay, rules, at });
  const writer = new WindowWriter(rules, state, placeOf(replay, rules, Math.max(0, start - 1)));
  for (let at = start; at < end; at++) {
    if ((at - start) % STRETCH === 0) await rules.breathe();
    moveTo(state, { replay, rules, at });
    writer.write(at, { place: placeOf(replay, rules, at), changed: replay.steps[at]?.drawn.map(({ id }) => id) ?? [] });
  }
  const rows = candleRowsText(replay.candles.slice(start, end));
  const head = `"window_index":${index},"start_idx":${start},"end_idx":${end},"kline":[${rows}]`;
  return { window: `{${head},${writer.drawText()}}`, snapshots: writer.snapshotText(), changes: writer.changesText() };
}

type Step = { readonly replay: ReplayPackage; readonly rules: WindowRules; readonly at: number };

function moveTo(state: ReplayState, { replay, rules, at }: Step): void {
  const step = replay.steps[at];
  if (step !== undefined) applyStep(state, step, { time: timeAt(replay, at), windowMs: rules.windowMs });
}

function timeAt(replay: ReplayPackage, at: number): EpochMs {
  return (replay.candles[at] as ClosedCandle).openTime;
}

function placeOf(replay: ReplayPackage, rules: WindowRules, at: number): Place {
  const time = timeAt(replay, at);
  return { id: rules.id, time, windowStart: epochMs(Math.max(0, time - rules.windowMs)) };
}

/** Candles as the contract has them, without the brackets around them. */
export function candleRowsText(candles: readonly ClosedCandle[]): string {
  return candles.map(candleRowText).join(',');
}

function candleRowText({ openTime, open, high, low, close, volume }: ClosedCandle): string {
  const [o, h, l, c, v] = [open, high, low, close, volume].map(toDecimalText);
  return `{"time":${toEpochSec(openTime)},"open":${o},"high":${h},"low":${l},"close":${c},"volume":${v}}`;
}

/** Follows a state through the candles of a window and writes down what changes. */
class WindowWriter {
  readonly #rules: WindowRules;
  readonly #state: ReplayState;
  readonly #base: string;
  readonly #patch: string[] = [];
  readonly #checkpoints: string[] = [];
  readonly #diffs: string[] = [];
  readonly #snapshots: string[] = [];
  readonly #changes: string[] = [];
  readonly #slices = new Map<string, SliceNote>();
  readonly #sliceWriter = new SliceWriter();
  #active: ReadonlySet<string> = new Set();
  #start: number | null = null;

  constructor(rules: WindowRules, state: ReplayState, before: Place) {
    this.#rules = rules;
    this.#state = state;
    this.#base = [...state.standing.values()]
      .map((each) => instructionText(each, before, markOf(each, rules.form)))
      .join(',');
  }

  /** Notes what the candle `at` left behind; `changed` are the ids that it drew. */
  write(at: number, { place, changed }: { readonly place: Place; readonly changed: readonly string[] }): void {
    this.#start ??= at;
    this.#writePatch(place, new Set(changed));
    this.#writeActive(at, place);
    for (const { key } of this.#rules.lexicon.catalog) this.#writeSlice(key, place);
  }

  /** The drawings of everything written. */
  drawText(): string {
    return (
      `"draw_catalog_base":[${this.#base}],"draw_catalog_patch":[${this.#patch.join(',')}],` +
      `"draw_active_checkpoints":[${this.#checkpoints.join(',')}],"draw_active_diffs":[${this.#diffs.join(',')}]`
    );
  }

  /** The slices of everything written. */
  snapshotText(): string {
    return `[${this.#snapshots.join(',')}]`;
  }

  /** The changes of slices of everything written; empty in the whole form. */
  changesText(): string {
    return `[${this.#changes.join(',')}]`;
  }

  #writePatch(place: Place, changed: ReadonlySet<string>): void {
    const { standing, version } = this.#state;
    const { form } = this.#rules;
    if (form === 'compact') {
      for (const id of changed) {
        const instruction = standing.get(id);
        if (instruction !== undefined) this.#patch.push(instructionText(instruction, place, markOf(instruction, form)));
      }
      return;
    }
    for (const instruction of standing.values()) {
      const grown = withGrowth(instruction, { time: place.time, version });
      if (grown !== instruction || changed.has(instruction.id)) this.#patch.push(instructionText(grown, place));
    }
  }

  #writeActive(at: number, place: Place): void {
    const active = new Set<string>();
    for (const [id, instruction] of this.#state.standing) if (isShown(instruction, place)) active.add(id);
    const sorted = (ids: Iterable<string>): string => JSON.stringify([...ids].sort());
    if ((at - (this.#start ?? at)) % this.#rules.snapshotInterval === 0) {
      this.#checkpoints.push(`{"at_idx":${at},"active_ids":${sorted(active)}}`);
    } else {
      const added = [...active].filter((id) => !this.#active.has(id));
      const removed = [...this.#active].filter((id) => !active.has(id));
      if (added.length + removed.length > 0) {
        this.#diffs.push(`{"at_idx":${at},"add_ids":${sorted(added)},"remove_ids":${sorted(removed)}}`);
      }
    }
    this.#active = active;
  }

  #writeSlice(factor: string, place: Place): void {
    const events = this.#state.events.filter((event) => event.factor === factor);
    const head = this.#state.heads.get(factor)?.payload ?? null;
    const slice = this.#rules.lexicon.slice(factor, { events, head, time: place.time });
    const known = this.#slices.get(factor);
    if (slice === null && known === undefined) return;
    const shown: FactorSlice = slice ?? { factor, history: {}, head: {} };
    const history = `${events.length} ${events[0]?.key} ${events.at(-1)?.key} ${slice === null}`;
    const headText = known?.head === shown.head ? known.headText : payloadText(shown.head);
    const isSame = known?.history === history && known.headText === headText;
    const texts = isSame ? known.texts : this.#sliceTexts(shown);
    this.#slices.set(factor, { history, head: shown.head, headText, texts });
    if (isSame) return;
    const change = known?.texts && texts ? changeText(known.texts, texts) : 'first';
    if (change === null) return;
    const name = `"factor_name":${JSON.stringify(factor)},"candle_time":${toEpochSec(place.time)}`;
    if (change === 'first') this.#snapshots.push(`{${name},"snapshot":${sliceText(place, shown)}}`);
    else this.#changes.push(`{${name},${change}}`);
  }

  #sliceTexts(slice: FactorSlice): SliceTexts | null {
    return this.#rules.form === 'compact' ? this.#sliceWriter.textsOf(slice) : null;
  }
}

/** What a compact window says of a line whose end follows the candles. */
function markOf(instruction: Instruction, form: WindowForm): string {
  return form === 'compact' && isGrowing(instruction) ? ',"grows":true' : '';
}

/** What a slice was made of, to tell whether the next one differs: events come and go at the ends alone. */
type SliceNote = { readonly history: string; readonly head: ChartPayload; readonly headText: string } & {
  /** In the compact form, which tells the next slice against this one. */
  readonly texts: SliceTexts | null;
};
