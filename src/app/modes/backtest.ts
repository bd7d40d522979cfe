/**
 * A backtest: the hot-coin system over a recording, through the same composition and step as ever, on the recording's own
 * time, with the venue that paper uses. Nothing is asked of any exchange and nothing is kept but the report.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRecordedClock } from '../../adapters/clock/recorded-clock.ts';
import { createSeededRandom } from '../../adapters/memory/seeded-random.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { addMs, type EpochMs } from '../../core/time.ts';
import { type Failure, failure, toFailure } from '../../model/failure.ts';
import { type BacktestReport, toBacktestReport } from '../backtest/backtest-report.ts';
import { DecisionComparison } from '../backtest/decision-comparison.ts';
import { type ResolvedConfig, resolveHotCoinConfig } from '../hotcoin/hotcoin-config.ts';
import type { RecordedHead } from '../recording/market-record.ts';
import { readHeads, readMarketRecords } from '../recording/open-recording.ts';
import { createRecordedMarket } from '../recording/recorded-market.ts';
import { runVirtually } from '../simulation/virtual-run.ts';
import { paperCosts } from '../trading/paper-costs.ts';
import { createPaperVenue } from '../trading/paper-venue.ts';
import { packageVersion } from '../version.ts';

/** What an operator may choose. */
export type BacktestOptions = {
  readonly dir: string;
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
  /** `null` is those of the recording, or the defaults where it has none. */
  readonly resolved: ResolvedConfig | null;
  readonly seed: number;
  readonly onProgress: (passedMs: number) => void;
  readonly onDecision?: (text: string) => void;
};

/** A segment of a recording is at most this long; the last one has no end of its own. */
const SEGMENT_MS = 3_600_000;
const LOOK_MS = 1_000;
/** Nobody replays the journal of a backtest: the recording is played again instead. */
export const BACKTEST_JOURNAL_BYTES = 64 * 1024 ** 2;

/** What is true of every backtest of a recorded run. */
const RUN_ASSUMPTIONS: readonly string[] = [
  'orders are filled at the newest recorded price, with commission and slippage of the settings; own orders move no price',
  'at most a mean minute of the last 24 hours can be had at a price',
  'the run begins with the capital and no positions, and with nothing known of candidates',
];

/** Plays the recording of a trading run and answers the report. */
export async function backtestRun(options: BacktestOptions): Promise<Result<BacktestReport, Failure>> {
  const heads = readHeads(options.dir);
  if (!heads.ok) return heads;
  const span = chooseSpan(heads.value, options);
  if (!span.ok) return span;
  const resolved = options.resolved === null ? resolveHotCoinConfig(span.value.head.config, {}) : ok(options.resolved);
  if (!resolved.ok) return resolved;
  const dataDir = mkdtempSync(join(tmpdir(), 'hotwick-backtest-'));
  try {
    return await play(options, { span: span.value, resolved: resolved.value, dataDir });
  } catch (error) {
    return err(toFailure(error));
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

type Span = { readonly first: number; readonly head: RecordedHead; readonly end: EpochMs };

/** The segment to begin with, the newest that begins by `from`, and the latest possible end. */
function chooseSpan(heads: readonly RecordedHead[], { dir, from, to }: BacktestOptions): Result<Span, Failure> {
  const wanted = from ?? heads[0]?.time ?? null;
  const first = Math.max(
    0,
    heads.findLastIndex(({ time }) => wanted !== null && time <= wanted),
  );
  const head = heads[first];
  const last = heads.at(-1);
  if (head === undefined || last === undefined) {
    return err(failure('usage_wrong', { reason: `${dir} holds no recording of a trading run` }));
  }
  const end = to ?? addMs(last.time, SEGMENT_MS);
  if (end > head.time) return ok({ first, head, end });
  return err(failure('usage_wrong', { reason: '--to is before the recording begins' }));
}

async function play(
  { dir, seed, onProgress, onDecision = () => {} }: BacktestOptions,
  parts: { readonly span: Span; readonly resolved: ResolvedConfig; readonly dataDir: string },
): Promise<Result<BacktestReport, Failure>> {
  const { span, resolved, dataDir } = parts;
  const clock = createRecordedClock(span.head.time);
  const comparison = new DecisionComparison();
  const market = createRecordedMarket({
    clock,
    records: readMarketRecords(dir, span.first),
    onDecision: (text) => comparison.take('recorded', text),
  });
  const run = await runVirtually({
    resolved,
    seed,
    version: packageVersion(),
    dataDir,
    clock,
    advanceTo: (time) => market.playTo(time),
    end: span.end,
    market,
    socials: [market.social],
    venue: createPaperVenue({
      clock,
      random: createSeededRandom(seed, 'paper'),
      costs: paperCosts(resolved.config),
      fetchRules: () => market.fetchTradingRules(),
    }),
    journalBytesMax: BACKTEST_JOURNAL_BYTES,
    lookMs: LOOK_MS,
    onDecision: (text) => {
      comparison.take('made', text);
      onDecision(text);
    },
    onProgress,
  });
  clock.close();
  if (!run.ok) return run;
  return ok(
    toBacktestReport({
      run: run.value,
      resolved,
      version: packageVersion(),
      seed,
      from: span.head.time,
      to: run.value.endTime,
      recording: { dir, kind: 'trading run', instruments: null, timeframe: null, skipped: [] },
      assumptions: RUN_ASSUMPTIONS,
      unanswered: market.unanswered(),
      parity: comparison.conclude(),
    }),
  );
}
