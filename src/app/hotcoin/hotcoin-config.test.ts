import { describe, expect, it } from 'vitest';
import { type ResolvedConfig, resolveHotCoinConfig } from './hotcoin-config.ts';
import { deriveTrading, LIVE_CONFIRMATION } from './trading-consent.ts';

function resolved(saved: unknown = null, environment: Record<string, string> = {}): ResolvedConfig {
  const answer = resolveHotCoinConfig(saved, environment);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

function problemOf(saved: unknown, environment: Record<string, string> = {}): string {
  const answer = resolveHotCoinConfig(saved, environment);
  return answer.ok ? 'accepted' : `${answer.error.code}: ${answer.error.message}`;
}

describe('the hot-coin settings', () => {
  it("are the seed's where nothing is said, and trade on paper without orders", () => {
    const { config, provenance } = resolved();
    expect(config.discovery).toMatchObject({ volume_surge_ratio: 5, pool_enter_score: 40, anomaly_cooldown_sec: 600 });
    expect(config.trading).toMatchObject({ min_consensus_strength: 20, default_sl_pct: -0.05, max_hold_minutes: 240 });
    expect(config.execution).toMatchObject({ enable_order_execution: false, use_paper_trading: true });
    expect(new Set(Object.values(provenance))).toEqual(new Set(['default']));
  });

  it('put what was saved over the defaults, and the environment over both', () => {
    const saved = { execution: { initial_capital: 500, taker_fee_rate: 0.00075 } };
    const { config, provenance } = resolved(saved, { HOTCOIN_CAPITAL: '250.5', HOTCOIN_BLACKLIST: 'lunausdt, ustc' });
    expect(config.execution).toMatchObject({ initial_capital: 250.5, taker_fee_rate: 0.00075, dust_usd: 1 });
    expect(config.discovery.blacklist).toEqual(['LUNAUSDT', 'USTC']);
    expect(provenance).toMatchObject({
      'execution.initial_capital': 'environment',
      'execution.taker_fee_rate': 'saved',
      'execution.dust_usd': 'default',
    });
  });

  it('have a hash that changes with any of them', () => {
    expect(resolved().hash).toBe(resolved({}).hash);
    expect(resolved({ trading: { max_hold_minutes: 241 } }).hash).not.toBe(resolved().hash);
  });

  it.each([
    ['a capital of 0', { execution: { initial_capital: 0 } }, 'execution.initial_capital'],
    ['tiers of texts', { trading: { take_profit_tiers: [['0.05', '0.3']] } }, 'trading.take_profit_tiers'],
    [
      'tiers that sell more than all',
      {
        trading: {
          take_profit_tiers: [
            [0.1, 0.6],
            [0.2, 0.5],
          ],
        },
      },
      'more than 1',
    ],
    [
      'tiers that do not ascend',
      {
        trading: {
          take_profit_tiers: [
            [0.2, 0.3],
            [0.1, 0.3],
          ],
        },
      },
      'ascend',
    ],
    ['a stop above the entry', { trading: { default_sl_pct: 0.05 } }, 'default_sl_pct'],
    ['an unknown name', { trading: { stop_los: -0.05 } }, 'stop_los'],
    ['an unknown group', { risk: {} }, 'risk'],
    ['an exit above the entrance', { discovery: { pool_enter_score: 10 } }, 'pool_exit_score'],
    ['weights that do not add up', { discovery: { w_social: 0.5 } }, 'add up to 1'],
    ['a number that is none', { execution: { initial_capital: Number.NaN } }, 'initial_capital'],
    ['no object', 'everything', 'not an object'],
  ])('are refused as a whole for %s', (_, saved, part) => {
    expect(problemOf(saved)).toContain('config_invalid');
    expect(problemOf(saved)).toContain(part);
  });

  it.each(['maybe', 'Y', '2', 'paper'])(
    'scenario 15: use_paper_trading of "%s" refuses the start and never means live',
    (word) => {
      expect(problemOf({ execution: { use_paper_trading: word } })).toContain('use_paper_trading');
      expect(problemOf({}, { HOTCOIN_PAPER: word })).toContain('HOTCOIN_PAPER');
    },
  );

  it('refuse a variable that only looks like one, which would leave a default in force unseen', () => {
    expect(problemOf({}, { HOTCOIN_CAPITOL: '100' })).toContain('HOTCOIN_CAPITOL is no setting');
    expect(problemOf({}, { HOTCOIN_DB_PATH: '/x', HOTCOIN_LOG_LEVEL: 'error', HOME: '/' })).toBe('accepted');
  });

  it.each([
    ['YES', true],
    ['On', true],
    ['0', false],
    ['No', false],
  ])('read %s as %s', (word, value) => {
    expect(resolved({}, { HOTCOIN_EXECUTE: word }).config.execution.enable_order_execution).toBe(value);
  });
});

describe('trading with money', () => {
  const config = (...on: readonly ('orders' | 'paper')[]) =>
    resolved({
      execution: { enable_order_execution: on.includes('orders'), use_paper_trading: on.includes('paper') },
    }).config;
  const given = { credentials: 'given', confirmation: LIVE_CONFIRMATION } as const;

  it('is on paper while paper is on, whatever else is given', () => {
    expect(deriveTrading({ config: config('orders', 'paper'), ...given })).toEqual({ ok: true, value: 'simulated' });
    expect(deriveTrading({ config: config('paper'), ...given })).toEqual({ ok: true, value: 'observe' });
  });

  it('needs every consent, and names those that are missing', () => {
    expect(deriveTrading({ config: config('orders'), ...given })).toEqual({ ok: true, value: 'real' });
    const refusal = (answer: ReturnType<typeof deriveTrading>): string =>
      answer.ok ? answer.value : answer.error.message;
    expect(refusal(deriveTrading({ config: config(), ...given }))).toContain('HOTCOIN_EXECUTE=1');
    const noKeys = { config: config('orders'), ...given, credentials: 'missing' } as const;
    expect(refusal(deriveTrading(noKeys))).toContain('BINANCE_API_KEY');
    const noWord = { config: config('orders'), ...given, confirmation: 'yes' } as const;
    expect(refusal(deriveTrading(noWord))).toContain(LIVE_CONFIRMATION);
  });
});
