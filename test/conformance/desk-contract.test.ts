/**
 * Section 7 of the hot-coin contract, route by route, over a running trade that holds a coin with its resting stop. Real
 * sockets, a simulated exchange. What an operator does to it is in the other file of the desk.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  balancesAnswer,
  deskChartAnswer,
  deskHealth,
  deskPosition,
  deskStatus,
  eventsAnswer,
  executionMetricsAnswer,
  funnelAnswer,
  hotPostsAnswer,
  mlAnswer,
  paramsAnswer,
  poolAnswer,
  positionsAnswer,
  precheckStatsAnswer,
  probeAnswer,
  riskAnswer,
  signalsAnswer,
  tradesAnswer,
  whyAnswer,
} from '../../src/api/contract.ts';
import { METRICS } from '../../src/app/metrics/metric-list.ts';
import { EVENT_PAYLOADS } from '../../src/app/trading/exports/event-line.ts';
import { createDeskClient, type DeskUpdate } from '../../src/client/index.ts';
import { toFloat } from '../../src/core/decimal.ts';
import { viewPortfolio } from '../../src/portfolio/index.ts';
import { burstMarket, move } from '../fixtures/burst-market.ts';
import { type MinuteModel, minuteModel } from '../fixtures/minute-model.ts';
import { TradingRun } from '../fixtures/trading-run.ts';

const MINUTE_MS = 60_000;
let run: TradingRun;
let model: MinuteModel;

beforeAll(async () => {
  const scenario = burstMarket(move('17m', 'price: +15%, volume: 6x, buyers: 60%, for: 16m'));
  model = await minuteModel();
  run = await TradingRun.start({ scenario, venue: 'exchange', desk: 'served', models: model.home });
  await run.passUntil(() => held() === 1, { limitMs: 25 * MINUTE_MS, what: 'the coin is bought' });
  // A minute that closes, so that the model in shadow has something to say.
  await run.pass(80_000);
});

afterAll(async () => {
  await run.close();
  model.remove();
});

function held(): number {
  return viewPortfolio(run.trading.portfolio).positions.length;
}

type Answer = { readonly status: number; readonly body: unknown };

async function ask(path: string): Promise<Answer> {
  const answer = await fetch(`${run.deskUrl}${path}`);
  return { status: answer.status, body: await answer.json() };
}

/** An answer of 200 in exactly the contract's shape. */
async function read<T extends z.ZodType>(schema: T, path: string): Promise<z.infer<T>> {
  const { status, body } = await ask(path);
  expect(status, path).toBe(200);
  return schema.parse(body);
}

