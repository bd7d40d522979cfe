/**
 * The recording of a trading run on disk: written beside the run's files, and read back record by record.
 */
import { listSegments } from '../../adapters/flight/flight-files.ts';
import { readFlightLog } from '../../adapters/flight/flight-reader.ts';
import { createFlightLog } from '../../adapters/flight/flight-writer.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, FailureError, failure, toFailure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import { type PlacedRecord, parseMarketRecord, type RecordedHead } from './market-record.ts';
import { createMarketRecorder, type MarketRecorder } from './market-recorder.ts';

/** Where a run is recorded, and how much of it is kept at most. */
export type RecordingPlace = { readonly dir: string; readonly bytesMax: number };

/** Begins a recording; what is wrong with the place is told and ends the recording, never the run. */
export function openMarketRecorder(options: {
  readonly place: RecordingPlace;
  readonly clock: Clock;
  readonly version: string;
  readonly config: unknown;
  readonly onWarning: (reason: string) => void;
}): MarketRecorder {
  const { place, clock, version, config, onWarning } = options;
  const onFault = (fault: Failure): void => onWarning(`${fault.code}: ${fault.message}`);
  const log = createFlightLog({ dir: place.dir, clock, onFault, bounds: { totalBytesMax: place.bytesMax } });
  return createMarketRecorder({ log, clock, version, config });
}

/** Whether a folder holds a recording at all. */
export function hasRecording(dir: string): boolean {
  try {
    return listSegments(dir).length > 0;
  } catch {
    // A folder that can not be read holds nothing; whoever opens it otherwise says why.
    return false;
  }
}

/** The heads of its segments that a run can be played from, oldest first; the first record of each is read. */
export function readHeads(dir: string): Result<readonly RecordedHead[], Failure> {
  try {
    const heads: RecordedHead[] = [];
    for (const { text, place } of readFlightLog(dir, () => {})) {
      if (place !== 'head') continue;
      const record = parseMarketRecord(text)?.record;
      if (record?.kind !== 'head') {
        const reason = `${dir} holds no recording of a trading run (hotwick trade makes them)`;
        return err(failure('usage_wrong', { reason }));
      }
      heads.push(record.head);
    }
    return ok(heads);
  } catch (error) {
    return err(toFailure(error));
  }
}

/** The records from the segment on whose head is the `first`-th; throws `FailureError` where one can not be read. */
export function* readMarketRecords(dir: string, first: number): Generator<PlacedRecord> {
  let heads = -1;
  for (const { text, place, sequence } of readFlightLog(dir, () => {})) {
    if (place === 'head') heads++;
    if (heads < first) continue;
    const record = parseMarketRecord(text);
    if (record === null) {
      const reason = `record ${sequence} is none of a trading run: ${text.slice(0, 40)}`;
      throw new FailureError(failure('recording_damaged', { path: dir, reason }));
    }
    yield record;
  }
}
