import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linkKind } from '../../web/src/link.ts';
import { createPlatform } from '../../web/src/platform.ts';
import { seriesOf } from '../../web/src/series.ts';
import { openSession, type Session } from '../../web/src/session.ts';
import { walkCandles } from '../fixtures/candle-walk.ts';
import { ChartServer } from '../fixtures/chart-server.ts';

const series = seriesOf('binance:futures:BTC/USDT', '1m');
const minutes = walkCandles({ seed: 5, from: 1_700_006_400, count: 2200 });
const soon = { timeout: 20_000, interval: 20 };

describe('the session over a real server', () => {
  let server: ChartServer;
  let session: Session;

  beforeEach(async () => {
    server = new ChartServer('.');
    server.desk.putSilently(series.id, minutes.slice(0, 2050));
    await server.start();
    session = openSession(createPlatform(new URL(server.address)), series, () => {});
    await expect.poll(() => server.requests.length, soon).toBe(1);
  });

  afterEach(async () => {
    session.close();
    await server.stop();
  });

  it('loads, follows, survives a cut and a restart, and holds the server’s list', async () => {
    const last = () => session.state().window.closed.at(-1)?.candle_time;
    for (const candle of minutes.slice(2050, 2060)) server.desk.close(series.id, candle);
    await expect.poll(last, soon).toBe(minutes[2059]?.candle_time);
    server.cut();
    server.desk.putSilently(series.id, minutes.slice(2060, 2080));
    await expect.poll(last, soon).toBe(minutes[2079]?.candle_time);
    await server.stop();
    await expect.poll(() => linkKind(session.state().link), soon).toBe('reconnecting');
    server.desk.putSilently(series.id, minutes.slice(2080, 2100));
    await server.start();
    await expect.poll(last, soon).toBe(minutes[2099]?.candle_time);
    expect(session.state().window.closed).toEqual(minutes.slice(50, 2100));
    expect(server.requests.map(({ since }) => since)).toEqual(
      [2049, 2059, 2079].map((index) => minutes[index]?.candle_time),
    );
  });

  it('sends nothing to the server after it was closed', async () => {
    session.close();
    await expect.poll(() => server.clients, soon).toBe(0);
    session.select(seriesOf(series.instrument, '5m'));
    session.retry();
    expect(server.requests).toHaveLength(1);
  });
});
