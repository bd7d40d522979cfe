import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import { createManualClock } from '../clock/manual-clock.ts';
import { REQUEST_CLASSES, type RequestPurpose, SLOTS_MAX } from './request-classes.ts';
import { type Admission, type LimitFacts, RequestGovernor } from './request-governor.ts';
import { RequestMemory } from './request-memory.ts';
import { WAITING_MAX } from './request-queue.ts';

const T = 1_767_225_600_000;
const SERVED: LimitFacts = { status: 200, usedWeight: null, retryAfterMs: null, stamp: null };

function setUp(weightPerMinute = 100) {
  const clock = createManualClock(epochMs(T + 10_000));
  const memory = new RequestMemory({ scope: 'test/spot', onFault: () => {} });
  return { clock, governor: new RequestGovernor({ clock, weightPerMinute, memory }) };
}

type Scene = ReturnType<typeof setUp>;

async function admitted({ governor }: Scene, weight = 1, purpose: RequestPurpose = 'protect'): Promise<Admission> {
  const admission = await governor.admit({ purpose, weight });
  if (!admission.ok) throw new Error(`refused: ${admission.error.reason}`);
  return admission.value;
}

async function spend(scene: Scene, usedWeight: number): Promise<void> {
  scene.governor.settle(await admitted(scene), { ...SERVED, usedWeight });
}

/** Lets a request wait and tells what became of it, by name, in order. */
function follow({ governor }: Scene, told: string[]) {
  return (name: string, purpose: RequestPurpose, weight = 1): void => {
    void governor
      .admit({ purpose, weight })
      .then((result) => told.push(result.ok ? name : `${name}: ${result.error.reason}`));
  };
}

describe('the shares', () => {
  it('are 98, 95, 90, 80, 65 and 50 percent of the minute from protection down to history', () => {
    expect(REQUEST_CLASSES.map(({ purpose, shareRatio }) => [purpose, shareRatio])).toEqual([
      ['protect', 0.98],
      ['orders', 0.95],
      ['reconcile', 0.9],
      ['repair', 0.8],
      ['signals', 0.65],
      ['history', 0.5],
    ]);
  });

  it.each(REQUEST_CLASSES)('let $purpose fill the minute up to $shareRatio', async ({ purpose, shareRatio }) => {
    const scene = setUp();
    const told: string[] = [];
    await spend(scene, shareRatio * 100 - 1);
    follow(scene, told)('fits', purpose);
    await scene.clock.advance(0);
    expect(told).toEqual(['fits']);
    expect(scene.governor.stats().used).toBe(shareRatio * 100);
    follow(scene, told)('waits', purpose);
    await scene.clock.advance(0);
    expect(told).toEqual(['fits']);
    expect(scene.governor.stats().waiting[purpose]).toBe(1);
  });

  it('open again with the next minute', async () => {
    const scene = setUp();
    const told: string[] = [];
    await spend(scene, 90);
    follow(scene, told)('repair', 'repair');
    await scene.clock.advanceTo(epochMs(T + 59_999));
    expect(told).toEqual([]);
    await scene.clock.advanceTo(epochMs(T + 60_000));
    expect(told).toEqual(['repair']);
  });

  it('count requests under way before their answers tell', async () => {
    const scene = setUp();
    for (let i = 0; i < 5; i++) await admitted(scene, 18);
    const told: string[] = [];
    follow(scene, told)('ninth', 'protect', 9);
    await scene.clock.advance(0);
    expect(told).toEqual([]);
  });

  it('count the weight itself when an answer does not tell', async () => {
    const scene = setUp();
    for (let i = 0; i < 9; i++) scene.governor.settle(await admitted(scene, 10), SERVED);
    expect(scene.governor.stats().used).toBe(90);
  });

  it('take the larger of what the venue counted and what we know', async () => {
    const scene = setUp();
    await spend(scene, 40);
    await spend(scene, 7);
    expect(scene.governor.stats().used).toBe(40);
  });

  it('follow the limit that the venue names', async () => {
    const scene = setUp();
    const told: string[] = [];
    await spend(scene, 90);
    follow(scene, told)('history', 'history');
    scene.governor.learnLimit(1_000);
    await scene.clock.advance(0);
    expect(told).toEqual(['history']);
    expect(scene.governor.stats().limit).toBe(1_000);
  });

  it('let a request that alone is heavier through at the start of a minute', async () => {
    expect(await admitted(setUp(10), 20)).toMatchObject({ weight: 20 });
  });
});

describe('the order', () => {
  it('is the highest class first and the oldest of a class first', async () => {
    const scene = setUp();
    const told: string[] = [];
    const ask = follow(scene, told);
    await spend(scene, 99);
    await scene.clock.advanceTo(epochMs(T + 58_000));
    for (const [name, purpose] of [
      ['history 1', 'history'],
      ['signals 1', 'signals'],
      ['repair 1', 'repair'],
      ['reconcile 1', 'reconcile'],
      ['protect 1', 'protect'],
      ['protect 2', 'protect'],
    ] as const) {
      ask(name, purpose);
    }
    await scene.clock.advanceTo(epochMs(T + 60_000));
    expect(told).toEqual(['protect 1', 'protect 2', 'reconcile 1', 'repair 1', 'signals 1']);
    expect(scene.governor.stats()).toMatchObject({ underWay: 5, waiting: { history: 1 } });
  });

  it('lets no light request pass a heavy one of a higher class', async () => {
    const scene = setUp();
    const told: string[] = [];
    const ask = follow(scene, told);
    await spend(scene, 40);
    ask('heavy repair', 'repair', 60);
    ask('light history', 'history', 1);
    await scene.clock.advance(0);
    expect(told).toEqual([]);
  });
});

