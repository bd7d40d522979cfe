/**
 * Carrying out what discovery asks for, in whichever composition it runs: polls, saves, ages and books. Every request is
 * answered by inputs, or fails in a way that is told and tried again by itself; candidates are worth less than positions.
 */
import type { EpochMs } from '../../core/time.ts';
import type { DiscoveryEffect, DiscoveryInput, PollJob } from '../../discovery/index.ts';
import type { BookFacts } from '../../model/book.ts';
import { type Failure, FailureError } from '../../model/failure.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { CandidateStore } from '../../ports/candidate-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MarketWatch } from '../../ports/market-watch.ts';
import { toPollOutcome } from './poll-outcome.ts';

/** What discovery needs of the outside. */
export type DiscoveryPorts = {
  readonly clock: Clock;
  readonly watch: Pick<MarketWatch, 'followMinutes' | 'fetchInstruments' | 'fetchAnnouncements' | 'fetchBook'>;
  readonly candidates: Pick<CandidateStore, 'saveBatch' | 'saveListings'>;
  /** Since when a coin has been traded; `null` while that is not known. Asking again and again costs nothing. */
  readonly listedTimes: { readonly find: (id: InstrumentId) => Promise<EpochMs | null> };
  /** Takes what went wrong and is tried again by itself; must not throw. */
  readonly onFault: (failure: Failure) => void;
};

/** What can come of a request. */
export type DiscoveryAnswer = Exclude<
  DiscoveryInput,
  { readonly kind: 'cycleDue' | 'positionOpened' | 'positionClosed' }
>;

/** What discovery asks for; everything else it answers is news. */
export type DiscoveryRequest = Extract<
  DiscoveryEffect,
  { readonly kind: 'pollDue' | 'saveCandidates' | 'saveListings' | 'fetchListedTime' | 'followMinutes' }
>;

type RequestOf<Kind extends DiscoveryRequest['kind']> = Extract<DiscoveryRequest, { readonly kind: Kind }>;

type Actions = {
  readonly [Kind in DiscoveryRequest['kind']]: (
    ports: DiscoveryPorts,
    request: RequestOf<Kind>,
  ) => Promise<readonly DiscoveryAnswer[]>;
};

/** Whether an answer of the fold is a request. */
export function isDiscoveryRequest(effect: { readonly kind: string }): effect is DiscoveryRequest {
  return Object.hasOwn(ACTIONS, effect.kind);
}

/** Starts one request; resolves with the inputs it leads to, in order. Rejects for bugs only. */
export function startDiscoveryRequest<Kind extends DiscoveryRequest['kind']>(
  ports: DiscoveryPorts,
  request: RequestOf<Kind>,
): Promise<readonly DiscoveryAnswer[]> {
  return ACTIONS[request.kind as Kind](ports, request);
}

const ACTIONS: Actions = {
  pollDue: (ports, { job }) => (job === 'announcements' ? pollAnnouncements(ports) : pollInstruments(ports)),
  // A batch that could not be stored leaves nothing removed: the next round asks for the same again (problem R8-2).
  saveCandidates: (ports, { batch }) =>
    contained(ports, async () => {
      await ports.candidates.saveBatch(batch);
      const { removed } = batch;
      return removed.length === 0 ? [] : [{ kind: 'candidatesStored', receivedTime: ports.clock.now(), removed }];
    }),
  saveListings: (ports, { memory }) =>
    contained(ports, async () => {
      await ports.candidates.saveListings(memory);
      return [];
    }),
  fetchListedTime: (ports, { instrumentId }) =>
    contained(ports, async () => {
      const listedTime = await ports.listedTimes.find(instrumentId);
      const receivedTime = ports.clock.now();
      return listedTime === null ? [] : [{ kind: 'listedTimeKnown', receivedTime, instrumentId, listedTime }];
    }),
  followMinutes: async ({ watch }, { instrumentIds }) => {
    watch.followMinutes(instrumentIds);
    return [];
  },
};

/**
 * The books of these instruments. Who is missing could not be read, which is told by the refusal of the candidate: a coin
 * that does not trade yet has none, and that is no fault.
 */
export async function fetchBooks(
  watch: Pick<MarketWatch, 'fetchBook'>,
  instrumentIds: readonly InstrumentId[],
): Promise<Readonly<Record<string, BookFacts>>> {
  const answers = await Promise.all(instrumentIds.map((instrumentId) => watch.fetchBook(instrumentId)));
  const books: Record<string, BookFacts> = {};
  for (const [index, answer] of answers.entries()) {
    if (answer.ok) books[instrumentIds[index] as InstrumentId] = answer.value;
  }
  return books;
}

async function contained(
  { onFault }: DiscoveryPorts,
  work: () => Promise<readonly DiscoveryAnswer[]>,
): Promise<readonly DiscoveryAnswer[]> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    onFault(error.failure);
    return [];
  }
}

async function pollAnnouncements(ports: DiscoveryPorts): Promise<readonly DiscoveryAnswer[]> {
  const answer = await ports.watch.fetchAnnouncements();
  const receivedTime = ports.clock.now();
  if (!answer.ok) return [pollEnded(ports, 'announcements', answer.error)];
  return [
    { kind: 'announcementsReceived', receivedTime, announcements: answer.value },
    pollEnded(ports, 'announcements', null),
  ];
}

async function pollInstruments(ports: DiscoveryPorts): Promise<readonly DiscoveryAnswer[]> {
  const answer = await ports.watch.fetchInstruments();
  const receivedTime = ports.clock.now();
  if (!answer.ok) return [pollEnded(ports, 'instruments', answer.error)];
  return [
    { kind: 'instrumentsReceived', receivedTime, instruments: answer.value },
    pollEnded(ports, 'instruments', null),
  ];
}

function pollEnded({ clock, onFault }: DiscoveryPorts, job: PollJob, failed: Failure | null): DiscoveryAnswer {
  if (failed !== null) onFault(failed);
  return { kind: 'pollEnded', receivedTime: clock.now(), job, outcome: toPollOutcome(failed) };
}
