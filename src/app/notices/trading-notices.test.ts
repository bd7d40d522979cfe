import { describe, expect, it } from 'vitest';
import { decimal } from '../../core/decimal.ts';
import { epochMs } from '../../core/time.ts';
import type { TradingEvent } from '../../engine/index.ts';
import type { ModelAlarm } from '../ml/shadow-alarm.ts';
import { writeModelAlarm } from './model-alarm-notice.ts';
import { NOTICE_WORDS } from './notice-words.ts';
import { TradingNotices } from './trading-notices.ts';

const time = epochMs(1_700_000_000_000);
const notices = () => new TradingNotices({ language: 'en', mode: 'paper' });
const event = (body: object): TradingEvent => ({ time, traceId: 'cycle-7', ...body }) as unknown as TradingEvent;
const order = (body: object): TradingEvent =>
  event({
    kind: 'order',
    sale: null,
    order: {
      clientOrderId: 'hwA',
      positionId: 'idA',
      instrumentId: 'binance:spot:PEPE/USDT',
      side: 'buy',
      purpose: 'open',
      state: 'filled',
      filledQuantity: decimal('1000'),
      fills: [{ price: decimal('0.00123') }],
      failure: null,
      ...body,
    },
  });

describe('notices of trading', () => {
  it('tell of capital that was paid in, and warn where it could not be paid out', () => {
    const [from, to, cash] = ['1000', '300', '12.345'].map((text) => decimal(text));
    expect(notices().noticeOf(event({ kind: 'capitalChanged', from, to }))).toMatchObject({
      level: 'info',
      title: 'Capital 300 USDT',
      text: 'It was 1000; the difference is no gain and no loss (paper).',
    });
    expect(notices().noticeOf(event({ kind: 'capitalKept', capital: from, wanted: to, cash }))).toMatchObject({
      level: 'warn',
      title: 'Capital stays 1000 USDT',
      text: expect.stringMatching(/^For 300 more had to be paid out than there is cash \(12.345\)/),
    });
  });

  it('tell of a buy once, when it is over, with what it got', () => {
    const all = notices();
    expect(all.noticeOf(order({ state: 'partiallyFilled' }))).toBeNull();
    expect(all.noticeOf(order({}))).toEqual({
      level: 'info',
      time,
      title: 'Bought PEPE/USDT',
      text: '1000 at 0.00123 (paper). Trace cycle-7.',
    });
    expect(all.noticeOf(order({}))).toBeNull();
    expect(all.noticeOf(order({ positionId: 'idB', purpose: 'protection', side: 'sell' }))).toBeNull();
  });

  it('tell of an order in doubt at once, as an error, and once', () => {
    const all = notices();
    const failure = { code: 'venue_unreachable', message: 'no answer' };
    expect(all.noticeOf(order({ state: 'unknown', failure }))).toMatchObject({
      level: 'error',
      title: 'Order of PEPE/USDT in doubt',
      text: expect.stringContaining('venue_unreachable: no answer'),
    });
    expect(all.noticeOf(order({ state: 'unknown', failure }))).toBeNull();
  });

  it('tell of no doubt where a start only asks of an order that the exchange has named', () => {
    const all = notices();
    expect(all.noticeOf(order({ state: 'unknown', venueOrderId: '17' }))).toBeNull();
    expect(all.noticeOf(order({ state: 'unknown', venueOrderId: null }))).toMatchObject({ level: 'error' });
  });

  it('tell of a close with its result, and a loss with more weight', () => {
    const closed = (pnl: string) =>
      event({
        kind: 'positionClosed',
        closed: {
          positionId: 'idA',
          instrumentId: 'binance:spot:PEPE/USDT',
          pnlNet: decimal(pnl),
          legs: 2,
          lastReason: 'trailing',
          entryPrice: decimal('0.001234567891'),
          entryTime: time,
          exitTime: epochMs(time + 3_600_000),
        },
      });
    expect(notices().noticeOf(closed('12.3456'))).toMatchObject({
      level: 'info',
      title: 'Closed PEPE/USDT: +12.34 USDT net',
      text: '2 sale(s), the last for trailing; bought at 0.00123456; held 60 min (paper). Trace cycle-7.',
    });
    expect(notices().noticeOf(closed('-0.5'))).toMatchObject({ level: 'warn' });
  });

  it('tell of a state when it changes, and of an open one only after a closed one', () => {
    const all = notices();
    const health = (state: string, reasons: string[]) => event({ kind: 'health', health: { state, reasons } });
    expect(all.noticeOf(health('unknown', []))).toBeNull();
    expect(all.noticeOf(health('tradeable', []))).toBeNull();
    expect(all.noticeOf(health('blocked', ['ticker_stale']))).toMatchObject({
      level: 'error',
      title: 'Trading is blocked',
    });
    expect(all.noticeOf(health('blocked', ['ticker_stale', 'clock_skew']))).toBeNull();
    expect(all.noticeOf(health('tradeable', []))).toMatchObject({ level: 'info', title: 'Trading is open again' });
  });

  it('bug: do not say of an end that exits go on', () => {
    const stopped = event({ kind: 'health', health: { state: 'stopped', reasons: ['shutdown'] } });
    const text = 'shutdown. Stops that rest on the exchange stay; nothing else is watched.';
    expect(notices().noticeOf(stopped)).toMatchObject({ level: 'warn', title: 'Trading ends', text });
  });

  it('tell of L5 as a halt, and of other layers as a warning', () => {
    const risk = (layer: string) => event({ kind: 'risk', layer, text: 'drawdown 15.2 % of 15 %.', held: [] });
    expect(notices().noticeOf(risk('L5'))).toMatchObject({ level: 'error', title: 'HALTED: L5' });
    expect(notices().noticeOf(risk('L2'))).toMatchObject({ level: 'warn', title: 'Risk L2' });
  });

  it('tell of a position without a stop after ten seconds, once until it has one', () => {
    const all = notices();
    const stop = (protection: string, nakedMs: number) =>
      event({
        kind: 'protection',
        positionId: 'idA',
        instrumentId: 'binance:spot:PEPE/USDT',
        protection,
        nakedMs,
        stopPrice: null,
      });
    const told = [
      stop('none', 500),
      stop('none', 12_000),
      stop('none', 13_000),
      stop('resting', 13_000),
      stop('none', 15_000),
    ];
    expect(told.map((each) => all.noticeOf(each)?.title ?? null)).toEqual([
      null,
      'Position without a stop',
      null,
      null,
      'Position without a stop',
    ]);
  });

  it('have every kind in both languages with the same places', () => {
    const places = ({ title, text }: { title: string; text: string }) =>
      [...`${title} ${text}`.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
    for (const [kind, words] of Object.entries(NOTICE_WORDS.en)) {
      expect([kind, places(NOTICE_WORDS.zh[kind as keyof typeof NOTICE_WORDS.zh])]).toEqual([kind, places(words)]);
    }
  });
});

describe('the notice of a model in shadow', () => {
  const alarm: ModelAlarm = {
    ...{ time, task: 'trade', interval: '15m', model: 'abcdef0123456789', rows: 1_000, reason: 'it lost its order' },
    ...{ approval: 'taken back', auc: 0.5234, baselineAuc: 0.61 },
  };

  it('says how far it fell, what that led to, and that trading never acted on it', () => {
    expect(writeModelAlarm(alarm, 'en')).toEqual({
      level: 'warn',
      time,
      title: 'Model abcdef01 lost its order',
      text: 'trade 15m: AUC 0.523 over the newest 1000 predictions, 0.610 in its contract. Its approval is taken back. Trading never acted on it.',
    });
    const { title, text } = writeModelAlarm({ ...alarm, approval: 'none' }, 'zh');
    expect(`${title} ${text}`).toMatch(/abcdef01.*0\.523.*0\.610.*没有获得批准/);
    expect(`${title} ${text}`).not.toMatch(/[{}]/);
  });
});
