import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EpochMs, epochMs } from '../../core/time.ts';
import { foldSeen, isHandedOver, type StreamSeen } from './handover.ts';

const MINUTE = 60_000;
type Frame = { readonly state: 'forming' | 'closed'; readonly openTime: EpochMs };

function seenOf(frames: readonly Frame[]): StreamSeen | null {
  return frames.reduce<StreamSeen | null>(foldSeen, null);
}

/** What the venue publishes: of each minute some forming frames, then its close. */
function venueFrames(formings: readonly number[]): readonly Frame[] {
  return formings.flatMap((count, minute) => {
    const openTime = epochMs(minute * MINUTE);
    const forming = Array.from({ length: count }, (): Frame => ({ state: 'forming', openTime }));
    return [...forming, { state: 'closed', openTime } as const];
  });
}

const closes = (frames: readonly Frame[]) => frames.filter((frame) => frame.state === 'closed').map((f) => f.openTime);

describe('isHandedOver', () => {
  it('waits for a frame on both connections', () => {
    const seen = seenOf([{ state: 'forming', openTime: epochMs(0) }]);
    expect(isHandedOver({ old: seen, next: null, lengthMs: MINUTE })).toBe(false);
    expect(isHandedOver({ old: null, next: seen, lengthMs: MINUTE })).toBe(false);
    expect(isHandedOver({ old: seen, next: seen, lengthMs: MINUTE })).toBe(true);
  });

  it('waits for a close that the old connection still owes', () => {
    const next = seenOf([{ state: 'forming', openTime: epochMs(MINUTE) }]);
    const owing = seenOf([{ state: 'forming', openTime: epochMs(0) }]);
    const paid = seenOf([{ state: 'closed', openTime: epochMs(0) }]);
    expect(isHandedOver({ old: owing, next, lengthMs: MINUTE })).toBe(false);
    expect(isHandedOver({ old: paid, next, lengthMs: MINUTE })).toBe(true);
  });

  it('loses no close, wherever the successor joins and however far the old connection lags', () => {
    const minutes = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(minutes, fc.nat(), fc.nat(), (formings, joinSeed, lagSeed) => {
        const frames = venueFrames(formings);
        const join = joinSeed % frames.length;
        const oldEnd = 1 + (lagSeed % frames.length);
        const old = frames.slice(0, oldEnd);
        for (let nextEnd = join + 1; nextEnd <= frames.length; nextEnd++) {
          const next = frames.slice(join, nextEnd);
          if (!isHandedOver({ old: seenOf(old), next: seenOf(next), lengthMs: MINUTE })) continue;
          const delivered = new Set([...closes(old), ...closes(frames.slice(join))]);
          expect(closes(frames).filter((open) => !delivered.has(open))).toEqual([]);
        }
      }),
    );
  });
});
