import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Config, describeSettingNotes, listSettings, loadConfig, SETTINGS, type Setting } from './config.ts';
import { IGNORED_SETTINGS } from './ignored-settings.ts';

function load(environment: Readonly<Record<string, string | undefined>> = {}): Config {
  const config = loadConfig(environment);
  if (!config.ok) throw new Error(config.error.message);
  return config.value;
}

const DEFAULT_FRAMES = ['5m', '15m', '1h', '4h', '1d'];

describe('derived timeframes', () => {
  const enable = SETTINGS.derivedEnabled.name;
  const frames = (value: string | undefined, list?: string): readonly string[] => {
    return load({ [enable]: value, [SETTINGS.derivedTimeframes.name]: list }).derivedTimeframes;
  };

  it.each([undefined, '1', 'true', 'YES', ' on '])('are on where the switch is %j', (value) => {
    expect(frames(value)).toEqual(DEFAULT_FRAMES);
  });

  it.each(['0', 'false', 'no', 'off', '', 'yess', '2'])('are off where the switch is %j', (value) => {
    expect(frames(value)).toEqual([]);
    expect(frames(value, '5m')).toEqual([]);
  });

  it.each(['', '  ', ',', ' , ,'])('are the default list where the list is %j', (list) => {
    expect(frames('1', list)).toEqual(DEFAULT_FRAMES);
  });

  it('are those of the list, spaces and empty items aside', () => {
    expect(frames('1', ' 3m, ,2h,')).toEqual(['3m', '2h']);
  });

  it('that can not be read do not matter while they are off', () => {
    expect(frames('0', 'nonsense')).toEqual([]);
  });

  it('are off where nobody set the switch and the defaults are those of the contract', () => {
    const contract = { [SETTINGS.defaults.name]: 'contract' };
    expect(load(contract).derivedTimeframes).toEqual([]);
    expect(load({ ...contract, [enable]: '1' }).derivedTimeframes).toEqual(DEFAULT_FRAMES);
    expect(load(contract).ingest.whitelist).toBe('off');
  });

  it('do not contain the base, and each set of them ends together within a month', () => {
    expect(frames('1', '1m,5m')).toEqual(['5m']);
    expect(frames('1', '5m,7m,1d')).toEqual(['5m', '7m', '1d']);
    const config = loadConfig({ [enable]: '1', [SETTINGS.derivedTimeframes.name]: '5m,1d,7m,11m,13m,15m' });
    expect(config).toMatchObject({ ok: false, error: { code: 'timeframes_span_too_long' } });
    expect(config.ok ? '' : config.error.hint).toContain('Leave out 11m,13m,');
    expect(frames('0', '5m,7m,11m,13m,1d'), 'off does not look').toEqual([]);
  });

  it('come from 1m only', () => {
    expect(load({ [SETTINGS.derivedBase.name]: ' 1m ' }).baseTimeframe).toBe('1m');
    expect(loadConfig({ [SETTINGS.derivedBase.name]: '5m' })).toMatchObject({ ok: false });
    expect(loadConfig({ [SETTINGS.derivedBase.name]: '1m,5m' })).toMatchObject({ ok: false });
  });
});

describe('numbers', () => {
  const { name } = SETTINGS.catchUpLimit;

  it.each([
    [undefined, 5000],
    ['', 5000],
    ['many', 5000],
    ['1e3', 5000],
    ['12.5', 5000],
    ['250', 250],
    [' 250 ', 250],
    ['+250', 250],
    ['99', 100],
    ['-7', 100],
  ])('read %j as %i', (text, value) => {
    expect(load({ [name]: text }).catchUpLimit).toBe(value);
  });

  it('stay within their bounds and whole, whatever is written', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.bigInt().map(String)), (text) => {
        const { historyDays, formingMinIntervalMs } = load({
          [SETTINGS.historyDays.name]: text,
          [SETTINGS.formingMinIntervalMs.name]: text,
        });
        expect(Number.isSafeInteger(historyDays) && historyDays >= 1 && historyDays <= 3650).toBe(true);
        expect(Number.isSafeInteger(formingMinIntervalMs) && formingMinIntervalMs >= 0).toBe(true);
      }),
    );
  });
});

