/**
 * What the panels around the chart read and keep: markets, debug events, backtests, holes, and which panel was open.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseOffer, parseRun } from '../../web/src/backtest-wire.ts';
import { parseSwitches } from '../../web/src/build-switches.ts';
import { parseDebug, watchDebug } from '../../web/src/debug-watch.ts';
import { parseHealth } from '../../web/src/draw-wire.ts';
import { parseMarkets, watchMarkets } from '../../web/src/markets-watch.ts';
import { parseReplayStatus, parseReplayWindow } from '../../web/src/replay-wire.ts';
import { parseSeriesGaps } from '../../web/src/series-gaps.ts';
import { panelsText, parsePanels } from '../../web/src/view.ts';
import { ScriptedLine } from '../fixtures/scripted-line.ts';

const item = { symbol: 'BTC/USDT', last_price: 2, quote_volume: 9, price_change_percent: null };
const list = (symbol: string) => JSON.stringify({ items: [{ ...item, symbol }] });

describe('answers of the panels', () => {
  it('are read when they have the shape of the contract, and never throw when they have not', () => {
    const readers = [parseMarkets, parseDebug, parseRun, parseSeriesGaps, parseReplayStatus, parseReplayWindow];
    const text = fc.oneof(fc.string(), fc.json());
    fc.assert(fc.property(text, fc.constantFrom(...readers), (said, read) => void read(said)));
    expect(parseMarkets(JSON.stringify({ items: [item, {}, 5] }))).toEqual([
      { symbol: 'BTC/USDT', lastPrice: 2, quoteVolume: 9, changePercent: null },
    ]);
    const gap = { prev_time: 0, next_time: 180, delta_seconds: 180, missing_candles: 2 };
    expect(parseSeriesGaps(JSON.stringify({ candle_count: 5, gap_count: 1, recent_gaps: [gap, {}] }))).toEqual({
      candleCount: 5,
      gapCount: 1,
      recent: [{ after: 0, before: 180, missing: 2 }],
    });
    const heads = { store_head_time: 60, factor_head_time: null, overlay_head_time: 0 };
    expect(parseHealth(JSON.stringify({ status: 'red', status_reason: 'x', ...heads }))?.heads).toEqual({
      store: 60,
      factor: null,
      overlay: 0,
    });
  });

  it('of a server without backtests are an offer of nothing; a run prints what it printed (8)', () => {
    const ok = (body: object) => ({ kind: 'answered', status: 200, body: JSON.stringify(body) }) as const;
    expect(parseOffer(ok({ strategies: [] }), ok({ trading_mode: 'not_available' }))).toEqual({
      strategies: [],
      tradingMode: 'not_available',
    });
    expect(parseOffer({ kind: 'answered', status: 404, body: '' }, { kind: 'unreachable' }).strategies).toEqual([]);
    expect(parseOffer(ok({ strategies: ['DemoStrategy', 5] }), ok({ trading_mode: 'mock' }))).toEqual({
      strategies: ['DemoStrategy'],
      tradingMode: 'mock',
    });
    expect(parseRun(JSON.stringify({ ok: true, exit_code: 0, stdout: 'result=ok', stderr: '' }))).toBe('result=ok');
    expect(parseRun(JSON.stringify({ exit_code: 2, stdout: '', stderr: 'no data' }))).toBe('exit code 2\nno data');
  });
});

describe('what is decided when the page is built (9.1)', () => {
  it('is everything at the server of the page unless a variable says otherwise', () => {
    const all = parseSwitches({});
    expect(all).toEqual({
      apiBase: null,
      replay: 'on',
      debugTool: 'on',
      klineLamp: 'on',
      drawLamp: 'on',
      drawTools: 'on',
      anchorTopLayer: 'on',
      penSegmentColor: 'off',
    });
    const names = ['REPLAY_V1', 'DEBUG_TOOL', 'KLINE_HEALTH_LAMP_V2', 'FACTOR_DRAW_HEALTH_LAMP', 'DRAW_TOOLS'];
    const off = parseSwitches(Object.fromEntries(names.map((name) => [`VITE_ENABLE_${name}`, '0'])));
    expect(Object.values(off)).toEqual([null, 'off', 'off', 'off', 'off', 'off', 'on', 'off']);
    expect(parseSwitches({ VITE_ENABLE_PEN_SEGMENT_COLOR: '1', VITE_ENABLE_DRAW_TOOLS: ' ' })).toMatchObject({
      penSegmentColor: 'on',
      drawTools: 'on',
    });
    expect(parseSwitches({ VITE_API_BASE: 'http://127.0.0.1:8000' }).apiBase).toBe('http://127.0.0.1:8000/');
    const both = { VITE_API_BASE_URL: 'https://k.example/x//', VITE_API_BASE: 'http://other' };
    expect(parseSwitches(both).apiBase).toBe('https://k.example/x/');
  });
});

describe('the panels that were open', () => {
  it('are kept in the storage of the contract and read back; anything else is none (9.1)', () => {
    expect(parsePanels(panelsText({ sidebar: 'debug', bottom: 'backtest' }))).toEqual({
      sidebar: 'debug',
      bottom: 'backtest',
    });
    expect(panelsText({ sidebar: 'none', bottom: 'none' })).toContain('"version":6');
    const none = { sidebar: 'none', bottom: 'none' };
    expect(
      [null, '', '{}', '{"version":5,"sidebar":"debug"}', '{"version":6,"sidebar":"no"}'].map(parsePanels),
    ).toEqual(Array(5).fill(none));
  });
});

describe('the list of markets (2.6, 2.7)', () => {
  it('is read once for a market, and followed only while somebody looks', async () => {
    const line = new ScriptedLine();
    line.answer = (path) => ({
      kind: 'answered',
      status: 200,
      body: list(path.includes('spot') ? 'S/USDT' : 'F/USDT'),
    });
    const markets = watchMarkets(line.machine);
    markets.show('futures');
    await line.advance(0);
    expect([markets.state().rows[0]?.symbol, line.streams.length]).toEqual(['F/USDT', 0]);
    const stop = markets.follow();
    line.streams.at(-1)?.events.received(list('G/USDT'));
    expect(markets.state()).toMatchObject({ status: 'ready', rows: [{ symbol: 'G/USDT' }] });
    markets.show('spot');
    await line.advance(0);
    expect(line.streams.map(({ path, isOpen }) => [path.includes('market=spot'), isOpen])).toEqual([
      [false, false],
      [true, true],
    ]);
    line.streams.at(-1)?.events.lost();
    expect(markets.state()).toMatchObject({ status: 'lost', rows: [{ symbol: 'S/USDT' }] });
    stop();
    expect(line.streams.some(({ isOpen }) => isOpen)).toBe(false);
  });
});

describe('the events of the server (3.6)', () => {
  const event = {
    ts_ms: 1,
    source: 'backend',
    pipe: 'write',
    event: 'write.x',
    series_id: null,
    level: 'info',
    message: '',
  };

  it('begin with a snapshot, go on one by one, and the oldest go', () => {
    const line = new ScriptedLine();
    const debug = watchDebug(line.machine);
    debug.follow();
    const socket = line.debugSockets.at(-1);
    socket?.opened();
    socket?.received(JSON.stringify({ type: 'debug_snapshot', events: [event, { ts_ms: 'no' }] }));
    for (let turn = 0; turn < 600; turn++) socket?.received(JSON.stringify({ type: 'debug_event', event }));
    expect(debug.state().status).toBe('open');
    expect([debug.state().rows.length, debug.state().rows.at(-1)?.id]).toEqual([500, 601]);
  });

  it('that are refused say so, and are asked for again', async () => {
    const line = new ScriptedLine();
    const debug = watchDebug(line.machine);
    const stop = debug.follow();
    line.debugSockets.at(-1)?.lost();
    expect(debug.state().status).toBe('refused');
    await line.advance(1000);
    expect(line.debugSockets.length).toBe(2);
    stop();
    line.debugSockets.at(-1)?.lost();
    expect(line.debugSockets.length).toBe(2);
  });
});
