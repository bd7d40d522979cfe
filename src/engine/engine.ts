/**
 * The run loop: takes bursts from the mailbox, steps through them, records what went in and came out, and performs it.
 * Everything lasting (all but forming publications, which die with the process anyway) was journaled durably before.
 * Start-up is recovery: the newest snapshot, the journal's tail, then the present.
 */
import type { Result } from '../core/result.ts';
import type { CandleTexts } from '../journal/codec.ts';
import { inputRecord, isLasting, outputRecord } from '../journal/records.ts';
import { type Failure, FailureError, failure } from '../model/failure.ts';
import type { ChartStore } from '../ports/chart-store.ts';
import type { BurstSaves, CommitBurst } from '../ports/commit-burst.ts';
import type { Journal, JournalRecord } from '../ports/journal.ts';
import { commitInTurn } from './commit-in-turn.ts';
import type { EngineEffect, EngineInput } from './inputs.ts';
import { Mailbox, type MailboxStats } from './mailbox.ts';
import { collectExecution, collectSaves, EffectPerformer, type EffectPorts } from './perform.ts';
import { type Replayed, replay, replayWork, takeSnapshot } from './replay.ts';
import { type EngineState, initialState, type Step } from './step.ts';

/** What an engine is made of. */
export type EngineOptions = {
  readonly ports: EffectPorts & { readonly journal: Journal; readonly charts: ChartStore };
  /** Commits a burst to `journal`, `store` and `charts`; by default one after the other, which any of them can. */
  readonly commit?: CommitBurst;
  readonly step: Step;
  /** Most inputs that wait; beyond it senders wait. */
  readonly mailboxMax?: number;
  /** Ordinary inputs between two snapshots; a long one counts as many. */
  readonly snapshotEvery?: number;
  /** Hears the error that ended the loop. */
  readonly onFatal: (error: unknown) => void;
};

/** Inputs taken in one burst, which is one commit. */
const BURST_MAX = 512;
const MAILBOX_MAX = 10_000;
const SNAPSHOT_EVERY = 5_000;
/** A large state is written down more rarely: this much of it for each input that a start would replay instead. */
const SNAPSHOT_CHARS_AN_INPUT = 500;

const NOTHING: BurstSaves = { candles: [], gaps: [], charts: [] };

/** An input that went through `step`, and what it asked for. */
type Stepped = { readonly sequence: number; readonly input: EngineInput; readonly effects: readonly EngineEffect[] };

