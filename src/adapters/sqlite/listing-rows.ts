/**
 * What is known of lists and announcements as rows of hotcoins.db and back: one row for each announcement seen, each
 * instrument listed, each listing that waits and each delisting, and one that says that a list has been seen at all.
 */
import { type EpochMs, isEpochMs } from '../../core/time.ts';
import type { InstrumentStatus } from '../../model/instrument.ts';
import type { InstrumentFacts, ListingMemory, PendingListing } from '../../model/listing-facts.ts';
import { RowFault } from './sqlite-failures.ts';
import { readStoredJson } from './stored-json.ts';

/** A row of `listing_memory`. */
export type ListingRow = readonly [kind: string, name: string, dataJson: string];

const STATUSES: readonly InstrumentStatus[] = ['trading', 'halted', 'unlisted'];

/** The rows of `memory`. */
export function toListingRows({ seen, instruments, pending, delistings }: ListingMemory): readonly ListingRow[] {
  return [
    ...seen.map(([id, time]): ListingRow => ['seen', id, JSON.stringify({ time })]),
    ...(instruments === null ? [] : [['list', 'instruments', '{}'] as const]),
    ...toRows('instrument', instruments ?? {}),
    ...toRows('pending', pending),
    ...Object.entries(delistings).map(
      ([name, endTime]): ListingRow => ['delisting', name, JSON.stringify({ endTime })],
    ),
  ];
}

function toRows(kind: string, entries: Readonly<Record<string, unknown>>): readonly ListingRow[] {
  return Object.entries(entries).map(([name, entry]): ListingRow => [kind, name, JSON.stringify(entry)]);
}

/** The memory in `rows`, `null` where there are none; `onBroken` hears of each row that can not be read. */
export function parseListingRows(
  rows: readonly ListingRow[],
  onBroken: (row: ListingRow, fault: RowFault) => void,
): ListingMemory | null {
  if (rows.length === 0) return null;
  const seen: (readonly [string, EpochMs])[] = [];
  const instruments: Record<string, InstrumentFacts> = {};
  const pending: Record<string, PendingListing> = {};
  const delistings: Record<string, EpochMs | null> = {};
  const read: Readonly<Record<string, (name: string, json: string) => void>> = {
    seen: (name, json) => seen.push([name, readStoredJson(json).time('time')]),
    list: () => {},
    instrument: (name, json) => {
      instruments[name] = parseFacts(json);
    },
    pending: (name, json) => {
      pending[name] = parsePending(json);
    },
    delisting: (name, json) => {
      delistings[name] = readStoredJson(json).timeOrNull('endTime');
    },
  };
  for (const row of rows) {
    try {
      const [kind, name, json] = row;
      const take = Object.hasOwn(read, kind) ? read[kind] : undefined;
      if (take === undefined) throw new RowFault(`kind is ${kind.slice(0, 60)}`);
      take(name, json);
    } catch (thrown) {
      if (!(thrown instanceof RowFault)) throw thrown;
      onBroken(row, thrown);
    }
  }
  const hasList = rows.some(([kind]) => kind === 'list');
  seen.sort((a, b) => a[1] - b[1]);
  return { seen, instruments: hasList ? instruments : null, pending, delistings };
}

function parseFacts(json: string): InstrumentFacts {
  const data = readStoredJson(json);
  return {
    status: data.oneOf('status', STATUSES),
    isMarketByQuote: data.flag('isMarketByQuote'),
    permissions: data.texts('permissions'),
    firstSeenTime: data.timeOrNull('firstSeenTime'),
  };
}

function parsePending(json: string): PendingListing {
  const data = readStoredJson(json);
  return {
    base: data.text('base'),
    announcementId: data.text('announcementId'),
    title: data.textOrNull('title'),
    announcedTime: data.time('announcedTime'),
    openTime: data.timeOrNull('openTime'),
    confidence: data.oneOf('confidence', ['sure', 'guess']),
    expiresTime: data.time('expiresTime'),
  };
}

/** A time out of a column; throws `RowFault` for any other number. */
export function timeColumn(name: string, value: number): EpochMs {
  if (!isEpochMs(value)) throw new RowFault(`${name} is ${value}`);
  return value;
}