describe('settings that depend on others', () => {
  const { gapBackfill, exchangeBackfill, exchangeBackfillOnRead, autoTailBackfill, startupSync } = SETTINGS;

  it('follow them where they are not set, and not where they are', () => {
    expect(load().backfill).toMatchObject({ exchange: 'off', exchangeOnRead: 'off' });
    expect(load({ [gapBackfill.name]: '1' }).backfill).toMatchObject({ exchange: 'on', exchangeOnRead: 'off' });
    expect(load({ [startupSync.name]: '1' }).backfill.exchange).toBe('on');
    expect(load({ [autoTailBackfill.name]: 'on' }).backfill).toMatchObject({ exchange: 'off', exchangeOnRead: 'on' });
    expect(load({ [gapBackfill.name]: '1', [exchangeBackfill.name]: '0' }).backfill.exchange).toBe('off');
    expect(load({ [exchangeBackfillOnRead.name]: '1' }).backfill.exchangeOnRead).toBe('on');
  });

  it.each([
    [undefined, undefined, 2, 5],
    ['0', '0', 1, 2],
    ['7', undefined, 7, 8],
    ['7', '7', 7, 8],
    ['3', '9', 3, 9],
  ])('fresh %j and stale %j are %i and %i: stale is beyond fresh', (fresh, stale, freshCandles, staleCandles) => {
    const environment = { [SETTINGS.freshWindow.name]: fresh, [SETTINGS.staleWindow.name]: stale };
    expect(load(environment).gates).toMatchObject({ freshCandles, staleCandles });
  });
});

describe('addresses', () => {
  it('lose their trailing slashes', () => {
    expect(load({ [SETTINGS.futuresRestUrl.name]: 'http://127.0.0.1:1/base//' }).endpoints.futuresRestUrl).toBe(
      'http://127.0.0.1:1/base',
    );
  });

  it('must be of their protocol', () => {
    expect(loadConfig({ [SETTINGS.futuresStreamUrl.name]: 'https://fstream.binance.com' })).toMatchObject({
      ok: false,
      error: { code: 'config_invalid', context: { count: 1 } },
    });
  });
});

describe('compression of WebSocket messages', () => {
  const { name } = SETTINGS.socketCompression;

  it.each([
    [undefined, 'off'],
    ['', 'off'],
    ['0', 'off'],
    ['OFF', 'off'],
    ['1', 'long'],
    [' long ', 'long'],
    ['all', 'all'],
  ])('is of %j: %s', (text, expected) => {
    expect(load({ [name]: text }).socketCompression).toBe(expected);
  });

  it('is refused where its word is unknown', () => {
    expect(loadConfig({ [name]: 'some' })).toMatchObject({ ok: false, error: { code: 'config_invalid' } });
  });
});

describe('the configuration', () => {
  it('names every problem at once', () => {
    const config = loadConfig({
      [SETTINGS.derivedTimeframes.name]: '5m,x,1w',
      [SETTINGS.spotRestUrl.name]: 'nowhere',
    });
    expect(config).toMatchObject({ ok: false, error: { context: { count: 3 } } });
    for (const part of ["unit: 'x'", "unit: 'w'", SETTINGS.spotRestUrl.name]) {
      expect(config.ok ? '' : config.error.message).toContain(part);
    }
  });

  it('can not be changed afterwards', () => {
    expect(Object.isFrozen(load())).toBe(true);
  });

  it('is made of settings that are documented, once each, with defaults that pass', () => {
    const all = Object.values<Setting>(SETTINGS);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { name, meaning, min, max } of all) {
      // One name is the second seed's own.
      expect(name).toMatch(/^((TRADE_CANVAS|HOTWICK|HOTCOIN)_[A-Z0-9_]+|TWITTER_BEARER_TOKEN)$/);
      expect(meaning.length).toBeGreaterThan(10);
      expect((min ?? 0) <= (max ?? Number.MAX_SAFE_INTEGER)).toBe(true);
    }
    const written = Object.fromEntries(
      all.filter(({ kind }) => kind !== 'boolean').map((one) => [one.name, one.initial]),
    );
    expect(load(written)).toEqual(load());
  });

  const changeable = Object.values<Setting>(SETTINGS).filter(({ name }) => name !== SETTINGS.derivedBase.name);

  it.each(changeable)('is another one where $name is', (setting) => {
    const others = COMPANIONS[setting.name] ?? {};
    expect(load({ ...others, [setting.name]: anotherValue(setting) })).not.toEqual(load(others));
  });
});

/** What a setting needs beside it; half of a channel is a mistake. */
const COMPANIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [SETTINGS.telegramToken.name]: { [SETTINGS.telegramChats.name]: '7' },
  [SETTINGS.smtpUrl.name]: { [SETTINGS.mailFrom.name]: 'a@example.org', [SETTINGS.mailTo.name]: 'b@example.org' },
};

/** Values that a setting's kind does not tell. */
const VALUES: Readonly<Record<string, string>> = {
  [SETTINGS.telegramChats.name]: '7,-100',
  [SETTINGS.feishuWebhook.name]: 'http://localhost:1',
  [SETTINGS.webhookUrl.name]: 'http://localhost:1',
  [SETTINGS.smtpUrl.name]: 'smtp://localhost:1',
};

