import { describe, expect, it } from 'vitest';
import { listSettingFacts } from './setting-facts.ts';

const FACTS = listSettingFacts();

describe('what people are told of a setting', () => {
  it.each(FACTS.map((facts) => [facts.name, facts] as const))('%s is there in English and in Chinese', (_, facts) => {
    expect(facts.meaning).toMatch(/[a-z]{2}/);
    expect(facts.meaning).not.toMatch(/\p{Script=Han}/u);
    expect(facts.limits).not.toMatch(/\p{Script=Han}/u);
    expect(facts.meaningZh).toMatch(/\p{Script=Han}/u);
    expect(facts.limitsZh).toMatch(/\p{Script=Han}/u);
  });

  it('names the same numbers in both languages', () => {
    const numbers = (text: string): readonly string[] => text.match(/-?\d+(\.\d+)?/g) ?? [];
    for (const { name, limits, limitsZh } of FACTS) expect(numbers(limitsZh), name).toEqual(numbers(limits));
    const choice = FACTS.find(({ name }) => name === 'execution.entry_order');
    expect(choice).toMatchObject({
      limits: 'one of limit_ioc, limit, market',
      limitsZh: '以下之一：limit_ioc, limit, market',
    });
  });
});
