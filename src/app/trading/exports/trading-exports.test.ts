import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../../../adapters/clock/manual-clock.ts';
import { decimal } from '../../../core/decimal.ts';
import type { EpochMs } from '../../../core/time.ts';
import type { TradingEvent } from '../../../engine/index.ts';
import type { InstrumentId } from '../../../model/instrument.ts';
import type { TradeLeg } from '../../../model/position.ts';
import { EVENT_PAYLOADS, type EventType, eventEnvelope } from './event-line.ts';
import { EVENTS_FILE, STATUS_FILE, TradingExports } from './trading-exports.ts';

const START = Date.UTC(2026, 5, 15, 9, 0) as EpochMs;
const dir = mkdtempSync(join(tmpdir(), 'hotwick-exports-'));
let clock: ManualClock;

const LEG = {
  positionId: 'p1',
  instrumentId: 'binance:spot:HOT/USDT',
  clientOrderId: 'o1',
  leg: 1,
  entryPrice: decimal('2'),
  exitPrice: decimal('2.1'),
  quantity: decimal('10'),
  pnl: decimal('1'),
  feeEntry: decimal('0.02'),
  feeExit: decimal('0.021'),
  pnlNet: decimal('0.959'),
  reason: 'takeProfit',
  entryTime: START,
  exitTime: START + 90_500,
  traceId: 'c1',
} as unknown as TradeLeg;

const EVENTS: readonly TradingEvent[] = [
  {
    kind: 'anomaly',
    time: START,
    traceId: null,
    anomaly: {
      kind: 'anomalyDetected',
      instrumentId: 'binance:spot:HOT/USDT',
      detectedTime: START,
      price: 2,
      volumeRatio: 6,
      change5m: 0.04,
      change24h: 0.05,
      quoteVolume24h: 1e6,
      score: null,
    } as Extract<TradingEvent, { kind: 'anomaly' }>['anomaly'],
  },
  {
    kind: 'leg',
    time: START,
    traceId: 'c1',
    leg: LEG,
    context: {
      configHash: 'abc',
      entryDecidedPrice: '1.999',
      exitDecidedPrice: '2.101',
      stopDistance: 0.04,
      strength: 31,
      heat: 62.5,
    },
  },
  {
    kind: 'risk',
    time: START,
    traceId: null,
    layer: 'emergency',
    text: 'told so',
    held: ['binance:spot:HOT/USDT' as InstrumentId],
  },
  { kind: 'signals', time: START, traceId: null, signals: [] },
];

async function run(): Promise<void> {
  clock = createManualClock(START);
  const exports = new TradingExports({
    dir,
    clock,
    mode: 'paper',
    configHash: 'abc',
    runId: 'run-1',
    version: 'test',
    onWarning: (reason) => {
      throw new Error(reason);
    },
  });
  exports.take(EVENTS);
  exports.start({
    engine: { state: () => ({ trading: null }) },
    socials: [],
    watch: {
      status: () => {
        throw new Error('no watch');
      },
    },
  } as unknown as Parameters<TradingExports['start']>[0]);
  while (!hasStatus()) await new Promise((resolve) => setImmediate(resolve));
  running = read(STATUS_FILE);
  await exports.close();
}

let running = '';
const read = (name: string): string => readFileSync(join(dir, name), 'utf8');

function hasStatus(): boolean {
  try {
    return read(STATUS_FILE) !== '';
  } catch {
    return false;
  }
}

afterEach(() => {
  clock.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('the files of trading', () => {
  it('C-8: each event is a line of the contract, numbered, with run, settings and trace; R3-11, R9-3: the status is there with what fails named', async () => {
    await run();
    const lines = read(EVENTS_FILE)
      .trimEnd()
      .split('\n')
      .map((line) => eventEnvelope.parse(JSON.parse(line)));
    for (const { event_type, payload } of lines) EVENT_PAYLOADS[event_type as EventType].parse(payload);
    expect(lines.map(({ event_type }) => event_type)).toEqual([
      'anomaly',
      'leg_closed',
      'risk_action',
      'emergency_close',
      'signal_snapshot',
    ]);
    expect(lines.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(lines[1]).toMatchObject({ run_id: 'run-1', config_hash: 'abc', trace_id: 'c1', ts: START / 1000 });

    const status = JSON.parse(running) as Record<string, unknown>;
    expect(status).toMatchObject({ running: true, paper: true, engine: null, anomaly_count: 1 });
    expect(status['recent_anomalies']).toEqual([expect.objectContaining({ symbol: 'HOTUSDT' })]);
    expect(Object.keys(status['block_errors'] as object)).toEqual([
      'social',
      'engine',
      'freshness',
      'execution',
      'pool',
      'money',
    ]);
    expect(JSON.parse(read(STATUS_FILE))).toMatchObject({ running: false, engine_state: 'stopped' });

    expect(JSON.parse(read('hotcoin_trades_20260615.jsonl'))).toMatchObject({
      symbol: 'HOTUSDT',
      side: 'BUY',
      entry_price: 2,
      exit_price: 2.1,
      qty: 10,
      pnl: 1,
      pnl_pct: 0.05,
      pnl_net: 0.959,
      holding_sec: 90,
      entry_time: START / 1000,
      mode: 'paper',
      config_hash: 'abc',
      sl_pct: -0.04,
      strength: 31,
      heat: 62.5,
      slippage_bps: 4.7596,
      slippage_entry_bps: 5.0025,
      position_id: 'p1',
      trace_id: 'c1',
    });
  });
});
