/**
 * The run loop: takes bursts from the mailbox, records them, steps through them, records what came out and performs
 * it. Whatever is stored or announced was journaled durably before. Start-up is recovery: the newest snapshot, the
 * journal's tail, then the present.
 */
import type { Result } from '../core/result.ts';
import { inputRecord, outputRecord } from '../journal/records.ts';
import type { Effect, Input } from '../model/events.ts';
import { type Failure, FailureError } from '../model/failure.ts';
import type { Journal } from '../ports/journal.ts';
import { Mailbox, type MailboxStats } from './mailbox.ts';
import { EffectPerformer, type EffectPorts } from './perform.ts';
import { type Replayed, replay, takeSnapshot } from './replay.ts';
import { type EngineState, initialState, type Step } from './step.ts';

/** What an engine is made of. */
export type EngineOptions = {
  readonly ports: EffectPorts & { readonly journal: Journal };
  readonly step: Step;
  /** Most inputs that wait; beyond it senders wait. */
  readonly mailboxMax?: number;
  /** Inputs between two snapshots. */
  readonly snapshotEvery?: number;
  /** Hears the error that ended the loop. */
  readonly onFatal: (error: unknown) => void;
};

/** Inputs taken in one burst: one journal transaction, one store transaction. */
const BURST_MAX = 512;
const MAILBOX_MAX = 10_000;
const SNAPSHOT_EVERY = 5_000;

/** One run of the product over its ports. */
export class Engine {
  readonly mailbox: Mailbox;
  readonly #options: EngineOptions;
  readonly #performer: EffectPerformer;
  #state: EngineState = initialState();
  #loop: Promise<void> | null = null;
  #stopping = false;
  #sinceSnapshot = 0;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.mailbox = new Mailbox(options.mailboxMax ?? MAILBOX_MAX);
    this.#performer = new EffectPerformer(
      options.ports,
      (input) => (this.#stopping ? Promise.resolve() : this.mailbox.post(input)),
      (error) => this.#fail(error),
    );
  }

  /** Rebuilds the state from the journal; fails with `journal_corrupt` and then must not be started. */
  async recover(): Promise<Result<Replayed, Failure>> {
    try {
      const replayed = await replay(this.#options.ports.journal, this.#options.step);
      if (replayed.ok) this.#state = replayed.value.state;
      return replayed;
    } catch (error) {
      if (error instanceof FailureError) return { ok: false, error: error.failure };
      throw error;
    }
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

  /** Lets everything that waits be processed, then stops; the journal is durable afterwards. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#performer.close();
    this.mailbox.nudge();
    await this.#loop;
    await this.#options.ports.journal.flush();
  }

  async #run(): Promise<void> {
    while (true) {
      const burst = this.#stopping ? this.mailbox.takeNow(BURST_MAX) : await this.mailbox.take(BURST_MAX);
      if (burst.length > 0) await this.#process(burst);
      else if (this.#stopping) return;
    }
  }

  async #process(burst: readonly Input[]): Promise<void> {
    const { journal } = this.#options.ports;
    const effects: Effect[] = [];
    let lasting = false;
    for (const input of burst) {
      // The record precedes the step, so that an input that stops the program can be found in the journal.
      await journal.append([inputRecord(this.#state.sequence + 1, input)]);
      const stepped = this.#options.step(this.#state, input);
      this.#state = stepped.state;
      const output = outputRecord(this.#state.sequence, stepped.effects);
      if (output === null) {
        effects.push(...stepped.effects);
        continue;
      }
      await journal.append([output]);
      for (const effect of stepped.effects) effects.push(effect);
      lasting = true;
    }
    if (lasting) await journal.flush();
    await this.#performer.perform(effects);
    await this.#snapshotWhenDue(burst.length);
  }

  async #snapshotWhenDue(inputs: number): Promise<void> {
    this.#sinceSnapshot += inputs;
    if (this.#sinceSnapshot < (this.#options.snapshotEvery ?? SNAPSHOT_EVERY)) return;
    this.#sinceSnapshot = 0;
    await this.#options.ports.journal.saveSnapshot(takeSnapshot(this.#state));
  }

  #fail(error: unknown): void {
    if (this.#stopping && error instanceof FailureError) return; // ports were closed under a request in flight
    this.#stopping = true;
    this.#performer.close();
    // Best effort: the record of the input that failed is worth more than a second error about it.
    this.#options.ports.journal.flush().then(
      () => this.#options.onFatal(error),
      () => this.#options.onFatal(error),
    );
  }
}
