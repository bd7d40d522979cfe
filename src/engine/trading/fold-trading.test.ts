import { describe, expect, it } from 'vitest';
import { createMemoryJournal } from '../../adapters/memory/memory-journal.ts';
import { resolveHotCoinConfig } from '../../app/hotcoin/hotcoin-config.ts';
import { toTradingSettings } from '../../app/hotcoin/trading-settings.ts';
import { epochMs } from '../../core/time.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import { replay, takeSnapshot } from '../replay.ts';
import { initialState, step } from '../step.ts';
import { foldTrading } from './fold-trading.ts';
import type { TradingEffect } from './trading-events.ts';
import { askSignals, followAgain } from './trading-signals.ts';
import type { TradingSettings, TradingState } from './trading-state.ts';
import { createTradingTurn } from './trading-turn.ts';

const COIN = 'binance:spot:HOT/USDT' as InstrumentId;
const at = (seconds: number) => epochMs(1_767_268_800_000 + seconds * 1_000);

function settings(saved: unknown = {}): TradingSettings {
  const resolved = resolveHotCoinConfig(saved, {});
  if (!resolved.ok) throw new Error(resolved.error.message);
  return toTradingSettings(resolved.value, 'simulated');
}

function open(state: TradingState | null, given: TradingSettings, seconds: number): TradingState {
  const folded = foldTrading(state, { kind: 'tradingOpened', receivedTime: at(seconds), settings: given });
  if (folded.state === null) throw new Error('trading did not open');
  return folded.state;
}

function ask(state: TradingState, seconds: number): readonly TradingEffect[] {
  const turn = createTradingTurn(state, at(seconds));
  const candidate = { instrumentId: COIN } as Parameters<typeof askSignals>[1]['candidates'][number];
  askSignals(turn, { candidates: [candidate], traceId: String(seconds) });
  return turn.effects;
}

const kinds = (effects: readonly TradingEffect[]): readonly string[] => effects.map(({ kind }) => kind);

describe('trading that is opened again', () => {
  it('begins its signals anew, because their timers and streams are gone, and follows whom it followed', () => {
    const first = open(null, settings(), 0);
    expect(kinds(ask(first, 1))).toContain('startTimer');
    const again = open(first, settings(), 100);
    expect(again.signals.dispatcher.cycle).toBeNull();
    expect(kinds(ask(again, 101))).toContain('startTimer');
    const turn = createTradingTurn(again, at(102));
    followAgain(turn);
    expect(turn.effects).toEqual([{ kind: 'followSeries', instrumentId: COIN }]);
  });

  it('asks for the list of instruments at once, because nobody follows their minutes before it is there', () => {
    const polls = (state: TradingState, seconds: number): readonly string[] =>
      foldTrading(state, { kind: 'timerFired', receivedTime: at(seconds), timerId: 'trading:cycle' }).effects.flatMap(
        (effect) => (effect.kind === 'pollDue' ? [effect.job] : []),
      );
    const first = open(null, settings(), 0);
    expect(polls(first, 10)).toContain('instruments');
    expect(polls(first, 20)).toEqual([]);
    expect(polls(open(first, settings(), 25), 30)).toEqual(['instruments']);
    first.discovery.polls.instruments.backoffMs = 60_000;
    expect(polls(open(first, settings(), 35), 40), 'the venue said to stay away').toEqual([]);
  });

  it('brings new settings to every part that keeps a copy of them', () => {
    const saved = {
      discovery: { pool_max_size: 3, ticker_stale_ttl_sec: 60, announcement_poll_sec: 7 },
      trading: { profile: 'parity' },
    };
    const again = open(open(null, settings(), 0), settings(saved), 10);
    expect(again.discovery.pool.config.activeMax).toBe(3);
    expect(again.discovery.stream.config.staleMs).toBe(60_000);
    expect(again.discovery.listing.config.announcementPollMs).toBe(7_000);
    expect(again.signals.dispatcher.config.profile.name).toBe('parity');
  });
});

it('lets signals under work come to their end: the next round asks for nothing meanwhile', () => {
  const state = open(null, settings(), 0);
  expect(kinds(ask(state, 1))).toContain('fetchSignalHistory');
  expect(kinds(ask(state, 11))).toEqual([]);
  expect(state.signals.dispatcher.cycle?.traceId).toBe('1');
});

