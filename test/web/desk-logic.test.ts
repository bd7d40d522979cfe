/**
 * What the desk's page works out by itself, without a browser: topics from messages of the real hub's log, words for ages
 * and reasons, and changes of settings while they are typed.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConfigAnswer, ConfigField, DeskMessage } from '../../src/api/contract.ts';
import { TopicLog } from '../../src/api/desk/desk-topic.ts';
import { type DeskFeed, EMPTY_FEED, foldMessage, parseDeskMessage, versionsOf } from '../../web/desk/desk-feed.ts';
import { ageText, changeText, moneyText, signedMoney } from '../../web/desk/figures.ts';
import { linkWord } from '../../web/desk/link-word.ts';
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
          const folded = foldMessage(feed, parsed(text));
          // A delta that does not follow names its topic, and asking brings the whole of it.
          feed = folded.doubt === null ? folded.feed : foldMessage(folded.feed, parsed(log.snapshot(1))).feed;
          expect(dataOf(feed)).toEqual(value);
        }
        // A client that comes back gets what it lacks, or everything.
        const missed = log.since(versionsOf(feed).positions ?? -1) ?? [log.snapshot(1)];
        for (const text of missed) feed = foldMessage(feed, parsed(text)).feed;
        expect(dataOf(feed)).toEqual(values.at(-1));
      }),
    );
  });

  it('keeps the identity of what did not change, over a delta and over a snapshot', () => {
    const log = new TopicLog('positions', 'run');
    log.look({ a: { x: 1 }, b: { x: 1 } }, 1);
    const first = foldMessage(EMPTY_FEED, parsed(log.snapshot(1))).feed;
    const second = foldMessage(first, parsed(log.look({ a: { x: 1 }, b: { x: 2 } }, 2) ?? '')).feed;
    const third = foldMessage(second, parsed(log.snapshot(3))).feed;
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
