/**
 * Candle files of a folder as a market that can be traded in. In: what `hotwick scan --recording` reads. Out: the market,
 * the stretch that can be played, and what had to be assumed. Only the stretch and the history before it are in memory.
 */
import { BarPacker, createPackedMarket } from '../../adapters/sim/packed-market.ts';
import type { SimMarket } from '../../adapters/sim/sim-market.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { addMs, type EpochMs, epochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { type Failure, FailureError, failure } from '../../model/failure.ts';
import { openImportFile } from '../data/candle-files.ts';
import { listRecording, type RecordedFiles, type Recording, SCAN_STEP_MS } from '../scan/recording-files.ts';

/** What is asked for. */
export type LoadCandlesOptions = {
  readonly dir: string;
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
  readonly seed: number;
  readonly quoteAsset: string;
  /** Bars read so far. */
  readonly onProgress: (bars: number) => void;
};

/** A market of candle files. */
export type LoadedCandles = {
  readonly recording: Recording;
  readonly market: SimMarket;
  /** What is played; what lies before is history. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly bars: number;
};

const DAY_MS = 86_400_000;
/** Signals judge 224 candles of an hour. */
const HISTORY_MS = 10 * DAY_MS;
/** Without a beginning of its own a play begins when signals have 50 candles of an hour, or after half of a short recording. */
const WARM_UP_MS = 3 * DAY_MS;
/** A coin whose bars begin with the recording was listed before: it counts as old. */
const OLD_MS = 365 * DAY_MS;
const BEGINNING_MS = DAY_MS;
/** 88 bytes each. Policy beyond it: refuse, and say what helps. */
const BARS_MAX = 8_000_000;

/** Reads the folder; fails with `usage_wrong` where it holds nothing to play or too much at once, else as the readers. */
export async function loadCandles(options: LoadCandlesOptions): Promise<Result<LoadedCandles, Failure>> {
  const { dir, seed, quoteAsset, from, to } = options;
  const listed = await listRecording(dir, { quoteAsset });
  if (!listed.ok) return listed;
  const recording = listed.value;
  try {
    const packers = await readAll(recording, options);
    const span = chooseSpan(packers, { recording, from, to });
    if (!span.ok) return span;
    const beginning = Math.min(...packers.map((packer) => packer.openTime(0)));
    const market = createPackedMarket({
      tracks: packers.map((packer) => packer.finish()),
      startTime: span.value.from,
      seed,
      listedTimeOf: (firstOpen) =>
        firstOpen - beginning < BEGINNING_MS ? epochMs(Math.max(0, firstOpen - OLD_MS)) : firstOpen,
    });
    return ok({ recording, market, ...span.value, bars: packers.reduce((sum, { count }) => sum + count, 0) });
  } catch (error) {
    if (error instanceof FailureError) return err(error.failure);
    throw error;
  }
}

async function readAll(
  recording: Recording,
  { from, to, onProgress }: LoadCandlesOptions,
): Promise<readonly BarPacker[]> {
  const minutes = SCAN_STEP_MS[recording.timeframe] / 60_000;
  const wanted = { from: from === null ? 0 : from - HISTORY_MS, to: to ?? Number.POSITIVE_INFINITY };
  const packers: BarPacker[] = [];
  let bars = 0;
  for (const files of recording.instruments) {
    const packer = new BarPacker(files.instrumentId, minutes);
    for await (const chunk of chunksOf(files)) {
      takeWanted(packer, chunk, wanted);
      if (bars + packer.count > BARS_MAX) throw new FailureError(tooMuch(recording.dir));
      onProgress(bars + packer.count);
    }
    bars += packer.count;
    if (packer.count > 0) packers.push(packer);
  }
  return packers;
}

function takeWanted(
  packer: BarPacker,
  chunk: readonly ClosedCandle[],
  wanted: { readonly from: number; readonly to: number },
): void {
  for (const candle of chunk) {
    if (candle.openTime >= wanted.from && candle.openTime < wanted.to) packer.take(candle);
  }
}

async function* chunksOf({ paths }: RecordedFiles): AsyncGenerator<readonly ClosedCandle[]> {
  for (const path of paths) {
    const told = await openImportFile(path);
    const opened = told.ok ? told : await openImportFile(path, { market: 'spot' });
    if (!opened.ok) throw new FailureError(opened.error);
    yield* opened.value.chunks;
  }
}

function tooMuch(dir: string): Failure {
  const reason = `${dir} has more than ${BARS_MAX} bars; play a part of it with --from and --to`;
  return failure('usage_wrong', { reason });
}

function chooseSpan(
  packers: readonly BarPacker[],
  of: { readonly recording: Recording; readonly from: EpochMs | null; readonly to: EpochMs | null },
): Result<{ readonly from: EpochMs; readonly to: EpochMs }, Failure> {
  const { recording, from, to } = of;
  const wrong = (reason: string): Result<never, Failure> => err(failure('usage_wrong', { reason }));
  if (packers.length === 0) return wrong(`${recording.dir} has no candles between --from and --to`);
  const first = epochMs(Math.min(...packers.map((packer) => packer.openTime(0))));
  const last = Math.max(...packers.map((packer) => packer.openTime(packer.count - 1)));
  const end = addMs(epochMs(last), SCAN_STEP_MS[recording.timeframe]);
  const warmed = addMs(first, Math.floor(Math.min(WARM_UP_MS, (end - first) / 2) / 60_000) * 60_000);
  const span = { from: from ?? warmed, to: to !== null && to < end ? to : end };
  if (span.from < first) return wrong('--from is before the first candle');
  return span.to > span.from ? ok(span) : wrong('there are no candles after --from');
}
