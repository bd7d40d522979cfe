/**
 * What one subscriber has not been handed yet, in order. Of the forming candles of a series only the newest waits;
 * closed candles and gaps all stay, and are counted so that the bus can make publishers wait.
 */
import type { SeriesId } from '../../model/series.ts';
import type { MarketMessage } from '../../ports/bus.ts';

/** A first-in-first-out line of messages. */
export type WaitingMessages = {
  readonly push: (message: MarketMessage) => void;
  /** Removes and returns the oldest message, `null` when none waits. */
  readonly shift: () => MarketMessage | null;
  readonly clear: () => void;
  /** Messages waiting. */
  readonly waiting: () => number;
  /** Closed candles and gaps among the messages waiting. */
  readonly durable: () => number;
  /** Forming candles that a newer one replaced, since the beginning. */
  readonly coalesced: () => number;
};

/** A place in the line; emptied in place when its forming candle is replaced by one further behind. */
type Place = { message: MarketMessage | null; next: Place | null };

/** An empty line. */
export function createWaitingMessages(): WaitingMessages {
  /** Place of the waiting forming candle of a series, and whether a message of that series stands behind it. */
  const forming = new Map<SeriesId, { readonly place: Place; position: 'last' | 'overtaken' }>();
  let head: Place | null = null;
  let tail: Place | null = null;
  let waiting = 0;
  let durable = 0;
  let coalesced = 0;

  const append = (message: MarketMessage): Place => {
    const place: Place = { message, next: null };
    if (tail === null) head = place;
    else tail.next = place;
    tail = place;
    waiting++;
    return place;
  };
  const pushForming = (message: MarketMessage): void => {
    const older = forming.get(message.seriesId);
    if (older !== undefined) {
      coalesced++;
      // Taking the old place would carry this candle ahead of a closed candle of its series that came before it.
      if (older.position === 'last') {
        older.place.message = message;
        return;
      }
      older.place.message = null;
      waiting--;
    }
    forming.set(message.seriesId, { place: append(message), position: 'last' });
  };
  const shift = (): MarketMessage | null => {
    while (head !== null) {
      const { message, next }: Place = head;
      head = next;
      if (next === null) tail = null;
      if (message === null) continue;
      waiting--;
      if (message.kind === 'candleForming') forming.delete(message.seriesId);
      else durable--;
      return message;
    }
    return null;
  };
  return {
    push: (message) => {
      if (message.kind === 'candleForming') {
        pushForming(message);
        return;
      }
      const overtaken = forming.get(message.seriesId);
      if (overtaken !== undefined) overtaken.position = 'overtaken';
      append(message);
      durable++;
    },
    shift,
    clear: () => {
      head = null;
      tail = null;
      forming.clear();
      waiting = 0;
      durable = 0;
    },
    waiting: () => waiting,
    durable: () => durable,
    coalesced: () => coalesced,
  };
}