/** A value of the setting's kind that is not its default. */
function anotherValue(setting: Setting): string {
  const { kind, initial, name, choices, preset } = setting;
  if (VALUES[name] !== undefined) return VALUES[name];
  if (kind === 'boolean') return preset !== undefined || initial === '1' ? '0' : '1';
  if (kind === 'integer') return String(Number(initial) + 7);
  if (choices !== undefined) return choices.find((choice) => choice !== initial) ?? '';
  if (name === SETTINGS.socketCompression.name) return 'all';
  if (kind === 'list') return name === SETTINGS.derivedTimeframes.name ? '3m' : 'http://localhost:1';
  return initial.startsWith('wss:') ? 'ws://localhost:1' : initial.startsWith('https:') ? 'http://localhost:1' : '/x';
}

/** Every name of the wire contract's table of flags (4.7), and of the sections that name more of them. */
const CONTRACT = `ENABLE_DERIVED_TIMEFRAMES DERIVED_BASE_TIMEFRAME DERIVED_TIMEFRAMES DERIVED_BACKFILL_BASE_CANDLES
  MARKET_FORMING_MIN_INTERVAL_MS BINANCE_WS_BATCH_MAX BINANCE_WS_FLUSH_S ENABLE_WHITELIST_INGEST WHITELIST_PATH
  ENABLE_ONDEMAND_INGEST ONDEMAND_IDLE_TTL_S ONDEMAND_MAX_JOBS ENABLE_INGEST_ROLE_GUARD INGEST_ROLE
  ENABLE_INGEST_LOOP_GUARDRAIL ENABLE_INGEST_COMPENSATE_OVERLAY_ERROR ENABLE_INGEST_COMPENSATE_NEW_CANDLES
  ENABLE_MARKET_AUTO_TAIL_BACKFILL MARKET_AUTO_TAIL_BACKFILL_MAX_CANDLES ENABLE_STRICT_CLOSED_ONLY
  ENABLE_MARKET_GAP_BACKFILL MARKET_GAP_BACKFILL_FREQTRADE_LIMIT MARKET_GAP_BACKFILL_READ_LIMIT MARKET_WS_CATCHUP_LIMIT
  MARKET_FRESH_WINDOW_CANDLES MARKET_STALE_WINDOW_CANDLES ENABLE_STARTUP_KLINE_SYNC STARTUP_KLINE_SYNC_TARGET_CANDLES
  ENABLE_CCXT_BACKFILL ENABLE_CCXT_BACKFILL_ON_READ CCXT_TIMEOUT_MS MARKET_HISTORY_SOURCE
  ENABLE_MARKET_BACKFILL_PROGRESS_PERSISTENCE ENABLE_READ_LEDGER_WARMUP ENABLE_KLINE_HEALTH_V2
  KLINE_HEALTH_BACKFILL_RECENT_SECONDS ENABLE_DEBUG_API ENABLE_DEV_API ENABLE_READ_REPAIR_API ENABLE_RUNTIME_METRICS
  ENABLE_CAPACITY_METRICS ENABLE_FACTOR_INGEST ENABLE_OVERLAY_INGEST ENABLE_FEATURE_INGEST ENABLE_FEATURE_STRICT_READ
  ENABLE_FACTOR_FINGERPRINT_REBUILD PIVOT_WINDOW_MAJOR PIVOT_WINDOW_MINOR FACTOR_LOOKBACK_CANDLES
  FACTOR_STATE_REBUILD_EVENT_LIMIT FACTOR_REBUILD_KEEP_CANDLES FACTOR_LOGIC_VERSION OVERLAY_WINDOW_CANDLES
  ENABLE_REPLAY_V1 ENABLE_REPLAY_ENSURE_COVERAGE FREQTRADE_MOCK BACKTEST_REQUIRE_TRADES FREQTRADE_SUBPROCESS_TIMEOUT_S
  BLOCKING_WORKERS DB_PATH ENABLE_PG_STORE ENABLE_PG_ONLY POSTGRES_DSN POSTGRES_SCHEMA POSTGRES_CONNECT_TIMEOUT_S
  POSTGRES_POOL_MIN_SIZE POSTGRES_POOL_MAX_SIZE ENABLE_WS_PUBSUB REDIS_URL CORS_ORIGINS ARTIFACTS_DIR
  MARKET_REALTIME_SOURCE BINANCE_SPOT_BASE_URL BINANCE_FUTURES_BASE_URL BINANCE_EXCHANGEINFO_TTL_S BINANCE_TICKER_TTL_S`
  .split(/\s+/)
  .map((name) => `TRADE_CANVAS_${name}`);

