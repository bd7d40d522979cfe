/**
 * A scan of a recording from its folder to its report: files to a spool, the spool through the player, what it found
 * to a report.
 */
import { err, ok, type Result } from '../../core/result.ts';
import { type EpochMs, epochMs, toIsoText } from '../../core/time.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { listRecording, type Recording, SCAN_STEP_MS, type ScanTimeframe } from './recording-files.ts';
import { type RecordingSpool, spoolRecording } from './recording-spool.ts';
import { describeMapping, scanConfig } from './scan-config.ts';
import { createScanPlayer, endPlay, playFrame, type ScanPlayer } from './scan-player.ts';
import { DEFINITIONS, reportCandidates, reportLanes, reportMoves, type ScanReport } from './scan-report.ts';

/** What to scan, and who hears how far it has come. */
export type ScanOptions = {
  readonly dir: string;
  readonly timeframe?: ScanTimeframe;
  readonly onProgress: (stage: 'reading' | 'playing', bars: number) => void;
};

const DAY_MS = 86_400_000;
/** Frames between two words of progress, which is also when the process answers to others. */
const FRAMES_A_TURN = 64;

/**
 * Scans a folder of candle files. Fails with `usage_wrong` when nothing in it can be played or it does not reach beyond
 * the 24 hours that a ticker tells, and like the readers when a file can not be read to its end.
 */
export async function scanRecording(options: ScanOptions): Promise<Result<ScanReport, Failure>> {
  const { dir, timeframe, onProgress } = options;
  const choice = { quoteAsset: scanConfig('1m').ticker.quoteAsset };
  const recording = await listRecording(dir, timeframe === undefined ? choice : { ...choice, timeframe });
  if (!recording.ok) return recording;
  const spool = await spoolRecording(recording.value, (bars) => onProgress('reading', bars));
  if (!spool.ok) return spool;
  try {
    return await playRecording(recording.value, spool.value, (bars) => onProgress('playing', bars));
  } finally {
    spool.value.close();
  }
}

async function playRecording(
  recording: Recording,
  spool: RecordingSpool,
  onProgress: (bars: number) => void,
): Promise<Result<ScanReport, Failure>> {
  const span = spanOf(recording, spool);
  if (span === null) {
    const reason = `${recording.dir} does not reach beyond the 24 hours that a scan needs to begin with`;
    return err(failure('usage_wrong', { reason }));
  }
  const player = createScanPlayer({ config: scanConfig(recording.timeframe), ...spool, from: span.from });
  let bars = 0;
  let frames = 0;
  for (const frame of spool.frames()) {
    playFrame(player, frame);
    bars += frame.bars.length;
    frames++;
    if (frames % FRAMES_A_TURN !== 0) continue;
    onProgress(bars);
    await new Promise(setImmediate);
  }
  endPlay(player);
  return ok(toReport({ recording, spool, span, player }));
}

type Span = { readonly from: EpochMs; readonly to: EpochMs };

function spanOf({ timeframe }: Recording, { instruments }: RecordingSpool): Span | null {
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  for (const { firstOpen, lastOpen } of instruments) {
    from = Math.min(from, firstOpen);
    to = Math.max(to, lastOpen + SCAN_STEP_MS[timeframe]);
  }
  return to - from > DAY_MS ? { from: epochMs(from), to: epochMs(to) } : null;
}

function toReport(played: {
  readonly recording: Recording;
  readonly spool: RecordingSpool;
  readonly span: Span;
  readonly player: ScanPlayer;
}): ScanReport {
  const { recording, spool, span, player } = played;
  const days = (span.to - player.judgedFrom) / DAY_MS;
  const moves = reportMoves(player);
  return {
    recording: {
      dir: recording.dir,
      timeframe: recording.timeframe,
      instruments: spool.instruments.length,
      bars: spool.bars,
      repeated_bars: spool.repeated,
      estimated_quote_volumes: spool.estimated,
      from: toIsoText(span.from),
      to: toIsoText(span.to),
      judged_from: toIsoText(player.judgedFrom),
      judged_days: days,
      skipped: recording.skipped,
    },
    mapping: describeMapping(recording.timeframe),
    definitions: DEFINITIONS,
    lanes: reportLanes(player, { moves, days }),
    moves,
    candidates: reportCandidates(player),
    candidates_unlisted: player.log.unlisted,
  };
}
