/**
 * One trading engine as the desk sees it: views made from its stages, questions to its files and its market, commands.
 */
import type { ExecutionMetricsAnswer, ParamsAnswer, RequestBudget, WhyAnswer } from '../../api/contract.ts';
import type { DeskQueries, DeskRunner, DeskViews, WhyWanted } from '../../api/desk/desk-ports.ts';
import { toTradePlaceText } from '../../api/desk/trade-place.ts';
import { add, toDecimalText } from '../../core/decimal.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import { listCandidates } from '../../discovery/index.ts';
import { type Failure, FailureError } from '../../model/failure.ts';
import { type InstrumentId, instrumentId } from '../../model/instrument.ts';
import { summarizePnl } from '../../portfolio/index.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EquityRecorder } from '../equity/equity-recorder.ts';
import type { ResolvedConfig } from '../hotcoin/hotcoin-config.ts';
import type { ShadowService } from '../ml/shadow-service.ts';
import { toMetrics, toPrechecks } from '../trading/exports/execution-words.ts';
import { toPnlBlock } from '../trading/exports/pnl-block.ts';
import type { TradingExports } from '../trading/exports/trading-exports.ts';
import type { TradingService } from '../trading/trading-service.ts';
import { createWhyReader, type WhyReader } from '../why/why-reader.ts';
import type { ChartQuery } from './chart-query.ts';
import type { DeskBoard } from './desk-board.ts';
import type { EngineControl } from './desk-control.ts';
import { answerTradesFrom, readTrades } from './desk-files.ts';
import { answerEquity, toWireBar } from './equity-view.ts';
import { viewFunnel } from './funnel-view.ts';
import { viewMl } from './ml-view.ts';
import { viewPositions } from './positions-view.ts';
import { viewPosts } from './posts-view.ts';
import { viewRisk } from './risk-view.ts';
import { readTrading, type TradingNow } from './trading-now.ts';

/** What a runner is made of. */
export type RunnerParts = {
  readonly service: TradingService;
  readonly exports: Pick<TradingExports, 'readStatus'>;
  readonly board: DeskBoard;
  readonly control: EngineControl;
  readonly chart: ChartQuery;
  readonly clock: Clock;
  /** Where the files lie. */
  readonly dir: string;
  readonly about: Pick<ParamsAnswer, 'mode' | 'run_id' | 'version' | 'started_ms'>;
  /** The settings in force. */
  readonly inForce: () => ResolvedConfig;
  /** The model in shadow; `null` where nobody watches one. */
  readonly shadow: ShadowService | null;
  readonly equity: EquityRecorder;
};

const QUOTE_ASSET = 'USDT';

/** The runner. */
export function createDeskRunner(parts: RunnerParts): DeskRunner {
  return { views: createViews(parts), queries: createQueries(parts), control: parts.control };
}

function createViews({ service, exports, board, clock, about, inForce, shadow, equity }: RunnerParts): DeskViews {
  const read = (): TradingNow => readTrading(service, clock.now());
  return {
    status: () => exports.readStatus(),
    risk: () => viewRisk(read()),
    positions: () => viewPositions(read()),
    pool: () => {
      const { pool } = read().stages.discovery;
      return { candidates: listCandidates(pool), refusals: { ...pool.refusals.counts } };
    },
    signals: () => board.signals.latest(),
    metrics: () => viewMetrics(read(), service.readBudgets()),
    prechecks: () => {
      const { execution, now } = read();
      return { ...toPrechecks(execution.prechecks), source: 'runner', ts: now / 1_000 };
    },
    funnel: () => viewFunnel(read(), board),
    posts: () =>
      viewPosts(
        read(),
        service.socials.map((social) => social.status()),
      ),
    equity: () => equity.newest().map(toWireBar),
    ml: () => viewMl(shadow, clock.now()),
    params: () => {
      const { config, hash } = inForce();
      return { params: structuredClone(config), ...about, config_hash: hash, ts: clock.now() / 1_000 };
    },
  };
}

function viewMetrics({ execution, now }: TradingNow, requests: readonly RequestBudget[]): ExecutionMetricsAnswer {
  return { ...toMetrics(execution.metrics), requests: [...requests], source: 'runner', ts: now / 1_000 };
}

function answerWhy(reader: WhyReader, wanted: WhyWanted, now: EpochMs): Promise<WhyAnswer | null> {
  if (wanted.about === 'position') return reader.trade(wanted.positionId);
  if (wanted.about === 'everything') return reader.summary(wanted.from, now);
  return reader.coin(toSpot(wanted.symbol), wanted.at);
}

function toSpot(symbol: string): InstrumentId {
  const base = symbol.endsWith(QUOTE_ASSET) ? symbol.slice(0, -QUOTE_ASSET.length) : symbol;
  return instrumentId({ venue: 'binance', market: 'spot', base, quote: QUOTE_ASSET });
}

/** What failed as a value; what can not be expected is thrown on. */
async function toResult<T>(answer: Promise<T>): Promise<Result<T, Failure>> {
  try {
    return ok(await answer);
  } catch (thrown) {
    if (thrown instanceof FailureError) return err(thrown.failure);
    throw thrown;
  }
}

function createQueries({ service, board, chart, clock, dir, equity, about }: RunnerParts): DeskQueries {
  return {
    events: (wanted) => board.find(wanted),
    recentTrades: (limit) => board.trades(limit),
    trades: async (wanted) => {
      const now = clock.now();
      const pnl_summary = toPnlBlock(summarizePnl(readTrading(service, now).stages.portfolio.pnl));
      const trades = wanted.before === null ? board.trades(wanted.limit) : [];
      const last = trades.at(-1);
      if (last === undefined) return { ...(await answerTradesFrom(dir, wanted, now)), pnl_summary };
      const older = await readTrades(dir, { limit: 1, before: last });
      const next_before = older.length === 0 ? null : toTradePlaceText(last);
      return { trades: [...trades], next_before, source: 'memory', pnl_summary, ts: now / 1_000 };
    },
    chart: (wanted) => chart.answer(wanted),
    why: (wanted, language) =>
      answerWhy(createWhyReader({ ...service, now: () => clock.now(), language }), wanted, clock.now()),
    equity: (wanted) => toResult(answerEquity(equity, wanted, { mode: about.mode, now: clock.now() })),
    balances: async () => {
      const answer = await service.account.fetchBalances();
      if (!answer.ok) return answer;
      const balances = answer.value
        .map(({ asset, free, locked }) => ({ asset, free, locked, total: add(free, locked) }))
        .filter(({ total }) => total !== 0n)
        .map(({ asset, free, locked, total }) => ({
          asset,
          free: toDecimalText(free),
          locked: toDecimalText(locked),
          total: toDecimalText(total),
        }));
      return ok({ ok: true, balances, ts: clock.now() / 1_000 });
    },
  };
}
