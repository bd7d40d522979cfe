import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { parseCredentials } from '../../adapters/binance/trading/credentials.ts';
import { createWallClock } from '../../adapters/clock/wall-clock.ts';
import { checkKey, judgePermissions } from './key-check.ts';

const SUITABLE = { canTrade: true, canWithdraw: false, isIpRestricted: true } as const;

function judge(change: Partial<Parameters<typeof judgePermissions>[0]>): { answer: string; warnings: string[] } {
  const warnings: string[] = [];
  const judged = judgePermissions({ ...SUITABLE, ...change }, (reason) => {
    warnings.push(reason);
  });
  return { answer: judged.ok ? 'suitable' : `${judged.error.code}: ${judged.error.message}`, warnings };
}

describe('a key that money is traded with', () => {
  it('is refused when it may withdraw, or may not trade', () => {
    expect(judge({ canWithdraw: true }).answer).toMatch(/^key_unsuitable: .*may withdraw/);
    expect(judge({ canTrade: false }).answer).toMatch(/^key_unsuitable: .*may not trade/);
    expect(judge({})).toEqual({ answer: 'suitable', warnings: [] });
  });

  it('is warned of when it works from every address', () => {
    expect(judge({ isIpRestricted: false })).toEqual({
      answer: 'suitable',
      warnings: [expect.stringContaining('every address')],
    });
    expect(judge({ isIpRestricted: null }).warnings).toEqual([]);
  });
});

describe('the exchange is asked what a key may do', () => {
  const asked: string[] = [];
  let withdraws = false;
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    asked.push(`${request.method} ${path}`);
    const answers: Readonly<Record<string, unknown>> = {
      '/api/v3/time': { serverTime: Date.now() },
      '/api/v3/account': { canTrade: true, canWithdraw: true, balances: [] },
      '/sapi/v1/account/apiRestrictions': {
        ipRestrict: true,
        enableWithdrawals: withdraws,
        enableSpotAndMarginTrading: true,
      },
    };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answers[path] ?? {}));
  });
  afterAll(() => server.close());

  it('before anything is traded with it: one that may withdraw is refused, and no order was sent', async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const credentials = parseCredentials({ kind: 'hmac', apiKey: 'key', secret: 'never-shown' });
    if (!credentials.ok) throw new Error(credentials.error.message);
    const clock = createWallClock();
    const endpoints = {
      spotRestUrl: `http://${url}`,
      spotStreamUrl: `ws://${url}`,
      spotApiUrl: `ws://${url}/ws-api/v3`,
    };
    const check = () => checkKey({ credentials: credentials.value, endpoints, clock, onWarning: () => {} });
    expect(await check()).toEqual({ ok: true, value: undefined });
    withdraws = true;
    const refused = await check();
    clock.close();
    expect(refused).toMatchObject({ ok: false, error: { code: 'key_unsuitable' } });
    expect(JSON.stringify(refused)).not.toContain('never-shown');
    expect(asked).toContain('GET /sapi/v1/account/apiRestrictions');
    expect(asked.filter((request) => !request.startsWith('GET ') || request.includes('order'))).toEqual([]);
  });
});
