import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import type { SeriesId } from '../../model/series.ts';
import type { MarketMessage } from '../../ports/bus.ts';
import { createMemoryBus } from './memory-bus.ts';

const seriesId = 'binance:spot:BTC/USDT:1m' as SeriesId;

function gap(minute: number): MarketMessage {
  const from = epochMs(minute * 60_000);
  const to = epochMs(from + 60_000);
  return { kind: 'candleGap', seriesId, gap: { kind: 'candleGap', seriesId, from, to, reason: 'unknown' } };
}

function fromOf(message: MarketMessage): number {
  return message.kind === 'candleGap' ? message.gap.from / 60_000 : -1;
}

describe('createMemoryBus', () => {
  it('calls a subscriber that keeps up inside publish', () => {
    const bus = createMemoryBus({ waitingMax: 10, onError: () => {} });
    const seen: number[] = [];
    bus.subscribe((message) => {
      seen.push(fromOf(message));
    });
    void bus.publish(gap(1));
    expect(seen).toEqual([1]);
  });

  it('keeps one order for all subscribers when a handler publishes', async () => {
    const bus = createMemoryBus({ waitingMax: 10, onError: () => {} });
    const first: number[] = [];
    const second: number[] = [];
    bus.subscribe((message) => {
      first.push(fromOf(message));
      if (fromOf(message) < 3) void bus.publish(gap(fromOf(message) + 1));
    });
    bus.subscribe((message) => {
      second.push(fromOf(message));
    });
    await bus.publish(gap(1));
    expect(first).toEqual([1, 2, 3]);
    expect(second).toEqual([1, 2, 3]);
  });

  it('can be closed from inside a handler', async () => {
    const bus = createMemoryBus({ waitingMax: 10, onError: () => {} });
    let closing: Promise<void> | null = null;
    bus.subscribe(() => {
      closing = bus.close();
    });
    await bus.publish(gap(1));
    expect(closing).not.toBeNull();
    await closing;
  });

  it('does not hand the running message to whoever subscribes while it is handed out', async () => {
    const bus = createMemoryBus({ waitingMax: 10, onError: () => {} });
    const late: number[] = [];
    const early = bus.subscribe(() => {
      bus.subscribe((message) => {
        late.push(fromOf(message));
      });
      early.close();
    });
    await bus.publish(gap(1));
    await bus.publish(gap(2));
    expect(late).toEqual([2]);
  });
});
