/**
 * Checks of what `hotwick trade` needs besides: the operator's files, the key and what it may do, the way to the spot
 * market over REST and both kinds of sockets, channels of notices, and whether the disk is quick. Nothing is ordered, and
 * nobody is told anything unless asked for.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { openBinance } from '../adapters/binance/binance-access.ts';
import { parseCredentials } from '../adapters/binance/trading/credentials.ts';
import { createWallClock } from '../adapters/clock/wall-clock.ts';
import { createSeededRandom } from '../adapters/memory/seeded-random.ts';
import type { Result } from '../core/result.ts';
import type { AccountPermissions } from '../model/balance.ts';
import { type Failure, failure, toReason } from '../model/failure.ts';
import type { Config, HotCoinEnvironment } from './config.ts';
import { type CheckResult, failed, passed, skipped, warned } from './doctor-result.ts';
import { openChannels } from './notices/channels.ts';
import { FIRST_PASSPHRASE_FILE } from './security/open-guard.ts';
import { readOperator } from './security/operator.ts';

/** What to check against. */
export type TradingDoctorOptions = {
  /** With what the vault gave. */
  readonly config: Config;
  readonly dataDir: string;
  readonly key: HotCoinEnvironment['key'];
  /** Whether the vault could be opened. */
  readonly vault: 'open' | 'shut' | 'none';
  readonly network: 'online' | 'offline';
  /** Whether each channel is sent a notice to try it. */
  readonly notify: 'tried' | 'named';
};

const SOCKET_MS = 10_000;
const CLOCK_SKEW_MS_MAX = 1_000;
const OTHERS = 0o077;

/** Runs every check, in order. */
export async function runTradingChecks(options: TradingDoctorOptions): Promise<readonly CheckResult[]> {
  const { dataDir, vault } = options;
  return [
    checkOperator(dataDir),
    checkVault(vault),
    ...(await checkMarket(options)),
    await checkKeyOf(options),
    ...(await checkNotices(options)),
  ];
}

function checkOperator(dataDir: string): CheckResult {
  const record = readOperator(dataDir);
  if (!record.ok) return failed('operator', record.error.message, record.error.hint);
  if (record.value === null) return passed('operator', 'none yet; hotwick trade makes one at its first start');
  if ((statSync(dataDir).mode & OTHERS) !== 0 && process.platform !== 'win32') {
    return warned('operator', `others may look into ${dataDir}`, `Run: chmod 700 ${dataDir}`);
  }
  const first = join(dataDir, FIRST_PASSPHRASE_FILE);
  if (existsSync(first)) {
    return warned('operator', 'the first passphrase still lies in a file', `Keep it elsewhere and delete ${first}.`);
  }
  return passed('operator', `its file is private; ${record.value.tokens.length} token(s) are given out`);
}

function checkVault(vault: TradingDoctorOptions['vault']): CheckResult {
  const state = { open: 'it opens', none: 'empty', shut: 'shut: no passphrase was given, or a wrong one' }[vault];
  if (vault !== 'shut') return passed('key vault', state);
  return warned('key vault', state, 'Give --passphrase-file, else what lies in it is not checked.');
}

/** The spot market, which trading is on: time over REST, a frame of the stream, an answer of the WebSocket API. */
async function checkMarket({ config, network }: TradingDoctorOptions): Promise<readonly CheckResult[]> {
  const names = ['spot REST', 'spot stream', 'spot WebSocket API'] as const;
  if (network === 'offline') return names.map((name) => skipped(name, 'not contacted'));
  const { spotRestUrl, spotStreamUrl, spotApiUrl } = config.endpoints;
  const stream = `${spotStreamUrl}/stream?streams=!miniTicker@arr`;
  return Promise.all([
    checkRest(names[0], spotRestUrl),
    checkSocket(names[1], stream, null),
    checkSocket(names[2], spotApiUrl, JSON.stringify({ id: 1, method: 'ping' })),
  ]);
}

const timeShape = z.object({ serverTime: z.number() });

