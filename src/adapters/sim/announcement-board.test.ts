import { afterEach, describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import { createManualClock } from '../clock/manual-clock.ts';
import { createGeneratedMarket } from './generated-market.ts';
import { type SimExchange, startSimExchange } from './sim-exchange.ts';

const T = epochMs(1_767_225_600_000);
const LIST = '/bapi/composite/v1/public/cms/article/list/query?type=1&catalogId=48&pageNo=1&pageSize=2';

const open: SimExchange[] = [];

async function start(): Promise<SimExchange> {
  const market = createGeneratedMarket({ seed: 1, startTime: T, historyMs: 3_600_000, symbols: 1, markets: ['spot'] });
  const exchange = await startSimExchange({ host: '127.0.0.1', port: 0, clock: createManualClock(T), market });
  open.push(exchange);
  return exchange;
}

afterEach(async () => {
  for (const exchange of open.splice(0)) await exchange.close();
});

type Page = { readonly data: { readonly catalogs: readonly { readonly articles: readonly { title: string }[] }[] } };

async function titles({ httpUrl }: SimExchange): Promise<readonly string[]> {
  const page = (await (await fetch(httpUrl + LIST)).json()) as Page;
  return page.data.catalogs.flatMap(({ articles }) => articles).map(({ title }) => title);
}

function post({ httpUrl }: SimExchange, body: unknown): Promise<Response> {
  return fetch(`${httpUrl}/sim/announcements`, { method: 'POST', body: JSON.stringify(body) });
}

describe('announcements of the simulated exchange', () => {
  it('come newest first, published by a test or over HTTP', async () => {
    const exchange = await start();
    expect(await titles(exchange)).toEqual([]);
    exchange.announce({ title: 'old', releaseDate: epochMs(T - 5) });
    expect((await post(exchange, { title: 'new' })).status).toBe(200);
    exchange.announce({ title: 'older', releaseDate: epochMs(T - 9) });
    expect(await titles(exchange)).toEqual(['new', 'old']);
  });

  it('are refused without a title or with a time that is none', async () => {
    const exchange = await start();
    for (const body of [{}, { title: 7 }, { title: 'x', releaseDate: 'today' }]) {
      expect((await post(exchange, body)).status).toBe(400);
    }
  });

  it('are hit by ordered faults as any other request', async () => {
    const exchange = await start();
    exchange.faults.nextRequests({ answer: 429, count: 1, path: '/article/list/query' });
    expect((await fetch(exchange.httpUrl + LIST)).status).toBe(429);
    expect((await fetch(exchange.httpUrl + LIST)).status).toBe(200);
  });
});
