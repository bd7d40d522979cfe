import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { WhyVerdict } from '../../api/contract.ts';
import { chineseReason, chineseRule } from '../../client/reasons-zh.ts';
import { ENGLISH } from './phrases-en.ts';
import { CHINESE } from './phrases-zh.ts';
import { summaryWords } from './summary-words.ts';
import { tradeWords } from './trade-words.ts';
import { verdictWords } from './why-words.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Three English words in a row are a sentence that nobody translated. */
const ENGLISH_SENTENCE = /[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}/;

const VERDICT: Omit<WhyVerdict, 'words'> = {
  number: 7,
  kind: 'entry',
  symbol: 'HOTUSDT',
  instrument_id: 'binance:spot:HOT/USDT',
  outcome: 'refused',
  rule: 'strength',
  first_time: 1_780_000_000,
  last_time: 1_780_000_060,
  rounds: 7,
  price: '2.5',
  heat: 61,
  components: { announcement: 0, social: 0, sentiment: 0, momentum: 80.25, liquidity: 40, riskPenalty: 0 },
  source: 'momentum',
  signal: {
    action: 'HOLD',
    strength: 12,
    confidence: 0.5,
    reason: 'the timeframes disagree; 1h 12 of 50 candles',
    net: 10,
    coverage: 0.8,
    sell_score: 20,
    buy_score: 30,
    timeframes: [
      { timeframe: '1h', sell: null, buy: null, skipped: '12 of 50 candles', close_time: null, reasons: [] },
      {
        timeframe: '5m',
        sell: 10,
        buy: 55.26,
        skipped: null,
        close_time: 1_780_000_000,
        reasons: [{ rule: 'ma.golden', side: 'buy', points: 12 }],
      },
    ],
  },
  verdicts: [{ rule: 'strength', outcome: 'refused', value: 12, limit: 20, text: 'the signal is too weak' }],
  size: [],
  stop_pct: null,
  newest: { price: '2.5', heat: 61, strength: 12, refusal: null },
  fate: null,
  position_id: null,
  intent_id: null,
  trace_id: 't1',
  config_hash: 'c1',
  afterwards: [],
} as unknown as Omit<WhyVerdict, 'words'>;

