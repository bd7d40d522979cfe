/**
 * What the desk's page works out by itself, without a browser: topics from messages of the real hub's log, words for ages
 * and reasons, and changes of settings while they are typed.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConfigAnswer, ConfigField, DeskMessage, EquityAnswer, WireEquityBar } from '../../src/api/contract.ts';
import { TopicLog } from '../../src/api/desk/desk-topic.ts';
import { type DeskFeed, EMPTY_FEED, foldMessage, parseDeskMessage, versionsOf } from '../../web/desk/desk-feed.ts';
import { type Curve, curveOf, followCurve, wordsOf } from '../../web/desk/equity-curve.ts';
import { ageText, changeText, moneyText, signedMoney } from '../../web/desk/figures.ts';
import { linkWord } from '../../web/desk/link-word.ts';
import { MODELS_EN, MODELS_ZH } from '../../web/desk/models-strings.ts';
import { changeOf, changeOfText, countChanges, parseSetting } from '../../web/desk/settings-draft.ts';
import { reasonText, WORDS_EN } from '../../web/desk/word-strings.ts';

const states = fc.array(fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 0, max: 3 })), {
  minLength: 1,
  maxLength: 12,
});

function parsed(text: string): DeskMessage {
  return parseDeskMessage(text) ?? expect.unreachable(text);
}

function dataOf(feed: DeskFeed): unknown {
  return feed.topics.positions?.data;
}

describe('the feed of the desk', () => {
  it('is what the server has, whatever of its messages was lost and wherever it came in', () => {
    fc.assert(
      fc.property(states, fc.infiniteStream(fc.boolean()), (values, losses) => {
        const log = new TopicLog('positions', 'run');
        let feed = EMPTY_FEED;
        for (const value of values) {
          const text = log.look(value, 1);
          if (text === null || losses.next().value === true) continue;
          const folded = foldMessage(feed, parsed(String(text)));
          // A delta that does not follow names its topic, and asking brings the whole of it.
          feed = folded.doubt === null ? folded.feed : foldMessage(folded.feed, parsed(String(log.snapshot(1)))).feed;
          expect(dataOf(feed)).toEqual(value);
        }
        // A client that comes back gets what it lacks, or everything.
        const missed = log.since(versionsOf(feed).positions ?? -1) ?? [log.snapshot(1)];
        for (const text of missed) feed = foldMessage(feed, parsed(String(text))).feed;
        expect(dataOf(feed)).toEqual(values.at(-1));
      }),
    );
  });

  it('keeps the identity of what did not change, over a delta and over a snapshot', () => {
    const log = new TopicLog('positions', 'run');
    log.look({ a: { x: 1 }, b: { x: 1 } }, 1);
    const first = foldMessage(EMPTY_FEED, parsed(String(log.snapshot(1)))).feed;
    const second = foldMessage(first, parsed(String(log.look({ a: { x: 1 }, b: { x: 2 } }, 2)))).feed;
    const third = foldMessage(second, parsed(String(log.snapshot(3)))).feed;
    const pick = (feed: DeskFeed, name: string): unknown => Reflect.get(dataOf(feed) as object, name);
    expect(pick(second, 'a')).toBe(pick(first, 'a'));
    expect(pick(third, 'b')).toBe(pick(second, 'b'));
  });

  it('takes no text that is no message', () => {
    for (const text of [
      '',
      '[]',
      '{"type":"delta","topic":"pool"}',
      '{"type":"snapshot","topic":"pool","version":1}',
    ]) {
      expect(parseDeskMessage(text), text).toBeNull();
    }
  });
});

describe('words of the desk', () => {
  it('a socket that is open and says nothing is not live', () => {
    const link = { openedAt: 0, failures: 0, retryAt: null, heardAt: 1_000 };
    expect([linkWord(link, 2_000), linkWord(link, 7_000)]).toEqual(['live', 'silent']);
    const lost = { ...link, openedAt: null };
    expect([1, 6].map((failures) => linkWord({ ...lost, failures }, 2_000))).toEqual(['reconnecting', 'offline']);
  });

  it('numbers are rounded for the eye, never their sign', () => {
    expect([moneyText('1234.505'), signedMoney('0.004'), signedMoney('-12.3')]).toEqual(['1,234.51', '0.00', '−12.30']);
    expect([changeText(-0.03), changeText(-0.000001), changeText(null)]).toEqual(['−3.00 %', '0.00 %', '–']);
    expect([ageText(3.21), ageText(95), ageText(7_300)]).toEqual(['3.2 s', '95 s', '2 h']);
  });

  it('a reason keeps its number, and one without a word is shown as it is', () => {
    const words = WORDS_EN.reasons;
    expect(reasonText(words, 'ticker_age_ms:95000')).toBe('the newest price is old (95.0 s)');
    expect(reasonText(words, 'paused:news at 12:30')).toBe('paused by an operator (news at 12:30)');
    expect(reasonText(words, 'something_new')).toBe('something_new');
  });
});

describe('a change of settings', () => {
  const field = (kind: ConfigField['kind'], more: Partial<ConfigField> = {}): ConfigField => ({
    ...{
      group: 'trading',
      name: kind,
      kind,
      meaning: '',
      meaning_zh: '',
      limits: '',
      limits_zh: '',
      initial: null,
      min: null,
      max: null,
    },
    ...{ choices: [], applies: 'now' },
    ...more,
  });
  const saved: ConfigAnswer['saved'] = { trading: { number: 1, list: ['A'] } };

  it('is read as its field wants it, within its bounds', () => {
    const share = field('number', { min: 0, max: 1 });
    expect(['0.5', '1.1', '', 'x'].map((text) => parseSetting(text, share).ok)).toEqual([true, false, false, false]);
    expect(parseSetting('1.5', field('integer')).ok).toBe(false);
    expect(parseSetting('A, B\nC', field('list'))).toEqual({ ok: true, value: ['A', 'B', 'C'] });
    expect(parseSetting('{', field('json')).ok).toBe(false);
  });

  it('names what was typed and what goes back to its default, or is none while any of it is wrong', () => {
    const fields = [field('number', { max: 9 }), field('switch')];
    expect(changeOf({ 'trading.number': null, 'trading.switch': 'true' }, fields)).toEqual({
      trading: { number: null, switch: true },
    });
    expect(changeOf({ 'trading.number': '10' }, fields)).toBeNull();
  });

  it('out of the raw text is what differs: set, changed, and taken out', () => {
    const change = changeOfText('{"trading": {"number": 2}, "execution": {"x": true}}', saved) ?? {};
    expect(change).toEqual({ trading: { list: null, number: 2 }, execution: { x: true } });
    expect(countChanges(change)).toBe(3);
    expect(changeOfText(JSON.stringify(saved), saved)).toEqual({});
    expect([changeOfText('[]', saved), changeOfText('{"trading": 1}', saved)]).toEqual([null, null]);
  });
});

describe('the curve of equity', () => {
  const START = 1_781_514_000;
  const anyMinutes = fc
    .array(
      fc.record({
        after: fc.integer({ min: 1, max: 3 }),
        moves: fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1 }),
      }),
      {
        minLength: 1,
        maxLength: 40,
      },
    )
    .map((steps) => {
      let time = START;
      return steps.map(({ after, moves }): WireEquityBar => {
        time += after * 60;
        const [high, low] = [Math.max(...moves), Math.min(...moves)];
        const money = { open: moves[0], high, low, close: moves.at(-1), cash: 1, capital: 1_000 };
        const texts = Object.fromEntries(Object.entries(money).map(([name, value]) => [name, String(value)]));
        return { time, ...texts } as WireEquityBar;
      });
    });
  const minuteAnswer = (bars: readonly WireEquityBar[]): EquityAnswer => ({
    ...{ mode: 'paper', hours: 24, step_sec: 60, since: START, bars: [...bars], change: null, high: null, low: null },
    ...{ max_drawdown: null, storing: 'storing', last_error: null, ts: (bars.at(-1)?.time ?? START) + 30 },
  });

  it('that follows minute by minute is the one that is read anew', () => {
    fc.assert(
      fc.property(anyMinutes, fc.nat({ max: 39 }), (minutes, at) => {
        const known = Math.min(at, minutes.length - 1);
        let curve: Curve | null = curveOf(minuteAnswer(minutes.slice(0, known + 1)));
        for (let end = known + 1; end <= minutes.length && curve !== null; end++) {
          curve = followCurve(curve, minutes.slice(Math.max(0, end - 5), end));
        }
        expect(curve?.bars).toEqual(curveOf(minuteAnswer(minutes)).bars);
      }),
    );
  });

  it('in longer bars loses no extreme, and hears the same minute twice without a change', () => {
    const bar = (minute: number, high: number, low: number): WireEquityBar => ({
      ...{ time: START + minute * 60, open: '1000', close: '1001', cash: '1', capital: '1000' },
      ...{ high: String(high), low: String(low) },
    });
    const answer = { ...minuteAnswer([bar(0, 1_100, 1_000)]), step_sec: 300 };
    const once = followCurve(curveOf(answer), [bar(0, 1_100, 1_000), bar(1, 1_050, 700)]);
    expect(once?.bars).toMatchObject([{ time: START, high: 1_100, low: 700, close: 1_001 }]);
    expect(once === null ? null : followCurve(once, [bar(0, 1_100, 1_000), bar(1, 1_050, 700)])).toEqual(once);
    expect(once === null ? null : wordsOf(once)).toMatchObject({ change: 1, high: 1_100, low: 700 });
    const later = once === null ? null : followCurve(once, [bar(1, 1_050, 700), bar(2, 1_020, 990)]);
    expect(later?.bars).toMatchObject([{ high: 1_100, low: 700 }]);
  });

  it('takes no payment for a rise or a fall, however often its minutes are told, and tells the fall as the halt sees it', () => {
    const bar = (minute: number, equity: number, capital: number): WireEquityBar => {
      const worth = String(equity);
      const money = { open: worth, high: worth, low: worth, close: worth, cash: '1', capital: String(capital) };
      return { time: START + minute * 60, ...money };
    };
    const minutes = [bar(0, 300, 300), bar(1, 330, 300), bar(2, 297, 300), bar(3, 97, 100), bar(4, 87.3, 100)];
    const fine = wordsOf(curveOf(minuteAnswer(minutes))) ?? expect.unreachable('there are bars');
    expect(fine.change).toBeCloseTo(-12.7, 9);
    expect(fine.fall, 'a tenth, and a tenth of what was left').toBeCloseTo(0.19, 9);
    const known = curveOf({ ...minuteAnswer(minutes.slice(0, 3)), step_sec: 300, bars: minutes.slice(0, 1) });
    let long: Curve | null = known;
    for (const end of [3, 4, 4, 5, 5]) long = long === null ? null : followCurve(long, minutes.slice(0, end));
    expect(long?.bars).toMatchObject([{ open: 100, high: 130, low: 87.3, close: 87.3, capital: 100 }]);
  });

  it('is lost where a minute between was not heard, and forgets what is older than its span', () => {
    const bars = [0, 1, 2].map((minute): WireEquityBar => {
      const money = { open: '1', high: '1', low: '1', close: '1', cash: '1', capital: '1' };
      return { time: START + minute * 60, ...money };
    });
    const late = (minute: number): WireEquityBar => ({ ...(bars[0] as WireEquityBar), time: START + minute * 60 });
    const curve = { ...curveOf(minuteAnswer(bars)), hours: 1 };
    expect(followCurve(curve, [late(4)])).toBeNull();
    expect(followCurve(curve, [])).toBe(curve);
    const day = { ...curve, minute: START + 59 * 60 };
    expect(followCurve(day, [late(60), late(61)])?.bars.map(({ time }) => (time - START) / 60)).toEqual([1, 2, 60, 61]);
  });
});

describe('why a model is not watched or not served', () => {
  it('is said in Chinese on the Chinese page, as the engine wrote it where there are no words, and never in both', () => {
    const said = [
      ['ml.shadow is off', '设置 ml.shadow 已关闭'],
      ['no model of the task trade was trained', '尚未训练 trade 任务的模型'],
      ['trading follows no candles of 30m', '交易不跟踪 30m 的 K 线'],
      ['not_approved: few_samples: 900 rows', '未获批准：few_samples: 900 rows'],
      ['not_promoted: no model of trade 15m is served', '已批准，但尚未由人启用'],
      ['files_changed: its files differ', 'files_changed: its files differ'],
    ] as const;
    for (const [english, chinese] of said) {
      expect(MODELS_ZH.mlSay(english)).toBe(chinese);
      expect(MODELS_EN.mlSay(english)).toBe(english);
    }
  });
});
