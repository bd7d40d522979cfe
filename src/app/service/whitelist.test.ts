import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BTC_1M } from '../../../test/fixtures/candles.ts';
import { loadWhitelist } from './whitelist.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'hotwick-whitelist-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function load(name: string, content: string): { readonly outcome: unknown; readonly warnings: readonly string[] } {
  const path = join(dir, name);
  writeFileSync(path, content);
  const warnings: string[] = [];
  const loaded = loadWhitelist(path, [BTC_1M], (text) => warnings.push(text));
  return { outcome: loaded.ok ? loaded.value : loaded.error.code, warnings };
}

describe('the whitelist', () => {
  it('is what the command line names where no file is named', () => {
    expect(loadWhitelist(null, [BTC_1M], () => {})).toEqual({ ok: true, value: [BTC_1M] });
  });

  it('is empty where the file is not there', () => {
    expect(loadWhitelist(join(dir, 'none.json'), [BTC_1M], () => {})).toEqual({ ok: true, value: [] });
  });

  it('holds each series of the file once, in order; blanks and what is no text are skipped, the malformed told', () => {
    const eth = 'binance:spot:ETH/USDT:1m';
    const ids = [eth, ' ', 7, null, BTC_1M, eth, 'nonsense'];
    const { outcome, warnings } = load('some.json', JSON.stringify({ series_ids: ids }));
    expect(outcome).toEqual([eth, BTC_1M]);
    expect(warnings).toEqual([expect.stringContaining('"nonsense" is left out')]);
  });

  it.each(['{', '[]', '{"series_ids":5}', ''])('that reads %s stops the start', (content) => {
    expect(load('bad.json', content).outcome).toBe('file_unreadable');
  });
});