describe('the decision ledger in Chinese', () => {
  it('says of a refusal the same numbers as in English, and no English sentence', () => {
    const english = verdictWords(VERDICT, ENGLISH);
    const chinese = verdictWords(VERDICT, CHINESE);
    expect(english[0]).toBe(
      'HOTUSDT was not bought from 2026-05-28 20:26:40 UTC to 20:27:40 UTC (7 rounds): the signal is too weak (rule "strength", saw 12, limit 20).',
    );
    expect(chinese).toEqual([
      'HOTUSDT 自 2026-05-28 20:26:40 UTC 至 20:27:40 UTC（7 轮）未买入：信号太弱（规则“strength”，实际 12，限值 20）。',
      '热度 61，来源：动量；动量 80.3，流动性 40。',
      '信号 HOLD，强度 12，置信度 0.5：各周期意见不一；1h K 线 12/50。1h 不参与：K 线 12/50；5m 买 55.3 卖 10（ma.golden 买 12）。',
    ]);
    const numbers = (lines: readonly string[]) => (lines.join(' ').match(/\d+(\.\d+)?/g) ?? []).sort();
    expect(numbers(chinese.slice(0, 2))).toEqual(numbers(english.slice(0, 2)));
  });

  it.each(['underWay', 'filled', 'partial', 'nothing', 'refused'])('says that an order is %s', (kind) => {
    const fate = { kind, time: 1_780_000_000, code: 'RULES_STALE', reason: 'the rules are old' };
    const approved = { ...VERDICT, outcome: 'approved', stop_pct: 0.04, fate, position_id: 'p1' } as typeof VERDICT;
    const size = [
      'remaining 400',
      'perSlot 80',
      'byHeat 86.4',
      'byLiquidity 86.4',
      'cap:cash 30',
      'cash 30',
      'amount 30',
    ];
    const steps = size.map((each) => ({ name: each.split(' ')[0] ?? '', amount: each.split(' ')[1] ?? '' }));
    const words = verdictWords({ ...approved, size: steps }, CHINESE).join('\n');
    expect(words).toContain('决定买入');
    expect(words).toContain('受“现金”限制');
    expect(words).not.toMatch(ENGLISH_SENTENCE);
    const sold = verdictWords({ ...approved, kind: 'exit', rule: 'stop', verdicts: [] } as typeof VERDICT, CHINESE);
    expect(sold.join('\n')).toContain('价格触及止损');
    expect(sold.join('\n')).not.toMatch(ENGLISH_SENTENCE);
  });

  it('tells a position and a summary without an English sentence', () => {
    const closed = { exit_time: 1_780_000_100, reason: 'trailing', legs: 1, pnl_net: '1.5', dust: '0.1' };
    const order = {
      client_order_id: 'c1',
      purpose: 'open',
      state: 'filled',
      filled_quantity: '3',
      mean_price: '2.5',
      error: null,
    };
    const leg = {
      ...{ leg: 1, reason: 'trailing', exit_time: 1_780_000_100, quantity: '3', exit_price: '3', entry_price: '2.5' },
      ...{ exit_decided_price: '3', pnl_net: '1.5', fee_entry: '0.01', fee_exit: '0.01' },
    };
    const answer = { entry: null, exits: [], legs: [leg], orders: [order], closed, symbol: 'HOTUSDT' };
    const words = tradeWords(answer as unknown as Parameters<typeof tradeWords>[0], CHINESE);
    expect(words).toHaveLength(4);
    const gates = [{ rule: 'strength', verdicts: 2, coins: 1, rounds: 9, after: {} }];
    const summary = summaryWords({ question: 'summary', from: 1, to: 2, verdicts: 2, gates } as never, CHINESE);
    for (const line of [...words, ...summary]) expect(line).not.toMatch(ENGLISH_SENTENCE);
    expect(words.at(-1)).toContain('净盈亏 +1.5，剩余零头 0.1');
  });

  it('knows every rule that decisions, the filter and the pool refuse by', () => {
    const files = ['decisions', 'engine/trading'].flatMap((folder) =>
      readdirSync(join(ROOT, folder))
        .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
        .map((name) => readFileSync(join(ROOT, folder, name), 'utf8')),
    );
    const rules = files.flatMap((text) =>
      [...text.matchAll(/(?:rule: |refuse\()'([^']+)'/g)].map(([, rule]) => rule ?? ''),
    );
    const filter = readFileSync(join(ROOT, 'discovery/coin-filter.ts'), 'utf8');
    const gates = [...filter.matchAll(/refuse\('([^']+)'/g)].map(([, gate]) => `filter:${gate}`);
    expect(new Set([...rules, ...gates]).size).toBeGreaterThan(20);
    // The action's reason is that of the signal, which has words of its own.
    const unknown = [...rules, ...gates].filter((rule) => rule !== 'action' && chineseRule(rule, '?') === '?');
    expect(unknown).toEqual([]);
  });

  it('knows every reason that a consensus and a skipped timeframe give', () => {
    const reasons = [
      '5m, 15m agree: long',
      '15m follow the large timeframes: short',
      '1m contradict the large timeframes',
      '5m outweigh the rest, the large timeframes hold',
      '5m outweigh the rest: long',
      'only 1m: short, the large timeframes hold',
      'no timeframe has enough candles',
      'too little of the timeframes is there',
      'the timeframes disagree',
      'no direction',
      'drawdown 5.13 % of 5.00 %; all is sold, entries halt until 2026-06-15',
      'HOT costs too much of the capital',
      'stopped',
      'timeout >60s',
      '1h history: venue_unreachable',
      '1h 3 of 50 candles: candles are missing from A to B',
      '5m the newest candle ends at 2026-05-28',
      'its price was not followed at that time',
      'no price was known at the verdict',
      'trading did not run to look at it',
    ];
    for (const reason of reasons) expect(chineseReason(reason), reason).toMatch(/\p{Script=Han}/u);
    for (const reason of reasons) expect(chineseReason(reason), reason).not.toMatch(ENGLISH_SENTENCE);
    expect(chineseReason('something new that nobody knows')).toBe('something new that nobody knows');
  });
});
