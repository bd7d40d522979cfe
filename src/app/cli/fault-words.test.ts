import { describe, expect, it } from 'vitest';
import { FAULT_KINDS } from '../../adapters/sim/fault-order.ts';
import { type FaultFlags, readFaultWords } from './fault-words.ts';

function read(line: string, flags: FaultFlags = {}): unknown {
  const [kind = '', word] = line.split(' ');
  const order = readFaultWords(kind, word, flags);
  return order.ok ? order.value : order.error;
}

describe('a fault as it is typed', () => {
  it.each<[string, FaultFlags, unknown]>([
    [
      'request drop-response',
      { path: '/order', method: 'post', over: 'socket', symbol: 'btcusdt', count: 2 },
      {
        kind: 'request',
        answer: 'dropResponse',
        path: '/order',
        method: 'POST',
        over: 'socket',
        symbol: 'BTCUSDT',
        count: 2,
      },
    ],
    ['request 429', { retryAfter: 1_500 }, { kind: 'request', answer: 429, retryAfterS: 2 }],
    ['request delay', { by: 3_000 }, { kind: 'request', answer: 'delay', delayMs: 3_000 }],
    ['request trailing', { trail: 60_000 }, { kind: 'request', answer: 'trailing', trailMs: 60_000 }],
    [
      'frame reorder',
      { stream: 'userData', overtakenBy: 'closed', phase: 'closed' },
      { kind: 'frame', fault: 'reorder', stream: 'userData', overtakenBy: 'closed', phase: 'closed' },
    ],
    ['silence', { for: 15_000 }, { kind: 'silence', forMs: 15_000 }],
    ['silence off', { symbol: 'ethusdt' }, { kind: 'silence', mode: 'off', symbol: 'ETHUSDT' }],
    ['drop-sockets api', {}, { kind: 'dropSockets', sockets: 'api' }],
    ['cut-sockets', {}, { kind: 'cutSockets' }],
    ['refuse-sockets on', { for: 1_000 }, { kind: 'refuseSockets', mode: 'on', forMs: 1_000 }],
    ['skew', { by: -2_000 }, { kind: 'skew', ms: -2_000 }],
    ['ban 429', { for: 120_000 }, { kind: 'ban', status: 429, seconds: 120 }],
    ['halt nknusdt', { for: 60_000 }, { kind: 'halt', symbol: 'NKNUSDT', forMs: 60_000 }],
    ['maintenance', {}, { kind: 'maintenance' }],
    ['shutdown-notice', {}, { kind: 'shutdownNotice' }],
    ['clear', {}, { kind: 'clear' }],
  ])('%s', (line, flags, order) => {
    expect(read(line, flags)).toEqual(order);
  });

  it('can be every kind there is', () => {
    const kinds = Object.keys(FAULT_KINDS).map((kind) => read(kind));
    expect(kinds.filter((one) => typeof one === 'string')).toEqual([
      expect.stringContaining('request needs answer: one of 429, 418'),
      expect.stringContaining('frame needs fault: one of skip'),
      'skew needs ms: a whole number from -86400000 to 86400000',
      'ban needs seconds: a whole number from 0 to 2592000',
      'halt needs symbol: a symbol as the exchange spells it, BTCUSDT for example',
    ]);
  });

  it.each<[string, FaultFlags, string]>([
    ['explode', {}, 'the kind is one of request, frame, silence'],
    ['request vanish', {}, 'answer is one of 429, 418'],
    ['silence', { path: '/order' }, 'silence does not take path; it takes mode, stream, symbol, forMs'],
    ['clear all', {}, 'clear takes no word, all is one too many'],
    ['request hang', { method: 'patch' }, 'method is one of GET, POST, PUT, DELETE'],
    ['halt', { symbol: 'btc/usdt' }, 'symbol is a symbol as the exchange spells it'],
  ])('%s is refused with what would be right', (line, flags, reason) => {
    expect(read(line, flags)).toContain(reason);
  });
});
