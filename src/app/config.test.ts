import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Config, loadConfig, SETTINGS, type Setting } from './config.ts';

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
      expect(name).toMatch(/^(TRADE_CANVAS|HOTWICK|HOTCOIN)_[A-Z0-9_]+$/);
      expect(meaning.length).toBeGreaterThan(10);
      expect((min ?? 0) <= (max ?? Number.MAX_SAFE_INTEGER)).toBe(true);
    }
    const written = Object.fromEntries(
      all.filter(({ kind }) => kind !== 'boolean').map((one) => [one.name, one.initial]),
    );
    expect(load(written)).toEqual(load());
  });
});
