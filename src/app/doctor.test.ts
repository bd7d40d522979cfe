import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createManualClock } from '../adapters/clock/manual-clock.ts';
import { createGeneratedMarket } from '../adapters/sim/generated-market.ts';
import { startSimExchange } from '../adapters/sim/sim-exchange.ts';
import { openSqliteDatabase } from '../adapters/sqlite/sqlite-database.ts';
import { createSqliteJournal } from '../adapters/sqlite/sqlite-journal.ts';
import { epochMs } from '../core/time.ts';
import { inputRecord } from '../journal/index.ts';
import { loadConfig } from './config.ts';
import { checkPage, type DoctorOptions, runChecks } from './doctor.ts';
import { checkOpenFiles, judgeWrites } from './doctor-machine.ts';
import type { CheckResult } from './doctor-result.ts';
import { judgeKey, runTradingChecks, type TradingDoctorOptions } from './doctor-trading.ts';
import { createOperator } from './security/operator.ts';
import { newStretch } from './security/passphrase.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-doctor-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function check(name: string, options: Partial<DoctorOptions> = {}): Promise<CheckResult | undefined> {
  const config = loadConfig({});
  if (!config.ok) throw new Error(config.error.message);
  const defaults = { config: config.value, dataDir: temporaryFolder(), port: 0, network: 'offline' } as const;
  const results = await runChecks({ ...defaults, ...options });
  return results.find((result) => result.check === name);
}

/** A journal with one good record, in a database of its own. */
async function writtenDatabase(name = 'hotwick.db'): Promise<string> {
  const dataDir = temporaryFolder();
  mkdirSync(dirname(join(dataDir, name)), { recursive: true });
  const database = openSqliteDatabase({ path: join(dataDir, name) });
  const journal = createSqliteJournal(database);
  await journal.append([inputRecord(1, { kind: 'timerFired', receivedTime: epochMs(1), timerId: 'a' })]);
  await journal.close();
  database.close();
  return dataDir;
}

describe('the doctor', () => {
  it('finds a healthy machine healthy, and changes nothing on it', async () => {
    const dataDir = join(temporaryFolder(), 'not', 'yet');
    const names = ['program', 'data directory', 'database', 'port'];
    for (const name of names) expect(await check(name, { dataDir })).toMatchObject({ state: 'passed', hint: null });
    expect(await check('exchange')).toMatchObject({ state: 'skipped' });
    expect(existsSync(dataDir)).toBe(false);
  });

  it('says where the database stands', async () => {
    expect(await check('database', { dataDir: await writtenDatabase() })).toMatchObject({
      state: 'passed',
      found: '0 series, journal intact to input 1',
    });
  });

  it('finds a data directory that can not be made, and looks no further into it', async () => {
    const file = join(temporaryFolder(), 'a-file');
    writeFileSync(file, '');
    for (const dataDir of [file, join(file, 'below')]) {
      expect(await check('data directory', { dataDir })).toMatchObject({
        state: 'failed',
        hint: 'Fix its permissions or choose another with --data-dir.',
      });
      expect(await check('database', { dataDir })).toBeUndefined();
    }
  });

  it('finds a database that is none', async () => {
    const dataDir = temporaryFolder();
    writeFileSync(join(dataDir, 'hotwick.db'), 'a text file that is longer than a header '.repeat(30));
    expect(await check('database', { dataDir })).toMatchObject({
      state: 'failed',
      found: expect.stringContaining('is damaged'),
    });
  });

  it('finds a damaged journal', async () => {
    const dataDir = await writtenDatabase();
    const raw = new Database(join(dataDir, 'hotwick.db'));
    raw.exec("UPDATE journal SET payload = x'00112233'");
    raw.close();
    expect(await check('database', { dataDir })).toMatchObject({
      state: 'failed',
      found: expect.stringContaining('the journal is damaged at sequence 1'),
    });
  });

  it('bug: the databases of trading were taken for none yet; their journals are read too', async () => {
    for (const name of ['paper/trading.db', 'money/trading.db']) {
      const dataDir = await writtenDatabase(name);
      expect(await check('database', { dataDir })).toBeUndefined();
      expect(await check(`database ${name}`, { dataDir })).toMatchObject({
        state: 'passed',
        found: '0 series, journal intact to input 1',
      });
      const raw = new Database(join(dataDir, name));
      raw.exec("UPDATE journal SET payload = x'00112233'");
      raw.close();
      expect(await check(`database ${name}`, { dataDir })).toMatchObject({ state: 'failed' });
    }
  });

  it('finds a port in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await check('port', { port })).toMatchObject({
      state: 'failed',
      found: `${port} on 127.0.0.1: already in use`,
      hint: 'Stop the other program or choose another port with --port.',
    });
  });

  it('finds the page missing', () => {
    expect(checkPage(temporaryFolder())).toMatchObject({ check: 'page', state: 'warned' });
    const built = temporaryFolder();
    writeFileSync(join(built, 'index.html'), '');
    expect(checkPage(built)).toMatchObject({ state: 'passed' });
  });
});

describe('the doctor with an exchange', () => {
  async function checkAgainst(url: string): Promise<CheckResult | undefined> {
    const config = loadConfig({
      TRADE_CANVAS_BINANCE_FUTURES_BASE_URL: url,
      TRADE_CANVAS_BINANCE_SPOT_BASE_URL: url,
    });
    if (!config.ok) throw new Error(config.error.message);
    return check('exchange', { config: config.value, network: 'online' });
  }

  it('says that it is out of reach', async () => {
    // Port 9 of this machine is closed: the connection is refused at once.
    expect(await checkAgainst('http://127.0.0.1:9')).toMatchObject({
      state: 'warned',
      hint: 'The demo needs no network; `hotwick up` does.',
    });
  });

  it('says that the clocks disagree', async () => {
    const startTime = epochMs(1_709_251_200_000);
    const clock = createManualClock(startTime);
    const market = createGeneratedMarket({ seed: 1, startTime, historyMs: 3_600_000, markets: ['futures'] });
    const exchange = await startSimExchange({ host: '127.0.0.1', port: 0, clock, market });
    onTestFinished(() => exchange.close());
    const found = await checkAgainst(exchange.httpUrl);
    expect(found).toMatchObject({ state: 'warned', hint: 'Synchronize the clock of this machine (NTP).' });
    expect(found?.found).toMatch(/this clock is \d+ ms ahead$/);
  });
});

