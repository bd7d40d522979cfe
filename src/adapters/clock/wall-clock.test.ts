import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { addMs } from '../../core/time.ts';
import { createWallClock } from './wall-clock.ts';

describe('wall clock', () => {
  it('goes on at half speed while the system clock is behind, then follows it again', () => {
    let wall = 1_700_000_000_000;
    let steady = 0;
    const clock = createWallClock({ wallMs: () => wall, steadyMs: () => steady });
    const pass = (ms: number): void => {
      wall += ms;
      steady += ms;
    };
    pass(1_000);
    expect(clock.now()).toBe(1_700_000_001_000);
    wall -= 10_000;
    expect(clock.now()).toBe(1_700_000_001_000);
    pass(1);
    clock.now();
    pass(1);
    expect(clock.now(), 'half milliseconds add up').toBe(1_700_000_001_001);
    pass(9_998);
    expect(clock.now()).toBe(1_700_000_006_000);
    pass(20_000);
    expect(clock.now()).toBe(wall);
  });

  it('follows the system clock when it is set ahead', () => {
    let wall = 1_700_000_000_000;
    const clock = createWallClock({ wallMs: () => wall, steadyMs: () => 0 });
    wall += 3_600_000;
    expect(clock.now()).toBe(wall);
  });

  it('does not fire a timer that is further away than setTimeout can count', async () => {
    const clock = createWallClock();
    let fired = 0;
    clock.schedule(addMs(clock.now(), 2 ** 31 + 5), () => fired++);
    await new Promise<void>((resolve) => {
      clock.schedule(addMs(clock.now(), 20), resolve);
    });
    clock.close();
    expect(fired).toBe(0);
  });

  it('lets the event loop turn while a timer re-arms itself for the past', async () => {
    const clock = createWallClock();
    const past = addMs(clock.now(), -1);
    let fired = 0;
    const rearm = (): void => {
      fired++;
      if (fired < 1_000) clock.schedule(past, rearm);
    };
    clock.schedule(past, rearm);
    await new Promise<void>((resolve) => {
      clock.schedule(past, () => setImmediate(resolve));
    });
    clock.close();
    expect(fired).toBeLessThan(1_000);
  });

  it('does not keep the process alive for a pending timer', () => {
    const script = `
      import { createWallClock } from './wall-clock.ts';
      import { addMs } from '../../core/time.ts';
      const clock = createWallClock();
      clock.schedule(addMs(clock.now(), 3_600_000), () => {});
    `;
    const run = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], {
      cwd: import.meta.dirname,
      timeout: 30_000,
      encoding: 'utf8',
    });
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
  });
});