describe('a running trade answers', () => {
  it('programs that watch over it: it runs, it is ready, and nothing of money is told', async () => {
    for (const path of ['/health', '/ready']) {
      expect(await read(probeAnswer, path), path).toEqual({ status: 'ok', reasons: [] });
    }
  });

  it('Prometheus, with every figure of the documentation and the state of this moment', async () => {
    const answer = await fetch(`${run.deskUrl}/metrics`);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await answer.text();
    for (const { name, kind } of METRICS) expect(text).toContain(`# TYPE hotwick_${name} ${kind}\n`);
    const figureOf = (line: string): number =>
      Number(
        text
          .split('\n')
          .find((each) => each.startsWith(`${line} `))
          ?.split(' ')[1],
      );
    const { portfolio } = run.trading;
    expect(figureOf('hotwick_equity_usdt')).toBeCloseTo(toFloat(viewPortfolio(portfolio).equity), 6);
    expect(figureOf('hotwick_positions')).toBe(1);
    expect(figureOf('hotwick_positions_unprotected')).toBe(0);
    expect(figureOf('hotwick_position_naked_seconds{symbol="HOTUSDT"}')).toBeLessThan(5);
    expect(figureOf('hotwick_trading_state{state="tradeable"}')).toBe(1);
    expect(figureOf('hotwick_orders_total{side="buy",purpose="open",outcome="filled"}')).toBe(1);
    expect(figureOf('hotwick_orders_open{state="new"}')).toBe(1);
    expect(figureOf('hotwick_candidate_heat_max')).toBeGreaterThan(0);
    expect(figureOf('hotwick_request_weight_limit_1m{scope="spot"}')).toBeGreaterThan(0);
    expect(figureOf('hotwick_engine_step_seconds_count')).toBeGreaterThan(100);
    expect(figureOf('hotwick_engine_commit_seconds_count')).toBeGreaterThan(2);
    expect(figureOf('hotwick_ticker_age_seconds')).toBeLessThan(5);
    expect(figureOf('hotwick_entries_open')).toBe(1);
  });

  it('its status, with candidates, signals, anomalies and money (R3-11)', async () => {
    const status = await read(deskStatus, '/hotcoin/api/status');
    expect(status).toMatchObject({
      source: 'runner',
      running: true,
      engine_state: 'tradeable',
      mode: 'live',
      positions: 1,
    });
    expect(status.recent_anomalies).toEqual([expect.objectContaining({ symbol: 'HOTUSDT' })]);
    expect(status.anomalies_today).toBe(1);
    expect(status.candidates[0]).toMatchObject({ symbol: 'HOTUSDT', status: 'trading' });
    expect(status.recent_signals.length).toBeGreaterThan(0);
    expect(status.block_errors).toEqual({});
    expect(Object.keys(status).sort()).toEqual(Object.keys(deskStatus.omit({ message: true }).shape).sort());
    expect((await read(deskStatus, '/hotcoin/status')).run_id).toBe(status.run_id);
  });

  it('the model in shadow, what it is worth and what it said last with its grounds', async () => {
    const ml = await read(mlAnswer, '/hotcoin/api/ml');
    expect(ml).toMatchObject({ state: 'watching', reason: null, errors: { count: 0 }, monitor: { alarm: 'quiet' } });
    expect(ml.model).toMatchObject({ task: 'trade', interval: '1m', tier: 'production', served: true, kind: 'gbdt' });
    expect([ml.model?.contract.auc, ml.model?.contract.brier]).toEqual([0.61, 0.08]);
    const { predictions, open, resolved, unresolvable } = ml.counts;
    expect(predictions).toBe(ml.predictions.length);
    expect(open + resolved + unresolvable).toBe(predictions);
    expect(ml.predictions[0]).toMatchObject({ symbol: 'HOTUSDT', number: predictions, outcome: null });
    expect(ml.predictions[0]?.reasons[0]?.name).toBe('vol_surge_3_20');
    const client = createDeskClient({ url: run.deskUrl });
    expect((await client.ml()).model?.hash).toBe(ml.model?.hash);
    client.close();
    const text = await (await fetch(`${run.deskUrl}/metrics`)).text();
    const labels = `task="trade",interval="1m",model="${ml.model?.hash.slice(0, 16)}",tier="production",served="yes"`;
    expect(text).toContain(`hotwick_ml_model_info{${labels}} 1`);
    expect(text).toContain(`hotwick_ml_predictions{outcome="open"} ${open}`);
    expect(text).toContain('hotwick_ml_contract_auc 0.61');
    expect(text).not.toMatch(/^hotwick_ml_live_auc /m);
  });

  it('A-3: its health is ok', async () => {
    const health = await read(deskHealth, '/hotcoin/health');
    expect(health).toMatchObject({ status: 'ok', can_trade: true, runner_attached: true, status_snapshot_fresh: true });
    expect(health.reasons).toEqual([]);
  });

  it('the position with stop, tiers, protection and orders', async () => {
    const { positions, pnl_summary, risk_state } = await read(positionsAnswer, '/hotcoin/api/positions');
    const [position] = positions;
    expect(position).toMatchObject({ symbol: 'HOTUSDT', side: 'BUY', protection: 'resting', trailing_active: false });
    expect(position?.next_tp).toEqual({ tier: 1, target_pct: 0.05, exit_ratio: 0.3 });
    expect(position?.orders).toEqual([expect.objectContaining({ purpose: 'protection', side: 'SELL' })]);
    expect(Number(position?.stop_price)).toBeLessThan(Number(position?.entry_price));
    expect(position?.sl_pct).toBeLessThanOrEqual(-0.03);
    expect([pnl_summary.total_trades, risk_state.positions, risk_state.halted]).toEqual([0, 1, false]);
  });

  it('the five layers of risk, each with what it sees and where it acts', async () => {
    const risk = await read(riskAnswer, '/hotcoin/api/risk');
    expect(risk.layers.map(({ layer }) => layer)).toEqual(['L1', 'L2', 'L3', 'L4', 'L5']);
    for (const { layer, limit, used, state } of risk.layers) {
      expect([limit > 0, used < 1, state], layer).toEqual([true, true, 'ok']);
    }
    expect(risk.layers[2]?.parts[0]?.used, 'what is held counts for its sector').toBeGreaterThan(0);
    expect([risk.positions, risk.positions_max, risk.halt, risk.emergency]).toEqual([1, 5, null, null]);
  });

  it('the pool with heat by dimension, the signals with their grounds, and the funnel with its refusals', async () => {
    const { coins } = await read(poolAnswer, '/hotcoin/api/pool');
    expect(coins.map(({ symbol }) => symbol)).toContain('HOTUSDT');
    const { signals } = await read(signalsAnswer, '/hotcoin/api/signals');
    expect(signals[0]).toMatchObject({ symbol: 'HOTUSDT' });
    const funnel = await read(funnelAnswer, '/hotcoin/api/funnel');
    const counts = Object.fromEntries(funnel.stages.map(({ stage, count }) => [stage, count]));
    expect(counts).toMatchObject({ anomalies: 1, approved: 1, positions: 1 });
    expect(funnel.entries.length, 'held already is a refusal too').toBeGreaterThan(0);
  });

  it('R7-4: the balances of the account, and counters of orders, prechecks and request weight', async () => {
    const { balances } = await read(balancesAnswer, '/hotcoin/api/balances');
    expect(balances.map(({ asset }) => asset)).toEqual(expect.arrayContaining(['HOT', 'USDT']));
    const metrics = await read(executionMetricsAnswer, '/hotcoin/api/execution_metrics');
    expect(metrics).toMatchObject({ source: 'runner', order_errors_5m: 0 });
    expect(metrics.order_attempts_5m).toBeGreaterThan(0);
    expect(metrics.requests[0]?.limit_1m).toBeGreaterThan(0);
    expect(await read(precheckStatsAnswer, '/hotcoin/api/precheck_stats')).toMatchObject({ source: 'runner' });
  });

  it('the settings in force, the posts, and no trades yet', async () => {
    const { params, mode, config_hash } = await read(paramsAnswer, '/hotcoin/api/params');
    expect(params['execution']).toMatchObject({ enable_order_execution: true });
    expect([mode, config_hash.length]).toEqual(['live', 16]);
    expect((await read(hotPostsAnswer, '/hotcoin/api/hot_posts')).source).toBe('runner');
    expect((await read(tradesAnswer, '/hotcoin/api/trades')).trades).toEqual([]);
  });

  it('C-8: every type of event that the log can hold can be asked for', async () => {
    const { types } = await read(eventsAnswer, '/hotcoin/api/events?limit=1');
    expect([...types].sort()).toEqual(Object.keys(EVENT_PAYLOADS).sort());
  });

  it('the event log by type, coin and chain, page by page', async () => {
    const approved = await read(eventsAnswer, '/hotcoin/api/events?type=entry_approved&symbol=hotusdt');
    const [decision] = approved.events;
    expect(approved.events).toHaveLength(1);
    const chain = await read(eventsAnswer, `/hotcoin/api/events?trace_id=${decision?.trace_id}`);
    const types = chain.events.map(({ event_type }) => event_type);
    expect(types).toEqual(
      expect.arrayContaining(['candidate_snapshot', 'signal_snapshot', 'entry_approved', 'order_result']),
    );
    const first = await read(eventsAnswer, '/hotcoin/api/events?limit=3');
    const second = await read(eventsAnswer, `/hotcoin/api/events?limit=3&before=${first.next_before}`);
    expect(Math.min(...first.events.map(({ id }) => id))).toBeGreaterThan(second.events[0]?.id ?? 0);
  });

  it('the chart with our buy on it and the events behind it', async () => {
    const chart = await read(deskChartAnswer, '/hotcoin/api/chart?symbol=HOTUSDT&interval=1m&days=1&scores=1');
    expect(chart.klines.length).toBe(800);
    expect(chart.markers).toEqual([expect.objectContaining({ side: 'BUY', reason: 'entry' })]);
    const related = chart.trade_points[0]?.related_events.map(({ event_type }) => event_type) ?? [];
    expect(related).toContain('order_result');
    expect(related.length).toBeLessThanOrEqual(12);
    expect(Object.keys(chart.scores)).toContain('1m');
    const other = await read(deskChartAnswer, '/hotcoin/api/chart?symbol=HOTUSDT&interval=1m&trace_id=another');
    expect(other.markers).toEqual([]);
  });

  it('refuses what a chart can not be, and takes numbers as near as they can be', async () => {
    const bad = ['symbol=x', 'symbol=HOTUSDT&interval=7m', 'symbol=HOTUSDT&trace_id=a%20b'];
    const answers = await Promise.all(bad.map((query) => ask(`/hotcoin/api/chart?${query}`)));
    expect(answers).toEqual([
      { status: 400, body: { error: 'invalid_symbol' } },
      { status: 400, body: { error: 'invalid_interval' } },
      { status: 400, body: { error: 'invalid_trace_id' } },
    ]);
    const near = '/hotcoin/api/chart?symbol=HOTUSDT&interval=1h&days=-4&bars_limit=many';
    expect((await read(deskChartAnswer, near)).klines.length).toBe(24);
    for (const limit of ['x', '-1', '1e9', '']) await read(tradesAnswer, `/hotcoin/api/trades?limit=${limit}`);
    for (const before of ['x', '1', '%40a', '../1@a']) {
      const { status, body } = await ask(`/hotcoin/api/trades?before=${before}`);
      expect([status, body], before).toEqual([400, expect.objectContaining({ ok: false, error: 'before_malformed' })]);
    }
    for (const limit of ['x', '-1', '1e9', '']) await read(eventsAnswer, `/hotcoin/api/events?limit=${limit}&before=z`);
  });

  it('B-8: beside another trade of the same process, which knows nothing of it', async () => {
    const other = await TradingRun.start({ scenario: burstMarket([]), seed: 8, desk: 'served' });
    try {
      const paused = await fetch(`${other.deskUrl}/hotcoin/api/entries`, {
        method: 'POST',
        body: '{"action":"pause"}',
      });
      expect(paused.status).toBe(200);
      const theirs = deskStatus.parse(await (await fetch(`${other.deskUrl}/hotcoin/api/status`)).json());
      const ours = await read(deskStatus, '/hotcoin/api/status');
      expect([theirs.pause, theirs.positions, theirs.mode]).toEqual(['by an operator', 0, 'paper']);
      expect([ours.pause, ours.positions, ours.mode]).toEqual([null, 1, 'live']);
    } finally {
      await other.close();
    }
  });

  it('why: about the coin, the position and everything, in words', async () => {
    const [position] = (await read(positionsAnswer, '/hotcoin/api/positions')).positions;
    const trade = await read(whyAnswer, `/hotcoin/api/why?trade=${position?.position_id}`);
    expect(trade).toMatchObject({ question: 'trade', symbol: 'HOTUSDT', entry: { outcome: 'approved' } });
    const coin = await read(whyAnswer, `/hotcoin/api/why?symbol=hotusdt&time=${run.now() / 1_000}`);
    expect([coin.question, coin.words.length > 0]).toEqual(['coin', true]);
    expect(await read(whyAnswer, '/hotcoin/api/why?from=soon')).toMatchObject({ question: 'summary' });
    const statuses = ['trade=nobody', 'trade=a%20b', 'symbol=x'].map(async (query) => {
      return (await ask(`/hotcoin/api/why?${query}`)).status;
    });
    expect(await Promise.all(statuses)).toEqual([404, 400, 400]);
  });

  it('programs through the typed client, topics included: what changes arrives as a change of what was there', async () => {
    const client = createDeskClient({ url: run.deskUrl });
    try {
      expect((await client.positions()).positions).toHaveLength(1);
      await expect(client.chart({ symbol: 'no' })).rejects.toMatchObject({ code: 'refused' });
      const seen: Partial<Record<string, DeskUpdate>> = {};
      for await (const update of client.watch(['status', 'positions', 'pool', 'events', 'risk', 'metrics'])) {
        if (update.kind === 'topic') seen[update.topic] = update;
        if (Object.keys(seen).length === 6) break;
      }
      const [row] = Object.values((seen['positions'] as { data: object } | undefined)?.data ?? {});
      expect(deskPosition.parse(row).symbol).toBe('HOTUSDT');
      expect(deskStatus.parse((seen['status'] as { data: object } | undefined)?.data).engine_state).toBe('tradeable');
    } finally {
      client.close();
    }
    await expect(client.status()).rejects.toMatchObject({ code: 'closed' });
  });
});
