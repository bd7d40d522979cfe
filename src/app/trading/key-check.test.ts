import { describe, expect, it } from 'vitest';
import { judgePermissions } from './key-check.ts';

const SUITABLE = { canTrade: true, canWithdraw: false, isIpRestricted: true } as const;

function judge(change: Partial<Parameters<typeof judgePermissions>[0]>): { answer: string; warnings: string[] } {
  const warnings: string[] = [];
  const judged = judgePermissions({ ...SUITABLE, ...change }, (reason) => {
    warnings.push(reason);
  });
  return { answer: judged.ok ? 'suitable' : `${judged.error.code}: ${judged.error.message}`, warnings };
}

describe('a key that money is traded with', () => {
  it('is refused when it may withdraw, or may not trade', () => {
    expect(judge({ canWithdraw: true }).answer).toMatch(/^key_unsuitable: .*may withdraw/);
    expect(judge({ canTrade: false }).answer).toMatch(/^key_unsuitable: .*may not trade/);
    expect(judge({})).toEqual({ answer: 'suitable', warnings: [] });
  });

  it('is warned of when it works from every address', () => {
    expect(judge({ isIpRestricted: false })).toEqual({
      answer: 'suitable',
      warnings: [expect.stringContaining('every address')],
    });
    expect(judge({ isIpRestricted: null }).warnings).toEqual([]);
  });
});