/** One run of the product over its ports. */
export class Engine {
  readonly mailbox: Mailbox;
  readonly #options: EngineOptions;
  readonly #performer: EffectPerformer;
  readonly #commit: CommitBurst;
  #state: EngineState = initialState();
  #loop: Promise<void> | null = null;
  #life: 'running' | 'stopping' | 'failed' = 'running';
  #stopped: Promise<void> | null = null;
  #sinceSnapshot = 0;
  #snapshotChars = 0;
  /** Senders that wait for their input to be through; bounded by the mailbox, which makes more of them wait before. */
  readonly #awaited = new Map<EngineInput, Pick<PromiseWithResolvers<void>, 'resolve' | 'reject'>>();

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#commit = options.commit ?? commitInTurn(options.ports);
    this.mailbox = new Mailbox(options.mailboxMax ?? MAILBOX_MAX);
    this.#performer = new EffectPerformer(
      options.ports,
      (input) => (this.#life === 'running' ? this.mailbox.post(input) : Promise.resolve()),
      (error) => this.#failBeside(error),
    );
  }

  /** Rebuilds the state from the journal; fails with `journal_corrupt` and then must not be started. */
  async recover(): Promise<Result<Replayed, Failure>> {
    try {
      const replayed = await replay(this.#options.ports.journal, this.#options.step);
      if (!replayed.ok) return replayed;
      this.#state = replayed.value.state;
      // Runs that end before a snapshot is due would otherwise make every start longer than the one before.
      this.#sinceSnapshot = replayed.value.work;
      return replayed;
    } catch (error) {
      if (error instanceof FailureError) return { ok: false, error: error.failure };
      throw error;
    }
  }

  /**
   * Adds an input, waiting for room, and resolves when everything it asked for at once is stored and announced.
   * Rejects with what ended the engine, or `engine_stopped` when it takes no more.
   */
  async submit(input: EngineInput): Promise<void> {
    if (this.#life !== 'running') throw new FailureError(failure('engine_stopped'));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#awaited.set(input, { resolve, reject });
    await this.mailbox.post(input);
    return promise;
  }

  /** Starts taking inputs. */
  start(): void {
    this.#loop ??= this.#run().catch((error: unknown) => this.#fail(error));
  }

  /** The present state, for read models and tests; it changes with the next input. */
  state(): Readonly<EngineState> {
    return this.#state;
  }

  /** Counters of the mailbox. */
  stats(): MailboxStats & { readonly sequence: number } {
    return { ...this.mailbox.stats(), sequence: this.#state.sequence };
  }

  /**
   * Lets everything that waits be processed, then stops; the journal is durable afterwards. After a failure it waits
   * for what is under way only. Every call resolves at the same end.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#drain();
    return this.#stopped;
  }

  async #drain(): Promise<void> {
    if (this.#life === 'running') this.#life = 'stopping';
    this.#performer.close();
    this.mailbox.nudge();
    await this.#loop;
    this.#refuseAwaited(new FailureError(failure('engine_stopped')));
    if (!this.#hasFailed()) await this.#options.ports.journal.flush();
  }

  async #run(): Promise<void> {
    while (!this.#hasFailed()) {
      const burst = this.#life === 'running' ? await this.mailbox.take(BURST_MAX) : this.mailbox.takeNow(BURST_MAX);
      if (burst.length > 0) await this.#process(burst);
      else if (this.#life !== 'running') return;
    }
  }

  async #process(burst: readonly EngineInput[]): Promise<void> {
    const stepped = await this.#stepAll(burst);
    const effects = stepped.length === 1 ? (stepped[0] as Stepped).effects : stepped.flatMap((each) => each.effects);
    if (effects.some(isLasting)) await this.#performLasting(stepped, effects);
    else await this.#performFleeting(stepped, effects);
    if (this.#awaited.size > 0) this.#answer(burst);
    await this.#snapshotWhenDue();
  }

  async #performLasting(stepped: readonly Stepped[], effects: readonly EngineEffect[]): Promise<void> {
    await this.#record(stepped);
    // After a power cut the store loses no less than the journal, and repair refetches; orders are kept for good first.
    const saves = collectSaves(effects);
    const execution = collectExecution(effects);
    const reviewed = await this.#performer.review(effects);
    if (execution !== null) await this.#commit(saves ?? NOTHING, execution);
    else if (saves !== null) await this.#commit(saves);
    else await this.#options.ports.journal.flush('process');
    if (stepped.some(({ input }) => isIrreplaceable(input))) await this.#options.ports.journal.flush('machine');
    await this.#performer.perform(effects);
    this.#performer.answer(reviewed);
  }

  /** Forming candles die with the process, as a buffered record does: they need not wait for it. */
  async #performFleeting(stepped: readonly Stepped[], effects: readonly EngineEffect[]): Promise<void> {
    try {
      await this.#performer.perform(effects);
    } finally {
      await this.#record(stepped);
    }
  }

  #answer(burst: readonly EngineInput[]): void {
    for (const input of burst) {
      this.#awaited.get(input)?.resolve();
      this.#awaited.delete(input);
    }
  }

  #refuseAwaited(error: unknown): void {
    for (const { reject } of this.#awaited.values()) reject(error);
    this.#awaited.clear();
  }

  async #stepAll(burst: readonly EngineInput[]): Promise<readonly Stepped[]> {
    const stepped: Stepped[] = [];
    for (const input of burst) {
      try {
        const { state, effects } = this.#options.step(this.#state, input);
        this.#state = state;
        stepped.push({ sequence: state.sequence, input, effects });
      } catch (error) {
        // An input that stops the program must be found in the journal.
        await this.#record([...stepped, { sequence: this.#state.sequence + 1, input, effects: [] }]);
        throw error;
      }
    }
    return stepped;
  }

  /** Inputs and outputs of a burst enter the journal in one append, so that it never ends between the two. */
  async #record(stepped: readonly Stepped[]): Promise<void> {
    const texts: CandleTexts = new Map();
    const records: JournalRecord[] = [];
    for (const { sequence, input, effects } of stepped) {
      const record = inputRecord(sequence, input, texts);
      records.push(record);
      this.#sinceSnapshot += replayWork(record.body.length);
      const output = outputRecord(sequence, effects, texts);
      if (output !== null) records.push(output);
    }
    await this.#options.ports.journal.append(records);
  }

  async #snapshotWhenDue(): Promise<void> {
    const due = Math.max(this.#options.snapshotEvery ?? SNAPSHOT_EVERY, this.#snapshotChars / SNAPSHOT_CHARS_AN_INPUT);
    if (this.#sinceSnapshot < due) return;
    this.#sinceSnapshot = 0;
    const snapshot = takeSnapshot(this.#state);
    this.#snapshotChars = snapshot.body.length;
    await this.#options.ports.journal.saveSnapshot(snapshot);
  }

  /** A request that ran beside the loop failed; when stopping, its ports were closed under it. */
  #failBeside(error: unknown): void {
    if (this.#life === 'running' || !(error instanceof FailureError)) this.#fail(error);
  }

  #fail(error: unknown): void {
    if (this.#hasFailed()) return;
    this.#life = 'failed';
    this.#refuseAwaited(error);
    this.#performer.close();
    this.mailbox.nudge();
    const tell = (): void => this.#options.onFatal(error);
    // Best effort: the record of the input that failed is worth more than a second error about it.
    this.#options.ports.journal.flush().then(tell, tell);
  }

  #hasFailed(): boolean {
    return this.#life === 'failed';
  }
}

/** Candles that somebody posted have no exchange to be fetched from again: they wait for the disk. */
function isIrreplaceable(input: EngineInput): boolean {
  return input.kind === 'candlesPosted' && input.candles.some(({ certificate }) => certificate.source === 'ingest');
}
