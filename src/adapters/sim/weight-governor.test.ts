import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import { WeightGovernor } from './weight-governor.ts';

const minute = epochMs(1_700_000_040_000);

describe('the request budget', () => {
  it('serves up to the limit, then refuses until the minute ends', () => {
    const governor = new WeightGovernor(100);
    expect(governor.charge('a', 100, epochMs(minute + 10_000))).toEqual({ kind: 'served', used: 100 });
    expect(governor.charge('a', 2, epochMs(minute + 20_000))).toEqual({ kind: 'limited', used: 102, retryAfterS: 40 });
    expect(governor.charge('b', 2, epochMs(minute + 20_000)).kind).toBe('served');
    expect(governor.charge('a', 2, epochMs(minute + 60_000))).toEqual({ kind: 'served', used: 2 });
  });

  it('bans for two minutes who goes on after ten refusals', () => {
    const governor = new WeightGovernor(1);
    governor.charge('a', 1, minute);
    const kinds = Array.from({ length: 11 }, () => governor.charge('a', 1, minute).kind);
    expect(kinds).toEqual([...Array.from({ length: 10 }, () => 'limited'), 'banned']);
    expect(governor.charge('a', 1, epochMs(minute + 119_000))).toMatchObject({ kind: 'banned', retryAfterS: 1 });
    expect(governor.charge('a', 1, epochMs(minute + 120_000)).kind).toBe('served');
  });
});
