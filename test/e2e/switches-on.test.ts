/**
 * The suites of the wire contract once more, over the whole service with the three kill-switches of the first seed
 * on: nothing of the contract depends on them.
 */
import { expect, it } from 'vitest';
import { loadConfig } from '../../src/app/config.ts';
import { chooseSwitches, SWITCHES } from '../fixtures/switches.ts';

chooseSwitches('on');
await import('./market-http.test.ts');
await import('./market-socket.test.ts');
await import('./ingest-routes.test.ts');

it('the switches are on with the list of the contract', () => {
  const config = loadConfig(SWITCHES.on);
  expect(config).toMatchObject({
    ok: true,
    value: { derivedTimeframes: ['5m', '15m', '1h', '4h', '1d'], baseTimeframe: '1m' },
  });
});