describe('the doctor of trading', () => {
  const KEY = { apiKey: 'hotwick-sim-key', secret: 'hotwick-sim-secret' };

  async function checkTrading(options: Partial<TradingDoctorOptions> = {}): Promise<Record<string, CheckResult>> {
    const config = loadConfig({});
    if (!config.ok) throw new Error(config.error.message);
    const defaults = {
      config: config.value,
      dataDir: temporaryFolder(),
      key: null,
      vault: 'none',
      network: 'offline',
      notify: 'named',
    } as const;
    const results = await runTradingChecks({ ...defaults, ...options });
    return Object.fromEntries(results.map((result) => [result.check, result]));
  }

  it('says what is not set up and looks at nothing it was not given', async () => {
    const results = await checkTrading();
    const states = Object.values(results).map(({ check, state }) => `${check}: ${state}`);
    expect(states).toEqual([
      'operator: passed',
      'key vault: passed',
      'spot REST: skipped',
      'spot stream: skipped',
      'spot WebSocket API: skipped',
      'API key: skipped',
      'notices: warned',
    ]);
    for (const { state, hint } of Object.values(results)) expect(hint === null).toBe(state !== 'warned');
  });

  it('reaches the spot market by every way that trading takes, and asks what the key may do', async () => {
    const startTime = epochMs(1_709_251_200_000);
    const clock = createManualClock(startTime);
    const market = createGeneratedMarket({ seed: 1, startTime, historyMs: 3_600_000, markets: ['spot'] });
    const exchange = await startSimExchange({ host: '127.0.0.1', port: 0, clock, market });
    onTestFinished(() => exchange.close());
    const config = loadConfig({
      TRADE_CANVAS_BINANCE_SPOT_BASE_URL: exchange.httpUrl,
      HOTWICK_WEBHOOK_URL: 'http://127.0.0.1:9/',
    });
    if (!config.ok) throw new Error(config.error.message);
    const endpoints = {
      ...config.value.endpoints,
      spotStreamUrl: exchange.wsUrl,
      spotApiUrl: `${exchange.wsUrl}/ws-api/v3`,
    };
    const ticking = setInterval(() => void clock.advance(1_000), 50);
    onTestFinished(() => clearInterval(ticking));
    const online = { config: { ...config.value, endpoints }, network: 'online', notify: 'tried', key: KEY } as const;
    const results = await checkTrading(online);
    expect(results['spot REST']).toMatchObject({ state: 'warned', hint: expect.stringContaining('NTP') });
    expect(results['spot stream']).toMatchObject({ state: 'passed' });
    expect(results['spot WebSocket API']).toMatchObject({ state: 'passed' });
    expect(results['API key']?.found).toMatch(/may trade on spot and can not withdraw|-1021/);
    expect(results['notices to webhook']).toMatchObject({ state: 'failed', hint: expect.any(String) });
    expect(JSON.stringify(results)).not.toContain(KEY.secret);
  });

  it('refuses a key that may withdraw, and warns of one for every address', () => {
    const may = { canTrade: true, canWithdraw: false, isIpRestricted: true };
    const judge = (change: Partial<typeof may>) => judgeKey({ ok: true, value: { ...may, ...change } });
    expect(judge({})).toMatchObject({ state: 'passed' });
    expect(judge({ isIpRestricted: false })).toMatchObject({ state: 'warned' });
    expect(judge({ canTrade: false })).toMatchObject({ state: 'failed' });
    expect(judge({ canWithdraw: true })).toMatchObject({ state: 'failed', found: 'it may withdraw' });
  });

  it("finds the operator's file open to others, and a first passphrase that was left lying", async () => {
    const dataDir = temporaryFolder();
    const made = await createOperator(dataDir, 'seven quiet herons at noon', { ...newStretch(), cost: 2 ** 14 });
    expect(made.ok).toBe(true);
    expect((await checkTrading({ dataDir }))['operator']).toMatchObject({ state: 'passed' });
    writeFileSync(join(dataDir, 'first-passphrase.txt'), 'x');
    expect((await checkTrading({ dataDir }))['operator']).toMatchObject({ state: 'warned' });
    chmodSync(join(dataDir, 'operator.json'), 0o644);
    expect((await checkTrading({ dataDir, vault: 'shut' }))['operator']).toMatchObject({ state: 'failed' });
  });

  it('measures the disk and leaves nothing behind, and reads how many files may be open', async () => {
    const dataDir = temporaryFolder();
    expect((await check('disk writes', { dataDir }))?.found).toMatch(/on the disk after [\d.]+ ms$/);
    expect(readdirSync(dataDir)).toEqual([]);
    expect([judgeWrites(3).state, judgeWrites(300).state]).toEqual(['passed', 'warned']);
    const limits = join(dataDir, 'limits');
    writeFileSync(limits, 'Max open files            256                  4096                 files\n');
    expect(checkOpenFiles(limits)).toMatchObject({ state: 'warned', found: 'at most 256' });
    expect(checkOpenFiles(join(dataDir, 'none'))).toMatchObject({ state: 'skipped' });
  });
});
