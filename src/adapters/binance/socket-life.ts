/**
 * What one connection has proven: its first frame, the pace of each stream and of the whole, and what it delivered of
 * each. Only usable frames count; an acknowledgement or a corrupt frame is no proof of life.
 */
import type { EpochMs } from '../../core/time.ts';
import { Cadence, type SilenceLimits } from './cadence.ts';
import { foldSeen, type StreamSeen, type StreamUpdate } from './handover.ts';

type StreamLife = { readonly cadence: Cadence; readonly seen: StreamSeen };

/** A stream that is dead for its pace. */
export type SilentStream = { readonly name: string; readonly silentMs: number };

/** The record of one connection; holds one entry per stream it has delivered. */
export class SocketLife {
  readonly bornAt: EpochMs;
  readonly #whole = new Cadence();
  readonly #streams = new Map<string, StreamLife>();
  #subscribedAt: EpochMs | null = null;
  #firstFrameAt: EpochMs | null = null;

  constructor(bornAt: EpochMs) {
    this.bornAt = bornAt;
  }

  /** Starts the wait for the first frame. */
  markSubscribed(now: EpochMs): void {
    this.#subscribedAt ??= now;
  }

  /** Notes a usable frame. */
  record(name: string, update: StreamUpdate, now: EpochMs): void {
    this.#firstFrameAt ??= now;
    this.#whole.record(now);
    const life = this.#streams.get(name);
    const cadence = life?.cadence ?? new Cadence();
    cadence.record(now);
    this.#streams.set(name, { cadence, seen: foldSeen(life?.seen ?? null, update) });
  }

  /** Forgets a stream that is not wanted any more. */
  forget(name: string): void {
    this.#streams.delete(name);
  }

  /** When the first usable frame came; `null` before it. */
  get firstFrameAt(): EpochMs | null {
    return this.#firstFrameAt;
  }

  /** What it delivered of a stream; `null` before the stream's first frame. */
  seen(name: string): StreamSeen | null {
    return this.#streams.get(name)?.seen ?? null;
  }

  /** Whether a frame of the stream came at or after `time`. */
  heardSince(name: string, time: EpochMs): boolean {
    const lastAt = this.#streams.get(name)?.cadence.lastAt ?? null;
    return lastAt !== null && lastAt >= time;
  }

  /** How long the first frame has been overdue beyond `firstFrameMs`, as the whole wait; `null` when it is not. */
  findOverdueFirstFrame(now: EpochMs, firstFrameMs: number): number | null {
    if (this.#subscribedAt === null || this.#firstFrameAt !== null) return null;
    const waitedMs = now - this.#subscribedAt;
    return waitedMs >= firstFrameMs ? waitedMs : null;
  }

  /** How long the whole connection has been dead; `null` while it is fine. */
  findDeadSilence(now: EpochMs, limits: SilenceLimits): number | null {
    return this.#whole.findDeadSilence(now, limits);
  }

  /** Streams of proven pace that have stopped; a thinly traded one is never among them. */
  silentStreams(now: EpochMs, silenceMs: number): readonly SilentStream[] {
    const silent: SilentStream[] = [];
    const limits = { silenceMs, thinSilenceMs: Number.POSITIVE_INFINITY };
    for (const [name, { cadence }] of this.#streams) {
      const silentMs = cadence.findDeadSilence(now, limits);
      if (silentMs !== null) silent.push({ name, silentMs });
    }
    return silent;
  }
}