describe('the list of settings', () => {
  const acting = Object.values<Setting>(SETTINGS).map(({ name }) => name);
  const ignored = IGNORED_SETTINGS.map(({ name }) => name);
  const entry = (name: string, environment: Record<string, string> = {}) => {
    return listSettings(environment).find((one) => one.name === name);
  };

  it.each(CONTRACT)('has %s once: it acts, or it is ignored for a reason', (name) => {
    expect([...acting, ...ignored].filter((other) => other === name)).toEqual([name]);
    expect(entry(name)?.meaning.length).toBeGreaterThan(10);
  });

  it('has no name with the contract prefix that the contract does not have', () => {
    const ours = [...acting, ...ignored].filter((name) => name.startsWith('TRADE_CANVAS_'));
    expect(ours.filter((name) => !CONTRACT.includes(name))).toEqual([]);
  });

  const { catchUpLimit, debugApi, role, derivedEnabled, staleWindow, corsOrigins, exchangeTimeoutMs } = SETTINGS;
  const forced: readonly [string, Record<string, string>, object][] = [
    [catchUpLimit.name, {}, { value: '5000', source: 'default', note: null }],
    [catchUpLimit.name, { [catchUpLimit.name]: '250' }, { value: '250', source: 'environment', note: null }],
    [
      catchUpLimit.name,
      { [catchUpLimit.name]: '99' },
      { value: '100', source: 'environment', note: '99 is raised to the least, 100' },
    ],
    [
      catchUpLimit.name,
      { [catchUpLimit.name]: 'many' },
      { value: '5000', source: 'default', note: '"many" is no whole number, so it is the default' },
    ],
    [exchangeTimeoutMs.name, { [exchangeTimeoutMs.name]: '999999' }, { value: '120000' }],
    [staleWindow.name, { [SETTINGS.freshWindow.name]: '9' }, { value: '10', source: 'default' }],
    [
      debugApi.name,
      { [debugApi.name]: 'yess' },
      { value: '0', source: 'environment', note: '"yess" is none of 1, true, yes and on, so it is off' },
    ],
    [debugApi.name, { [debugApi.name]: 'Off' }, { value: '0', note: null }],
    [role.name, { [role.name]: ' Read' }, { value: 'read', note: null }],
    [role.name, { [role.name]: 'boss' }, { value: 'hybrid', source: 'default' }],
    [derivedEnabled.name, {}, { value: '1', source: 'preset' }],
    [derivedEnabled.name, { HOTWICK_DEFAULTS: 'contract' }, { value: '0', source: 'default' }],
    [derivedEnabled.name, { [derivedEnabled.name]: '' }, { value: '0', source: 'environment' }],
    [corsOrigins.name, { [corsOrigins.name]: ' a, b ' }, { value: 'a,b', source: 'environment' }],
    ['TRADE_CANVAS_REDIS_URL', { TRADE_CANVAS_REDIS_URL: 'redis://:secret@x' }, { value: '(set)', source: 'ignored' }],
    ['TWITTER_BEARER_TOKEN', { TWITTER_BEARER_TOKEN: 'secret' }, { value: '(set)', source: 'environment' }],
    ['TWITTER_BEARER_TOKEN', {}, { value: '', source: 'default' }],
    ['TRADE_CANVAS_ENABLE_DEBUGAPI', { TRADE_CANVAS_ENABLE_DEBUGAPI: '1' }, { source: 'unknown' }],
  ];

  it.each(forced)('shows of %s in %j what is in force', (name, environment, shown) => {
    expect(entry(name, environment)).toMatchObject(shown);
    expect(JSON.stringify(listSettings(environment))).not.toContain('secret');
  });

  it('tells at the start what is ignored, unknown or not as written, and nothing of what is well', () => {
    expect(describeSettingNotes({ TRADE_CANVAS_MARKET_REALTIME_SOURCE: 'binance_ws', PATH: '/bin' })).toEqual([]);
    expect(describeSettingNotes({ TRADE_CANVAS_ENABLE_FACTOR_INGEST: 'yes', TRADE_CANVAS_REDIS_URL: '' })).toEqual([]);
    expect(
      describeSettingNotes({
        [catchUpLimit.name]: '5',
        TRADE_CANVAS_BLOCKING_WORKERS: '2',
        TRADE_CANVAS_ENABLE_DERIVED_TIMEFRAME: '0',
      }),
    ).toEqual([
      `${catchUpLimit.name}: 5 is raised to the least, 100`,
      expect.stringContaining('TRADE_CANVAS_BLOCKING_WORKERS is ignored'),
      'TRADE_CANVAS_ENABLE_DERIVED_TIMEFRAME is no setting of this program',
    ]);
  });
});
