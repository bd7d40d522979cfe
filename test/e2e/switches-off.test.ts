/**
 * The suites of the wire contract once more, over the whole service with the three kill-switches of the first seed
 * switched off: nothing of the contract depends on them.
 */
import { expect, it } from 'vitest';
import { loadConfig } from '../../src/app/config.ts';
import { chooseSwitches, SWITCHES } from '../fixtures/switches.ts';

chooseSwitches('off');
await import('./market-http.test.ts');
await import('./market-socket.test.ts');
await import('./ingest-routes.test.ts');

it('the switches are off where they are 0 and empty', () => {
  const config = loadConfig(SWITCHES.off);
  expect(config).toMatchObject({ ok: true, value: { derivedTimeframes: [], baseTimeframe: '1m' } });
});
