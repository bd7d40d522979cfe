import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { isWantedEvent, type LoggedEvent, type ReadEvent, readEvents } from './read-events.ts';

const dir = mkdtempSync(join(tmpdir(), 'hotwick-events-'));

afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

function line(seq: number, type: string, payload: object): string {
  const around = { ts: 1_781_514_000 + seq, seq, schema_version: 2, run_id: 'r', config_hash: 'abc' };
  return `${JSON.stringify({ ...around, event_type: type, trace_id: `t${seq}`, payload })}\n`;
}

const action = (text: string): object => ({ layer: 'L2', text });

async function readAll(): Promise<readonly ReadEvent[]> {
  const read: ReadEvent[] = [];
  for await (const each of readEvents(dir)) read.push(each);
  return read;
}

it('C-8: archives are read before the log, older versions are told apart, and what breaks the contract is named with its place', async () => {
  const write = (name: string, body: string | Buffer): void => writeFileSync(join(dir, name), body);
  write('hotcoin_events.20260615_090000.jsonl.gz', gzipSync(line(1, 'risk_action', action('one'))));
  write('hotcoin_events.20260616_090000.jsonl', line(2, 'risk_action', action('two')));
  write('hotcoin_events.20260616_090000.jsonl.gz', 'half an archive');
  const wrong = [line(4, 'risk_action', { layer: 'L2' }), line(5, 'of_tomorrow', {}), '{"ts":178'];
  write('hotcoin_events.jsonl', [line(3, 'risk_action', {}).replace('_version":2', '_version":1'), ...wrong].join(''));
  const told = (await readAll()).map((read) => {
    const where = `${read.file.slice(15, 23)}:${read.line}`;
    if (read.kind === 'event') return `${where} ${read.event.seq}`;
    return `${where} ${read.kind === 'wrong' ? read.reason : `version ${read.version}`}`;
  });
  expect(told).toEqual([
    '20260615:1 1',
    '20260616:1 2',
    'jsonl:1 version 1',
    expect.stringMatching(/^jsonl:2 risk_action: text /),
    'jsonl:3 no type of_tomorrow',
    expect.stringMatching(/^jsonl:4 /),
  ]);
});

it('events are wanted by type, by every coin they are about, and by any of their ids', () => {
  const event = (payload: LoggedEvent['payload']): LoggedEvent => {
    const event_type = 'signal_snapshot' as const;
    return { ts: 1, seq: 1, run_id: 'r', event_type, trace_id: 't1', payload };
  };
  const any = { types: null, symbol: null, id: null };
  const many = event({ signals: [{ symbol: 'HOTUSDT' }], top_symbols: ['ANYUSDT'] });
  const wants = (symbol: string): boolean => isWantedEvent(many, { ...any, symbol });
  expect([wants('HOTUSDT'), wants('ANYUSDT'), wants('BTCUSDT')]).toEqual([true, true, false]);
  expect(isWantedEvent(many, { ...any, types: ['anomaly'] })).toBe(false);
  expect(isWantedEvent(event({ position_id: 'p1' }), { ...any, id: 'p1' })).toBe(true);
  expect(isWantedEvent(many, { ...any, id: 't1' })).toBe(true);
  expect(isWantedEvent(many, { ...any, id: 'p1' })).toBe(false);
});
