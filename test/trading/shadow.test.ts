/**
 * A model in shadow beside whole trading runs: real sockets, real files, a market that bursts. What trading is told, decides,
 * orders and remembers is the same to the last byte with it, without it, and when everything of it fails.
 */
import { existsSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createManualClock } from '../../src/adapters/clock/manual-clock.ts';
import { createMemorySettingStore } from '../../src/adapters/memory/memory-setting-store.ts';
import { PREDICTIONS_SCHEMA } from '../../src/adapters/sqlite/prediction-rows.ts';
import { openSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { deskHealth, deskStatus, eventsAnswer, mlAnswer } from '../../src/api/contract.ts';
import { HotCoinConfigEditor } from '../../src/app/hotcoin/config-editor.ts';
import { saveTrained } from '../../src/app/ml/model-folder.ts';
import { loadServed } from '../../src/app/ml/serve-model.ts';
import { EVENT_PAYLOADS } from '../../src/app/trading/exports/event-line.ts';
import type { TradingService } from '../../src/app/trading/trading-service.ts';
import { createDeskClient } from '../../src/client/index.ts';
import { epochMs } from '../../src/core/time.ts';
import { burstMarket, move } from '../fixtures/burst-market.ts';
import { LocalTrading, type LocalTradingOptions, type TradingTexts } from '../fixtures/local-trading.ts';
import { type MinuteModel, minuteModel, trainedMinutes } from '../fixtures/minute-model.ts';
import { GOOD_METRICS } from '../fixtures/served-model.ts';
import { TradingRun } from '../fixtures/trading-run.ts';
import type { TradingRunOptions } from '../fixtures/trading-run-options.ts';

const MINUTE_MS = 60_000;
const MARKET = burstMarket([
  ...move('17m', 'price: +8%, volume: 6x, buyers: 60%, for: 5m'),
  ...move('23m', 'price: -12%, volume: 9x, buyers: 20%, for: 20s'),
]);

async function begin(options: Partial<TradingRunOptions>): Promise<TradingRun> {
  const run = await TradingRun.start({ scenario: MARKET, ...options });
  onTestFinished(() => run.close());
  return run;
}

async function modelAt(...standing: Parameters<typeof minuteModel>): Promise<MinuteModel> {
  const model = await minuteModel(...standing);
  onTestFinished(model.remove);
  return model;
}

/** A run to its end; `look` sees it before that. */
async function play(
  options: Omit<LocalTradingOptions, 'scenario'>,
  look: (run: LocalTrading) => void = () => {},
): Promise<TradingTexts> {
  const run = await LocalTrading.start({ scenario: MARKET, ...options });
  onTestFinished(() => run.remove());
  await run.pass(26 * MINUTE_MS);
  look(run);
  return run.end();
}

/** The engine that a service shows can not be asked, so that every candle that is heard beside trading fails. */
function unanswering(service: TradingService): TradingService {
  const refuse = (): never => {
    throw new Error('nobody answers');
  };
  const engine = { stats: refuse, submit: refuse, state: () => askedOnce(service) } as unknown;
  const asked = new WeakSet<TradingService>();
  const askedOnce = (each: TradingService): unknown => {
    // The timeframes are asked for when a model is found; after that nobody answers.
    if (asked.has(each)) return refuse();
    asked.add(each);
    return each.engine.state();
  };
  return { ...service, engine: engine as TradingService['engine'] };
}

describe('trading beside a model in shadow', () => {
  it('is told, decides, orders and remembers the same, byte for byte, with it, without it and while it fails', async () => {
    const plain = await play({});
    const { decisions, orders, ledger, journal } = plain;
    expect([decisions.length > 3, orders.length > 3, ledger.length > 3, journal.length > 1_000]).toEqual([
      ...[true, true, true, true],
    ]);
    const { home } = await modelAt();
    const watched = await play({ models: home }, ({ shadow }) => {
      expect(shadow.errors().count).toBe(0);
      expect(shadow.now()?.record.counts().predictions).toBeGreaterThan(5);
      expect(shadow.now()?.record.counts().resolved).toBeGreaterThan(3);
    });
    expect(watched).toEqual(plain);
    const failing = await play({ models: home, wrap: unanswering }, ({ shadow }) => {
      expect(shadow.errors().lastReason).toBe('nobody answers');
      expect(shadow.errors().count).toBeGreaterThan(15);
    });
    expect(failing).toEqual(plain);
  });

  it('is the same when what is predicted can not be stored, and with models that are broken', async () => {
    const plain = await play({});
    const model = await modelAt();
    const run = await LocalTrading.start({ scenario: MARKET, models: model.home });
    onTestFinished(() => run.remove());
    const database = openSqliteDatabase({ path: join(run.dataDir, 'predictions.db'), schema: PREDICTIONS_SCHEMA });
    const refuse = "BEFORE INSERT ON predictions BEGIN SELECT RAISE(ABORT, 'no space left'); END";
    database.connect('NORMAL').exec(`CREATE TRIGGER refuse ${refuse}`);
    await run.pass(26 * MINUTE_MS);
    expect([run.shadow.state(), run.shadow.errors().lastReason]).toEqual(['failing', 'no space left']);
    expect(run.shadow.now()?.record.counts().predictions).toBe(0);
    database.close();
    expect(await run.end()).toEqual(plain);
    for (const name of readdirSync(model.folder.path)) {
      if (name.startsWith('model_')) truncateSync(join(model.folder.path, name), 100);
    }
    const broken = await play({ models: model.home }, ({ shadow }) => {
      expect([shadow.state(), shadow.now()]).toEqual(['failing', null]);
      expect(shadow.why()).toContain('files_changed');
    });
    expect(broken).toEqual(plain);
  });

  it('goes on while every candle fails beside it, which is counted and told in health, status and metrics', async () => {
    const run = await begin({ models: (await modelAt()).home, desk: 'served', shadow: { wrap: unanswering } });
    await run.pass(18 * MINUTE_MS);
    const { state, errors, counts } = mlAnswer.parse(await ask(run, '/hotcoin/api/ml'));
    expect([state, errors.last_reason, counts.predictions]).toEqual(['failing', 'nobody answers', 0]);
    expect(errors.count).toBeGreaterThan(5);
    const { tasks } = deskStatus.parse(await ask(run, '/hotcoin/api/status'));
    const told = { name: 'model in shadow', critical: false, state: 'failed', last_error: 'nobody answers' };
    expect(tasks).toContainEqual({ ...told, restarts: 0 });
    const health = deskHealth.parse(await ask(run, '/hotcoin/health'));
    expect(health).toMatchObject({ status: 'ok', can_trade: true, failing: ['model in shadow'] });
    const metrics = await (await fetch(`${run.deskUrl}/metrics`)).text();
    expect(metrics).toContain('hotwick_ml_shadow_state{state="failing"} 1');
    expect(metrics).toMatch(/hotwick_ml_errors_total [1-9]/);
    expect(run.warnings.filter((text) => text.includes('nobody answers'))).toHaveLength(1);
  });

  it('has its predictions again as soon as they can be stored', async () => {
    const run = await begin({ models: (await modelAt()).home });
    await run.shadow.look();
    const database = openSqliteDatabase({ path: join(run.dataDir, 'predictions.db'), schema: PREDICTIONS_SCHEMA });
    const other = database.connect('NORMAL');
    const refuse = "BEFORE INSERT ON predictions BEGIN SELECT RAISE(ABORT, 'no space left'); END";
    other.exec(`CREATE TRIGGER refuse ${refuse}`);
    await run.passUntil(() => run.shadow.state() === 'failing', { limitMs: 20 * MINUTE_MS, what: 'a save fails' });
    other.exec('DROP TRIGGER refuse');
    database.close();
    await run.passUntil(() => run.shadow.state() === 'watching', { limitMs: 5 * MINUTE_MS, what: 'a save succeeds' });
    expect(run.shadow.now()?.record.counts().predictions).toBeGreaterThan(0);
  });
});

describe('a model in shadow', () => {
  it('opens nothing and hears nothing while there is no model, and watches one that is trained meanwhile', async () => {
    const model = await modelAt('nothing');
    const run = await begin({ models: model.home });
    await run.pass(2 * MINUTE_MS);
    expect([run.shadow.state(), run.shadow.why()]).toEqual(['idle', 'no model of the task trade was trained']);
    expect(existsSync(join(run.dataDir, 'predictions.db'))).toBe(false);
    await saveTrained(model.folder, trainedMinutes(1, { metrics: { ...GOOD_METRICS, n_samples: 900 } }));
    await run.pass(61_000);
    await run.shadow.look();
    const now = run.shadow.now();
    expect(run.shadow.state()).toBe('watching');
    expect(now?.model.decision?.deployment_tier).toBe('research_only');
    expect(now?.model.notServed).toMatch(/^not_approved: few_samples/);
  });

  it('goes on after a kill: what was open is settled by candles that came meanwhile, and nothing is there twice', async () => {
    const run = await begin({ models: (await modelAt()).home, desk: 'served' });
    const count = (): number => run.shadow.now()?.record.counts().predictions ?? 0;
    await run.passUntil(() => count() >= 5, { limitMs: 25 * MINUTE_MS, what: 'five predictions are made' });
    const before = mlAnswer.parse(await ask(run, '/hotcoin/api/ml'));
    const open = before.predictions.filter(({ outcome }) => outcome === null);
    expect(open.length).toBeGreaterThan(1);
    await run.crash();
    await run.clock.advance(6 * MINUTE_MS);
    await run.begin();
    await run.pass(3 * MINUTE_MS);
    const after = mlAnswer.parse(await ask(run, '/hotcoin/api/ml'));
    const outcomeOf = (number: number) => after.predictions.find((each) => each.number === number)?.outcome;
    for (const { number, time } of open) {
      const outcome = outcomeOf(number);
      expect(outcome, String(number)).toMatchObject({ kind: 'resolved' });
      expect(outcome?.time).toBeLessThanOrEqual(time + 180);
    }
    for (const { number, outcome } of before.predictions)
      if (outcome !== null) expect(outcomeOf(number)).toEqual(outcome);
    expect(after.counts.unresolvable).toBe(0);
    expect(new Set(after.predictions.map(({ symbol, time }) => `${symbol} ${time}`)).size).toBe(
      after.predictions.length,
    );
    expect(after.counts.predictions).toBeGreaterThan(before.counts.predictions);
  });

  it('that lost its order is demoted and told of once, also over restarts, and is watched on as research', async () => {
    const model = await modelAt();
    // It rings as soon as an AUC is known, whatever that is, and never ends.
    const monitor = { windowRows: 50, rowsMin: 4, labelRowsMin: 1, dropMax: -1, dropOver: -2, confirmRows: 1 };
    const run = await begin({ models: model.home, desk: 'served', shadow: { monitor } });
    await run.passUntil(() => run.alarms.length > 0, { limitMs: 40 * MINUTE_MS, what: 'the alarm' });
    const [alarm] = run.alarms;
    expect(alarm).toMatchObject({ task: 'trade', interval: '1m', approval: 'taken back', baselineAuc: 0.61 });
    expect(alarm?.reason).toMatch(/^the model lost its order: AUC [01]\.\d+ over the newest \d+ predictions/);
    expect((await loadServed(model.folder, { task: 'trade', interval: '1m' })).ok).toBe(false);
    await run.shadow.look();
    const { model: shown, monitor: watch } = mlAnswer.parse(await ask(run, '/hotcoin/api/ml'));
    expect(shown).toMatchObject({ tier: 'research_only', served: false });
    expect(shown?.not_served).toContain('demoted: the model lost its order');
    expect(watch?.alarm).toBe('ringing');
    const told = eventsAnswer.parse(await ask(run, '/hotcoin/api/events?type=model_alarm')).events;
    expect(told.map(({ payload }) => EVENT_PAYLOADS.model_alarm.parse(payload).approval)).toEqual(['taken back']);
    await run.crash();
    await run.begin();
    await run.pass(3 * MINUTE_MS);
    expect(run.alarms).toHaveLength(1);
    expect(run.shadow.now()?.record.monitor().state.alarm).toBe('ringing');
  });

  it('ml.shadow turns it off and on while trading runs', async () => {
    const editor = new HotCoinConfigEditor({
      store: createMemorySettingStore(),
      environment: { HOTCOIN_EXECUTE: '1' },
      clock: createManualClock(epochMs(0)),
    });
    const run = await begin({ models: (await modelAt()).home, desk: 'served', editor });
    await run.shadow.look();
    expect(run.shadow.state()).toBe('watching');
    const client = createDeskClient({ url: run.deskUrl });
    await client.saveConfig({ ml: { shadow: 'off' } });
    await run.shadow.look();
    expect(await client.ml()).toMatchObject({ state: 'off', model: null, reason: 'ml.shadow is off' });
    await client.saveConfig({ ml: { shadow: 'on' } });
    await run.shadow.look();
    expect(await client.ml()).toMatchObject({ state: 'watching', reason: null });
    client.close();
  });
});

async function ask(run: TradingRun, path: string): Promise<unknown> {
  return (await fetch(`${run.deskUrl}${path}`)).json();
}
