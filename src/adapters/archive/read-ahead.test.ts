import { describe, expect, it } from 'vitest';
import { readAhead } from './read-ahead.ts';

async function* numbers(log: string[], failAt = -1): AsyncGenerator<number, void, undefined> {
  try {
    for (let i = 0; i < 4; i++) {
      if (i === failAt) throw new Error('broken');
      log.push(`made ${i}`);
      yield i;
    }
  } finally {
    log.push('closed');
  }
}

describe('read ahead', () => {
  it('keeps the order and is one item ahead', async () => {
    const log: string[] = [];
    for await (const item of readAhead(numbers(log))) log.push(`used ${item}`);
    expect(log.filter((entry) => entry.startsWith('used'))).toEqual(['used 0', 'used 1', 'used 2', 'used 3']);
    expect(log.indexOf('made 1')).toBeLessThan(log.indexOf('used 0'));
    expect(log.indexOf('made 2')).toBeGreaterThan(log.indexOf('used 0'));
  });

  it('hands over everything before a failure, then fails', async () => {
    const used: number[] = [];
    const run = async () => {
      for await (const item of readAhead(numbers([], 2))) used.push(item);
    };
    await expect(run()).rejects.toThrow('broken');
    expect(used).toEqual([0, 1]);
  });

  it('closes the source when the consumer stops early', async () => {
    const log: string[] = [];
    for await (const item of readAhead(numbers(log))) if (item === 1) break;
    expect(log.at(-1)).toBe('closed');
  });
});
