import { describe, expect, it } from 'vitest';
import { type EpochMs, epochMs } from '../../core/time.ts';
import { parseMoment } from './parse-moment.ts';
import { ENGLISH } from './phrases-en.ts';
import { afterwardsText, sizeSentence } from './why-words.ts';

const NOW = epochMs(Date.UTC(2026, 5, 15, 12, 0));
const at = (...parts: readonly number[]): EpochMs => epochMs(Date.UTC(2026, 5, ...(parts as [number])));

describe('a moment', () => {
  it.each([
    ['09:20', at(15, 9, 20)],
    ['13:00', at(14, 13, 0)],
    ['9:20:30', at(15, 9, 20, 30)],
    ['2026-06-15T09:20', at(15, 9, 20)],
    ['2026-06-15 09:20:30', at(15, 9, 20, 30)],
    [String(at(15, 9) / 1000), at(15, 9)],
    [String(at(15, 9)), at(15, 9)],
    ['25:00', null],
    ['2026-06-15T99:20', null],
    ['yesterday', null],
  ])('%s is read as UTC', (text, moment) => {
    expect(parseMoment(text, NOW)).toBe(moment);
  });
});

describe('words', () => {
  const steps = (...texts: readonly string[]) =>
    texts.map((text) => ({ name: text.split(' ')[0] ?? '', amount: text.split(' ')[1] ?? '' }));

  it('say which cap bound the size, and what the others were', () => {
    const grown = ['remaining 400', 'perSlot 80', 'byHeat 86.4', 'byLiquidity 86.4'];
    const caps = ['cap:single 100', 'cap:cash 1000', 'cap:risk 166.666666', 'cap:hourVolume 30'];
    expect(sizeSentence(steps(...grown, ...caps, 'hourVolume 30', 'amount 30'), ENGLISH)).toBe(
      'Size 30: 80 a free slot, 86.4 by heat, 86.4 by liquidity; caps: the share of one coin 100, cash 1000, what its stop may cost 166.66, the share of its last hour of trading 30; the share of its last hour of trading bound.',
    );
    expect(sizeSentence(steps('remaining 5', 'nothing 0'), ENGLISH)).toBe('Size 0: 5 was left of the total share.');
  });

  it('say what came afterwards, what is still to come, and why it is not known', () => {
    const nothing = { time: null, price: null, change: null, highest: null, lowest: null } as const;
    const known = { ...nothing, state: 'known', change: 0.18, highest: 0.2, lowest: -0.01 } as const;
    expect(afterwardsText({ horizon: '1h', ...known }, null, ENGLISH)).toBe(
      'after 1 hour +18.00 % (highest +20.00 %, lowest -1.00 %)',
    );
    expect(afterwardsText({ horizon: '4h', state: 'pending', ...nothing }, null, ENGLISH)).toBe(
      'after 4 hours not yet',
    );
    expect(
      afterwardsText({ horizon: '15m', state: 'unknown', ...nothing }, 'its price was not followed', ENGLISH),
    ).toBe('after 15 minutes not known, its price was not followed');
  });
});
