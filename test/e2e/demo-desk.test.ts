/**
 * `hotwick demo` as a newcomer meets it: charts at `/`, and a desk that trades on paper at `/hotcoin/`, in one program.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deskHealth, deskStatus } from '../../src/api/contract.ts';
import { createDeskClient } from '../../src/client/index.ts';
import { HotwickProcess } from '../fixtures/hotwick-process.ts';

let program: HotwickProcess;
let url = '';

beforeAll(async () => {
  program = new HotwickProcess(['demo', '--port', '0', '--seed', '5']);
  [, url = ''] = await program.match(/desk +(http:\/\/127\.0\.0\.1:\d+)\/hotcoin\//);
});

afterAll(async () => {
  await program.end();
});

describe('the demo', () => {
  it('shows a desk at work beside the charts, and pages of others can not command it', async () => {
    const health = deskHealth.parse(await (await fetch(`${url}/hotcoin/health`)).json());
    expect(['ok', 'degraded', 'blocked', 'stopped']).toContain(health.status);
    const charts = await Promise.all(
      ['/api/hotwick/info', '/hotcoin/', '/openapi.json'].map((path) => fetch(url + path)),
    );
    expect(charts.map(({ status }) => status)).toEqual([200, 200, 200]);
    const foreign = { method: 'POST', headers: { origin: 'http://elsewhere.example' }, body: '{"action":"pause"}' };
    expect((await fetch(`${url}/hotcoin/api/entries`, foreign)).status).toBe(403);
    const desk = createDeskClient({ url });
    try {
      for await (const update of desk.watch(['status'])) {
        if (update.kind !== 'topic' || update.topic !== 'status' || !update.data.running) continue;
        expect(deskStatus.parse(update.data)).toMatchObject({ mode: 'paper', running: true, execution_enabled: true });
        break;
      }
    } finally {
      desk.close();
    }
  });
});