/** Signed requests are refused when this clock is seconds away from the exchange's. */
async function checkRest(name: string, url: string): Promise<CheckResult> {
  const { host } = new URL(url);
  try {
    const asked = Date.now();
    const answer = await request(`${url}/api/v3/time`, { signal: AbortSignal.timeout(SOCKET_MS) });
    const { serverTime } = timeShape.parse(await answer.body.json());
    const answered = Date.now();
    const skewMs = Math.round(serverTime - (asked + answered) / 2);
    const way = skewMs < 0 ? 'ahead' : 'behind';
    const found = `${host} in ${answered - asked} ms, this clock is ${Math.abs(skewMs)} ms ${way}`;
    if (Math.abs(skewMs) <= CLOCK_SKEW_MS_MAX) return passed(name, found);
    return warned(name, found, 'Synchronize the clock of this machine (NTP); signed requests would be refused.');
  } catch (error) {
    return failed(name, `${host}: ${toReason(error)}`, hintOf(host));
  }
}

function hintOf(host: string): string {
  return `Is ${host} reachable from here (firewall, proxy, region)? Trading can not go on without it.`;
}

async function checkSocket(name: string, url: string, question: string | null): Promise<CheckResult> {
  const begun = performance.now();
  const { host } = new URL(url);
  try {
    await hearOnce(url, question);
    return passed(name, `${host} spoke after ${Math.round(performance.now() - begun)} ms`);
  } catch (error) {
    return failed(name, `${host}: ${toReason(error)}`, hintOf(host));
  }
}

function hearOnce(url: string, question: string | null): Promise<void> {
  const socket = new WebSocket(url, { handshakeTimeout: SOCKET_MS });
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`nothing was heard within ${SOCKET_MS / 1_000} s`)), SOCKET_MS);
    socket.once('open', () => question !== null && socket.send(question));
    socket.once('message', () => resolve());
    socket.once('close', () => reject(new Error('it was closed')));
    socket.on('error', reject);
    socket.once('close', () => clearTimeout(timer));
  }).finally(() => socket.terminate());
}

async function checkKeyOf({ key, config, network }: TradingDoctorOptions): Promise<CheckResult> {
  if (key === null) return skipped('API key', 'none is given; observing and paper need none');
  const kind = key.secret.startsWith('-----BEGIN') ? 'ed25519' : 'hmac';
  const credentials = parseCredentials({ kind, ...key });
  if (!credentials.ok) return failed('API key', credentials.error.message, credentials.error.hint);
  if (network === 'offline') return skipped('API key', `given (${kind}); the exchange was not asked about it`);
  const clock = createWallClock();
  const access = openBinance({
    clock,
    wallClock: clock,
    random: createSeededRandom(1, 'key'),
    endpoints: config.endpoints,
    onFault: () => {},
  });
  const account = access.openVenue(credentials.value);
  try {
    return judgeKey(await account.fetchPermissions());
  } finally {
    await account.close();
    await access.close();
    clock.close();
  }
}

/** What is to be thought of a key. */
export function judgeKey(answer: Result<AccountPermissions, Failure>): CheckResult {
  if (!answer.ok) return failed('API key', answer.error.message, answer.error.hint);
  const { canTrade, canWithdraw, isIpRestricted } = answer.value;
  const { hint } = failure('key_unsuitable', { reason: '' });
  if (canWithdraw) return failed('API key', 'it may withdraw', hint);
  if (!canTrade) return failed('API key', 'it may not trade on spot', hint);
  const can = 'it may trade on spot and can not withdraw';
  if (isIpRestricted === false) {
    return warned('API key', `${can}, but works from every address`, "Restrict it to this machine's address.");
  }
  return passed('API key', isIpRestricted === null ? can : `${can}, from named addresses only`);
}

async function checkNotices({ config, notify, network }: TradingDoctorOptions): Promise<readonly CheckResult[]> {
  const clock = createWallClock();
  const channels = openChannels(config.notices, clock);
  try {
    if (channels.length === 0) {
      const found = 'no channel is configured: nobody is told what trading does';
      return [warned('notices', found, 'Set one up: docs/ops/notices.md.')];
    }
    if (notify === 'named' || network === 'offline') {
      return [passed('notices', `${channels.map(({ name }) => name).join(', ')} (--notify-test tries them)`)];
    }
    return await Promise.all(
      channels.map(async ({ name, notifier }) => {
        const text = 'hotwick doctor tries whether you hear of it.';
        const answer = await notifier.notify({ level: 'info', time: clock.now(), title: 'A test', text });
        if (answer.ok) return passed(`notices to ${name}`, 'sent');
        return failed(`notices to ${name}`, answer.error.message, answer.error.hint);
      }),
    );
  } finally {
    await Promise.all(channels.map(({ notifier }) => notifier.close()));
    clock.close();
  }
}
