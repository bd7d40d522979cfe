/**
 * `hotwick trade` as people meet it: against a simulated exchange, on paper and with its money, until told to stop.
 */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkAuditLog } from '../../src/app/security/audit-log.ts';
import { HotwickProcess, runHotwick } from '../fixtures/hotwick-process.ts';
import { CHAT, NoticeChannels, STRANGER } from '../fixtures/notice-channels.ts';

const dir = mkdtempSync(join(tmpdir(), 'hotwick-trade-'));
const KEY = { BINANCE_API_KEY: 'hotwick-sim-key', BINANCE_SECRET_KEY: 'hotwick-sim-secret' };
const MONEY = { HOTCOIN_EXECUTE: '1', HOTCOIN_PAPER: '0', ...KEY };
let sim: HotwickProcess;
let urls: readonly string[] = [];

beforeAll(async () => {
  sim = new HotwickProcess(['sim', '--port', '0', '--market', 'spot', '--speed', '1']);
  const [, address = ''] = await sim.match(/REST +http:\/\/([\d.:]+)/);
  urls = ['--rest-url', `http://${address}`, '--ws-url', `ws://${address}`];
});

afterAll(async () => {
  await sim.end();
  rmSync(dir, { recursive: true, force: true });
});

function readStatus(data: string): unknown {
  return JSON.parse(readFileSync(join(data, 'paper', 'hotcoin_runtime_status.json'), 'utf8'));
}

