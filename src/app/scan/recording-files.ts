/**
 * Which files of a folder make a recording: candles of spot pairs in one timeframe, fine enough for rules of minutes.
 * What is left out is told with the reason.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure, toReason } from '../../model/failure.ts';
import { type InstrumentId, parseInstrumentId } from '../../model/instrument.ts';
import { seriesParts } from '../../model/series.ts';
import { openImportFile } from '../data/candle-files.ts';

/** Timeframes whose candles the rules of minutes can be played on, finest first. */
export const SCAN_TIMEFRAMES = ['1m', '5m'] as const;

/** One of them. */
export type ScanTimeframe = (typeof SCAN_TIMEFRAMES)[number];

/** Length of one bar in milliseconds. */
export const SCAN_STEP_MS: Readonly<Record<ScanTimeframe, number>> = { '1m': 60_000, '5m': 300_000 };

/** The files of one instrument, in the order of their names, which is that of their dates. */
export type RecordedFiles = { readonly instrumentId: InstrumentId; readonly paths: readonly string[] };

/** A recording that lies in files. */
export type Recording = {
  readonly dir: string;
  readonly timeframe: ScanTimeframe;
  readonly instruments: readonly RecordedFiles[];
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
};

type Named = { readonly path: string; readonly instrumentId: InstrumentId; readonly timeframe: string };

const CANDLE_FILE = /\.(csv|csv\.gz|zip|parquet)$/i;

/**
 * The recording in `dir`, sub-folders included: of `timeframe`, else of the finest one that is there. Fails with
 * `file_unreadable` when the folder can not be read and with `usage_wrong` when nothing in it can be played.
 */
export async function listRecording(
  dir: string,
  choice: { readonly quoteAsset: string; readonly timeframe?: ScanTimeframe },
): Promise<Result<Recording, Failure>> {
  const paths = listPaths(dir);
  if (!paths.ok) return paths;
  const named: Named[] = [];
  const skipped: { path: string; reason: string }[] = [];
  for (const path of paths.value) {
    const name = await nameFile(path, choice.quoteAsset);
    if (typeof name === 'string') skipped.push({ path, reason: name });
    else named.push(name);
  }
  const timeframe = choice.timeframe ?? SCAN_TIMEFRAMES.find((each) => named.some((file) => file.timeframe === each));
  const played = named.filter((file) => file.timeframe === timeframe);
  if (timeframe === undefined || played.length === 0) return nothingToPlay(dir, timeframe);
  for (const file of named) {
    if (file.timeframe !== timeframe) skipped.push({ path: file.path, reason: `its candles are of ${file.timeframe}` });
  }
  return ok({ dir, timeframe, instruments: byInstrument(played), skipped });
}

function listPaths(dir: string): Result<readonly string[], Failure> {
  try {
    const names = readdirSync(dir, { recursive: true, encoding: 'utf8' });
    const paths = names.filter((name) => CANDLE_FILE.test(name)).map((name) => join(dir, name));
    return ok(paths.filter((path) => statSync(path).isFile()).sort());
  } catch (error) {
    return err(failure('file_unreadable', { path: dir, reason: toReason(error) }));
  }
}

/** What the file holds, or why it is of no use here. */
async function nameFile(path: string, quoteAsset: string): Promise<Named | string> {
  const told = await openImportFile(path);
  // Nothing in the path says futures, so what says nothing is spot.
  const opened = told.ok ? told : await openImportFile(path, { market: 'spot' });
  if (!opened.ok) return opened.error.message;
  const { instrumentId, timeframe } = seriesParts(opened.value.seriesId);
  const parts = parseInstrumentId(instrumentId);
  if (!parts.ok) return parts.error.message;
  if (parts.value.market !== 'spot') return 'it is of futures, and hot coins are spot pairs';
  if (parts.value.quote !== quoteAsset) return `it is quoted in ${parts.value.quote}, not ${quoteAsset}`;
  return { path, instrumentId, timeframe };
}

function nothingToPlay(dir: string, timeframe: ScanTimeframe | undefined): Result<never, Failure> {
  const wanted = timeframe ?? SCAN_TIMEFRAMES.join(' or ');
  return err(failure('usage_wrong', { reason: `${dir} has no candle files of ${wanted} of USDT spot pairs` }));
}

function byInstrument(files: readonly Named[]): readonly RecordedFiles[] {
  const found = new Map<InstrumentId, string[]>();
  for (const { instrumentId, path } of files) {
    const paths = found.get(instrumentId);
    if (paths === undefined) found.set(instrumentId, [path]);
    else paths.push(path);
  }
  return [...found].map(([instrumentId, paths]) => ({ instrumentId, paths }));
}