describe('the slots', () => {
  it('are never all held by a lower class', async () => {
    const scene = setUp(1_000_000);
    const told: string[] = [];
    const ask = follow(scene, told);
    for (const { purpose, slots } of [...REQUEST_CLASSES].reverse()) {
      for (let i = 0; i < SLOTS_MAX; i++) ask(purpose, purpose);
      await scene.clock.advance(0);
      expect(scene.governor.stats().underWay).toBe(slots);
      expect(told.at(-1)).toBe(purpose);
    }
    expect(told).toHaveLength(SLOTS_MAX);
  });

  it('are given on when an answer comes', async () => {
    const scene = setUp(1_000_000);
    const under = [];
    for (let i = 0; i < SLOTS_MAX; i++) under.push(await admitted(scene));
    const told: string[] = [];
    follow(scene, told)('next', 'protect');
    await scene.clock.advance(0);
    expect(told).toEqual([]);
    scene.governor.settle(under[3] as Admission, SERVED);
    await scene.clock.advance(0);
    expect(told).toEqual(['next']);
  });

  it('are handed back once', async () => {
    const scene = setUp();
    const admission = await admitted(scene);
    scene.governor.settle(admission, SERVED);
    expect(() => scene.governor.settle(admission, SERVED)).toThrow('settled once');
  });
});

describe('the lines', () => {
  it.each(REQUEST_CLASSES)('let $purpose wait at most $waitMsMax ms', async ({ purpose, waitMsMax }) => {
    const scene = setUp();
    const told: string[] = [];
    const under = [];
    for (let i = 0; i < SLOTS_MAX; i++) under.push(await admitted(scene));
    follow(scene, told)('late', purpose);
    await scene.clock.advance(waitMsMax - 1);
    expect(told).toEqual([]);
    await scene.clock.advance(1);
    expect(told).toEqual(['late: waitedTooLong']);
    expect(scene.governor.stats().waiting[purpose]).toBe(0);
  });

  it('move up when their first gives up', async () => {
    const scene = setUp();
    const told: string[] = [];
    await spend(scene, 45);
    follow(scene, told)('heavy signals', 'signals', 30);
    follow(scene, told)('light history', 'history', 5);
    await scene.clock.advance(20_000);
    expect(told).toEqual(['heavy signals: waitedTooLong', 'light history']);
  });

  it('refuse the newest when they are full', async () => {
    const scene = setUp();
    await spend(scene, 90);
    for (let i = 0; i < WAITING_MAX; i++) void scene.governor.admit({ purpose: 'history', weight: 1 });
    expect(await scene.governor.admit({ purpose: 'history', weight: 1 })).toEqual({
      ok: false,
      error: { reason: 'queueFull', status: 429, retryAfterMs: 50_000 },
    });
    expect(await admitted(scene, 1, 'protect')).toMatchObject({ weight: 1 });
  });

  it('are refused at once when the feed is closed', async () => {
    const scene = setUp();
    const told: string[] = [];
    await spend(scene, 90);
    follow(scene, told)('waits', 'history');
    await scene.governor.close();
    follow(scene, told)('comes late', 'protect');
    await scene.clock.advance(0);
    expect(told).toEqual(['waits: closed', 'comes late: closed']);
  });
});

describe('a pause', () => {
  const refuse = async (scene: Scene, status: 429 | 418, retryAfterMs: number | null) =>
    scene.governor.settle(await admitted(scene), { ...SERVED, status, retryAfterMs });

  it.each(REQUEST_CLASSES)('holds for $purpose until its very end', async ({ purpose }) => {
    const scene = setUp();
    await refuse(scene, 418, 7_000);
    const error = { reason: 'paused', status: 418 } as const;
    expect(await scene.governor.admit({ purpose, weight: 1 })).toEqual({
      ok: false,
      error: { ...error, retryAfterMs: 7_000 },
    });
    await scene.clock.advance(6_999);
    expect(await scene.governor.admit({ purpose, weight: 1 })).toMatchObject({ error: { retryAfterMs: 1 } });
    expect(scene.governor.stats().blockedUntil).toBe(T + 17_000);
    await scene.clock.advance(1);
    expect(await admitted(scene, 1, purpose)).toMatchObject({ weight: 1 });
    expect(scene.governor.stats().blockedUntil).toBeNull();
  });

  it('ends every wait', async () => {
    const scene = setUp();
    const told: string[] = [];
    const under = await admitted(scene);
    await spend(scene, 95);
    follow(scene, told)('history', 'history');
    follow(scene, told)('repair', 'repair');
    scene.governor.settle(under, { ...SERVED, status: 429, retryAfterMs: 3_000 });
    await scene.clock.advance(0);
    expect(told).toEqual(['repair: paused', 'history: paused']);
  });
});