describe('hotwick trade', () => {
  it('bug: finds the clock of a simulated exchange to be its own, so that entries are not held back by it', async () => {
    const [, address = ''] = await sim.match(/REST +http:\/\/([\d.:]+)/);
    const { serverTime } = (await (await fetch(`http://${address}/api/v3/time`)).json()) as { serverTime: number };
    expect(Math.abs(serverTime - Date.now())).toBeLessThan(1_000);
  });

  it('starts on paper, says its limits, obeys an emergency (R7-3), and ends in order when told (R9-2)', async () => {
    const data = join(dir, 'paper');
    const config = (...args: readonly string[]) => runHotwick(['config', '--hotcoin', '--data-dir', data, ...args]);
    const saved = await config(
      '--set',
      'execution.initial_capital=777',
      '--set',
      'execution.max_concurrent_positions=3',
    );
    expect(saved).toMatchObject({ code: 0, stderr: '' });
    expect(saved.stdout).toContain('execution.initial_capital: 1000 -> 777 (with the next start)');
    const args = ['trade', '--data-dir', data, '--port', '0', ...urls];
    const trade = new HotwickProcess(args, { HOTCOIN_EXECUTE: '1' });
    await trade.match(/health +tradeable/);
    const running = readStatus(data);
    expect(running).toMatchObject({ running: true, paper: true, execution_enabled: true, block_errors: {} });
    const [desk = ''] = await trade.match(/http:\/\/127\.0\.0\.1:\d+\/hotcoin\//);
    expect(Object.keys((await (await fetch(`${desk}health`)).json()) as object)).not.toContain('engine_state');
    const [, path = ''] = await trade.match(/passphrase +in (\S+)/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const passphrase = readFileSync(path, 'utf8').trim();
    const { origin } = new URL(desk);
    const headers = { origin, 'content-type': 'application/json' };
    const login = await fetch(`${desk}api/login`, { method: 'POST', headers, body: JSON.stringify({ passphrase }) });
    const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const health = await fetch(`${desk}health`, { headers: { cookie } });
    expect(await health.json()).toMatchObject({ runner_attached: true, engine_state: 'tradeable' });
    await config('--set', 'execution.max_concurrent_positions=2', '--set', 'execution.use_paper_trading=false');
    await trade.match(/settings +hash [0-9a-f]{16} are in force/);
    const closing = await runHotwick(['emergency-close', '--data-dir', data, '--reason', 'try it']);
    expect(closing).toMatchObject({ code: 0, stderr: '' });
    expect(closing.stdout).toMatch(/emergency +try it[\s\S]*positions +0/);
    const summary = await runHotwick(['why', '--summary', '--json', '--data-dir', data]);
    expect(summary).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(summary.stdout)).toMatchObject([{ ledger: join(data, 'paper'), question: 'summary' }]);
    const checked = await runHotwick(['events', '--check', '--data-dir', data]);
    expect(checked).toMatchObject({ code: 0, stderr: '' });
    expect(checked.stdout).toMatch(/events +\d+ keep the contract[\s\S]*missing +0[\s\S]*wrong +0/);
    const unknown = await runHotwick(['why', '--trade', 'P9', '--data-dir', data]);
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(unknown.stderr).toMatch(/^error trade_unknown: no position P9/);
    const ending = await trade.end();
    expect(ending).toMatchObject({ code: 0, signal: null });
    expect(ending.stdout).toMatch(/RISK +emergency: try it/);
    expect(readStatus(data)).toMatchObject({ running: false, engine_state: 'stopped', can_open_new_positions: false });
    const log = readFileSync(join(data, 'paper', 'hotcoin_events.jsonl'), 'utf8');
    expect(log).toContain('"event_type":"state_change"');
    const changes = log.split('\n').filter((line) => line.includes('"event_type":"settings"'));
    expect(changes.map((line) => JSON.parse(line).payload)).toMatchObject([
      { occasion: 'start', config: { execution: { initial_capital: 777, max_concurrent_positions: 3 } } },
      { occasion: 'change', config: { execution: { max_concurrent_positions: 2, use_paper_trading: true } } },
    ]);
    expect(ending.stdout).toMatch(/mode +paper/);
    expect(ending.stdout).toMatch(/capital +777 USDT/);
    expect(ending.stdout).toMatch(/positions +at most 3/);
    expect(ending.stdout).toMatch(/settings +hash [0-9a-f]{16}/);
    expect(ending.stdout).toContain('Stopped.');
  });

  it('trades with money only when everything says so, and says it in capitals', async () => {
    const data = join(dir, 'money');
    const refused = await runHotwick(['trade', '--data-dir', data, ...urls], MONEY);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^error live_not_confirmed: .*--confirm-live/);
    const settings = join(dir, 'hotcoin.json');
    writeFileSync(settings, JSON.stringify({ execution: { initial_capital: 9_999, dust_usd: 2 } }));
    const confirmed = ['--confirm-live', 'I-ACCEPT-THE-RISK', '--config', settings, '--preset', 'stage-1'];
    const args = ['trade', '--data-dir', data, '--no-http', '--log-format', 'json', ...confirmed, ...urls];
    const trade = new HotwickProcess(args, { ...MONEY, HOTCOIN_LOG_LEVEL: 'error' });
    await trade.match(/Trading runs/);
    const ending = await trade.end();
    expect(ending.code).toBe(0);
    expect(ending.stdout, 'events are in the files alone').not.toMatch(/health +/);
    const lines = ending.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(new Set(lines.map(({ level, time }) => [level, typeof time].join()))).toEqual(new Set(['info,string']));
    expect(lines.filter(({ kind }) => kind === 'event')).toEqual([]);
    expect(ending.stdout).toMatch(/mode +MONEY/);
    expect(ending.stdout, 'the preset goes over the file').toMatch(/capital +100 USDT[\s\S]*positions +at most 2/);
    for (const secret of Object.values(KEY)) expect(ending.stdout + ending.stderr).not.toContain(secret);
  });

  it('ends in order and in time though a channel never answers, keeps what chats wanted in the audit log, and says no secret', async () => {
    const channels = await NoticeChannels.start();
    try {
      channels.webhook.reply = () => new Promise(() => {});
      channels.feishu.reply = ({ path, headers, body }) => ({
        status: 500,
        body: `${path} ${JSON.stringify(headers)} ${body}`,
      });
      const { telegram, feishu, webhook, email } = channels.config();
      const data = join(dir, 'notices');
      const trade = new HotwickProcess(['trade', '--data-dir', data, '--no-http', ...urls], {
        HOTWICK_TELEGRAM_TOKEN: telegram.token ?? '',
        HOTWICK_TELEGRAM_CHATS: String(CHAT),
        HOTWICK_TELEGRAM_API: telegram.api,
        HOTWICK_FEISHU_WEBHOOK: feishu.url ?? '',
        HOTWICK_FEISHU_SECRET: feishu.secret ?? '',
        HOTWICK_WEBHOOK_URL: webhook.url ?? '',
        HOTWICK_WEBHOOK_SECRET: webhook.secret ?? '',
        HOTWICK_SMTP_URL: email.url ?? '',
        HOTWICK_MAIL_FROM: email.from,
        HOTWICK_MAIL_TO: email.to.join(','),
      });
      await trade.match(/notices +telegram, feishu, webhook, email/);
      await trade.match(/health +tradeable/);
      const heard = { timeout: 20_000 };
      await expect.poll(() => channels.telegram.isHeard, heard).toBe(true);
      channels.telegram.write(STRANGER, '/stop');
      channels.telegram.write(CHAT, '/stop');
      await expect.poll(() => channels.telegram.sentTo(CHAT).at(-1), heard).toMatch(/^No new positions\./);
      const ending = await trade.end();
      expect(ending).toMatchObject({ code: 0, signal: null });
      expect(ending.stdout).toContain('Stopped.');
      expect(ending.stderr).toMatch(/notifier_failed: .*feishu.*HTTP 500[\s\S]*notices: what waited for 3 s/);
      expect(channels.titles().email.at(-1)).toBe('Hotwick stopped');
      const audited = readFileSync(join(data, 'audit.jsonl'), 'utf8').trimEnd().split('\n');
      expect(audited.map((line) => JSON.parse(line))).toMatchObject([
        { actor: 'telegram chat 666', action: 'telegram stop', status: 403, refusal: 'chat_not_named' },
        { actor: 'telegram chat 7', action: 'telegram stop', status: 200, refusal: null },
      ]);
      expect(checkAuditLog(data)).toEqual({ lines: 2, broken: null });
      for (const secret of channels.secrets) expect(ending.stdout + ending.stderr).not.toContain(secret);
    } finally {
      await channels.close();
    }
  });

  it('says in one sentence what is wrong, and starts nothing', async () => {
    const wrong = (args: readonly string[], env: Record<string, string> = {}) =>
      runHotwick(['trade', '--data-dir', join(dir, 'wrong'), ...args], env);
    const endings = await Promise.all([
      runHotwick(['emergency-close', '--data-dir', join(dir, 'wrong'), '--reason', 'none runs']),
      wrong(['--rest-url', 'http://127.0.0.1:1']),
      wrong([], { HOTCOIN_PAPER: 'maybe', BINANCE_API_KEY: 'only-half' }),
    ]);
    for (const ending of endings) expect(ending).toMatchObject({ code: 1, stdout: '' });
    expect(endings.map(({ stderr }) => stderr)).toEqual([
      expect.stringMatching(/^error trading_not_running/),
      expect.stringMatching(/usage_wrong: .*together/),
      expect.stringMatching(/config_invalid: .*HOTCOIN_PAPER/),
    ]);
  });
});