it('a snapshot from before the ledger goes on with an empty one', async () => {
  const { ledger, places, chosen, ...older } = open(null, settings(), 0);
  const journal = createMemoryJournal();
  await journal.saveSnapshot(takeSnapshot({ ...initialState(), trading: older as unknown as TradingState }));
  const replayed = await replay(journal, step);
  if (!replayed.ok) throw new Error(replayed.error.message);
  expect(replayed.value.state.trading).toMatchObject({ ledger, places, chosen });
});

describe('signals of the whole market', () => {
  const pairs = Array.from({ length: 25 }, (_, index) => `binance:spot:C${index}/USDT` as InstrumentId);

  function openMarket(universe: 'pool' | 'market'): TradingState {
    const state = open(null, settings({ trading: { universe } }), 0);
    const instruments = [...pairs, COIN].map((instrumentId) => {
      return { instrumentId, status: 'trading', isMarketByQuote: true, permissions: [] } as const;
    });
    return foldTrading(state, { kind: 'instrumentsReceived', receivedTime: at(0), instruments }).state ?? state;
  }

  /** Fails every request until nothing is asked for any more; answers what was told. */
  function failAll(state: TradingState, effects: readonly TradingEffect[], seconds: number): readonly TradingEffect[] {
    const all = [...effects];
    for (const effect of all) {
      if (effect.kind !== 'fetchSignalHistory') continue;
      const failure = { code: 'venue_unreachable', message: 'gone', hint: 'Wait.', detail: {} } as never;
      const { requestId } = effect;
      const input = { kind: 'signalHistoryFailed', receivedTime: at(seconds), requestId, failure } as const;
      all.push(...foldTrading(state, input).effects);
    }
    return all;
  }

  const judged = (effects: readonly TradingEffect[]) =>
    effects.flatMap((effect) =>
      effect.kind === 'tellTrading' ? effect.events.flatMap((event) => (event.kind === 'signals' ? [event] : [])) : [],
    );
  const coinsOf = (effects: readonly TradingEffect[]): readonly string[] =>
    judged(effects).flatMap(({ signals }) => signals.map(({ instrumentId }) => instrumentId));

  it('judges every pair that trades, some between two rounds, and decides nothing by them', () => {
    const state = openMarket('market');
    const seen = new Set<string>();
    for (let round = 1; round <= 3; round++) {
      const told = failAll(state, ask(state, round * 10), round * 10);
      const [candidates, sweep] = judged(told);
      expect(candidates?.signals.map(({ instrumentId }) => instrumentId)).toEqual([COIN]);
      expect(sweep?.signals).toHaveLength(10);
      const decisions = told.flatMap((effect) => (effect.kind === 'tellTrading' ? effect.events : []));
      const decided = decisions.flatMap((event) => (event.kind === 'decision' ? [event.record.instrumentId] : []));
      expect(decided.every((instrumentId) => instrumentId === COIN)).toBe(true);
      for (const coin of coinsOf(told)) seen.add(coin);
    }
    expect([...seen].toSorted()).toEqual([...pairs, COIN].toSorted());
    expect(Object.keys(state.signals.followed).toSorted()).toEqual([...pairs, COIN].toSorted());
  });

  it('are overtaken by the next round, which waits for none of them', () => {
    const state = openMarket('market');
    const first = ask(state, 10);
    const own = first.filter((effect) => effect.kind === 'fetchSignalHistory');
    const begun = own.flatMap((effect) => {
      const input = { kind: 'signalHistoryFailed', receivedTime: at(11), requestId: effect.requestId } as const;
      return foldTrading(state, { ...input, failure: { code: 'venue_unreachable' } as never }).effects;
    });
    expect(begun.some((effect) => effect.kind === 'fetchSignalHistory')).toBe(true);
    const second = failAll(state, ask(state, 20), 20);
    expect(coinsOf(second)[0]).toBe(COIN);
  });

  it('are none where only candidates are wanted', () => {
    const state = openMarket('pool');
    expect(new Set(coinsOf(failAll(state, ask(state, 10), 10)))).toEqual(new Set([COIN]));
  });
});
