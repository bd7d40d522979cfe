/**
 * Replay on the page against a scripted server: how a package comes to be, what a walk waits for and what it never shows.
 */
import { describe, expect, it } from 'vitest';
import type { HttpOutcome } from '../../web/src/ports.ts';
import { openReplay, type Replay } from '../../web/src/replay.ts';
import { momentAt } from '../../web/src/replay-moment.ts';
import { parseReplayWindow } from '../../web/src/replay-wire.ts';
import { ScriptedLine } from '../fixtures/scripted-line.ts';

const SERIES = 'binance:futures:BTC/USDT:1m';
const SIZE = 10;

const candles = Array.from({ length: 200 }, (_, index) => {
  return { candle_time: 60 * index, open: 1, high: 2, low: 1, close: 2, volume: 1 };
});

function ok(body: object): HttpOutcome {
  return { kind: 'answered', status: 200, body: JSON.stringify(body) };
}

function refused(status: number, detail: string): HttpOutcome {
  return { kind: 'answered', status, body: JSON.stringify({ detail }) };
}

/** A line from the start of the window to the candle in focus, and a pivot that candle 15 made. */
function windowBody(start: number): object {
  const points = [
    { time: start * 60, value: 1 },
    { time: start * 60, value: 3 },
  ];
  const definition = { type: 'polyline', feature: 'sr.active', points, color: '#ef4444', lineWidth: 2 };
  const marker = { type: 'marker', feature: 'pivot.major', time: 780, color: '#ef4444' };
  const item = { version_id: 1, kind: 'polyline', visible_time: start * 60 };
  const isLater = start > 10;
  return {
    job_id: 'job',
    window: {
      window_index: start / SIZE,
      start_idx: start,
      end_idx: start + SIZE,
      draw_catalog_base: [{ ...item, instruction_id: 'level', grows: true, definition }],
      draw_catalog_patch:
        start === 10 ? [{ ...item, instruction_id: 'pivot', visible_time: 900, definition: marker }] : [],
      draw_active_checkpoints: [{ at_idx: start, active_ids: isLater ? ['level', 'pivot'] : ['level'] }],
      draw_active_diffs: start === 10 ? [{ at_idx: 15, add_ids: ['pivot'], remove_ids: [] }] : [],
    },
    factor_snapshots: [
      { factor_name: 'sr', candle_time: start * 60, snapshot: { history: { a: [1, 2] }, head: { level: 1 } } },
    ],
    factor_changes: [
      {
        factor_name: 'sr',
        candle_time: start * 60 + 300,
        history: { lists: { a: [{ from: 1, to: 2 }, { items: [{ n: 3 }] }] } },
        head: { set: { level: 2 } },
      },
    ],
  };
}

const done = (of = candles) =>
  ok({
    status: 'done',
    job_id: 'job',
    progress_pct: 100,
    metadata: { window_size: SIZE },
    candles: of.map(({ candle_time, ...prices }) => ({ time: candle_time, ...prices })),
  });

/** A server where everything goes well. */
function good(path: string): HttpOutcome {
  if (path.startsWith('api/replay/prepare')) return ok({ ok: true });
  if (path.startsWith('api/replay/build')) return ok({ status: 'building', job_id: 'job', cache_key: 'job' });
  if (path.startsWith('api/replay/status')) return done();
  const idx = Number(/target_idx=(\d+)/.exec(path)?.[1]);
  return ok(windowBody(idx - (idx % SIZE)));
}

function started(line: ScriptedLine): Replay {
  const replay = openReplay(line.machine);
  replay.start(SERIES, candles);
  return replay;
}

async function walking(line: ScriptedLine): Promise<Replay> {
  line.answer = good;
  const replay = started(line);
  await line.advance(0);
  return replay;
}

describe('a package on its way (8)', () => {
  it('is prepared, built and waited for, with its progress; until then there is no walk', async () => {
    const line = new ScriptedLine();
    let percent = 0;
    line.answer = (path) => {
      if (path.includes('replay/prepare') && line.posts.length < 3) return refused(409, 'ledger_out_of_sync:factor');
      if (!path.includes('replay/status') || percent >= 100) return good(path);
      percent += 50;
      return ok({ status: 'building', job_id: 'job', progress_pct: percent - 50, metadata: null });
    };
    const replay = started(line);
    const seen: unknown[] = [];
    replay.subscribe(() => seen.push(replay.state()?.work));
    await line.advance(5000);
    expect(line.posts.map(({ path }) => path)).toEqual([...Array(3).fill('replay/prepare'), 'replay/build']);
    expect(line.posts.at(-1)?.body).toMatchObject({ to_time: 11_940, known: 'now', window_candles: 2000 });
    expect(seen).toContainEqual({ kind: 'building', known: 'now', percent: 50 });
    expect(replay.state()).toMatchObject({ work: null, walk: { index: 79, motion: 'paused', known: 'now' } });
  });

  it('with too few candles asks for them, and is of those that there are', async () => {
    const line = new ScriptedLine();
    let asks = 0;
    line.answer = (path, body) => {
      if (path.includes('ensure_coverage')) return ok({ status: 'building', job_id: 'coverage', error: null });
      if (path.includes('coverage_status')) {
        return ok({ status: ++asks < 3 ? 'building' : 'error', candles_ready: 150, error: 'coverage_missing' });
      }
      const wanted = (body as { window_candles?: number } | undefined)?.window_candles ?? 0;
      if (path.includes('replay/build') && wanted > 140) return refused(409, 'coverage_missing');
      return good(path);
    };
    const replay = started(line);
    await line.advance(5000);
    const builds = line.posts.filter(({ path }) => path === 'replay/build');
    // Fewer were known then than are stored now: the third build is of a tenth less.
    expect(builds.map(({ body }) => (body as { window_candles: number }).window_candles)).toEqual([2000, 150, 135]);
    expect(replay.state()?.walk?.index).toBe(79);
  });

  it.each([
    ['off', refused(404, 'not_found')],
    ['noData', refused(404, 'no_data')],
    ['behind', refused(409, 'ledger_out_of_sync:overlay')],
    ['busy', refused(503, 'replay_busy')],
    ['failed', refused(422, 'nonsense')],
    ['unreachable', { kind: 'unreachable' }],
  ] as const)('that can not be had says why: %s; and is tried again when asked', async (failure, answer) => {
    const line = new ScriptedLine();
    line.answer = () => answer;
    const replay = started(line);
    await line.advance(20_000);
    expect(replay.state()).toMatchObject({ walk: null, work: { kind: 'failed', failure } });
    line.answer = good;
    replay.retry();
    await line.advance(0);
    expect(replay.state()).toMatchObject({ work: null, walk: { index: 79 } });
  });

  it('that is given up leaves nothing behind', async () => {
    const line = new ScriptedLine();
    line.answer = (path) => (path.includes('status') ? ok({ status: 'building', progress_pct: 1 }) : good(path));
    const replay = started(line);
    await line.advance(500);
    replay.stop();
    const { length } = line.asked;
    line.answer = good;
    await line.advance(60_000);
    expect(replay.state()).toBeNull();
    expect(line.asked.length).toBeLessThanOrEqual(length + 1);
  });
});

describe('a walk in a package (8)', () => {
  it('says of a candle what the package says of it, and nothing of later ones', async () => {
    const window = parseReplayWindow(JSON.stringify(windowBody(10)));
    if (window === null) throw new Error('no window');
    const at = (idx: number) => momentAt(window, { idx, time: idx * 60 });
    expect([...at(14).catalog.active]).toEqual(['level']);
    expect(at(14).catalog.items.has('pivot')).toBe(false);
    expect([...at(15).catalog.active]).toEqual(['level', 'pivot']);
    expect(at(14).catalog.items.get('level')?.definition).toMatchObject({ points: [{ time: 600 }, { time: 840 }] });
    expect(at(14).readSlices().snapshots).toEqual({ sr: { history: { a: [1, 2] }, head: { level: 1 } } });
    expect(at(15).readSlices().snapshots).toEqual({ sr: { history: { a: [2, { n: 3 }] }, head: { level: 2 } } });
  });

  it('reads the window it is in and the next one, each once', async () => {
    const line = new ScriptedLine();
    const replay = await walking(line);
    expect(replay.state()?.walk?.moment?.catalog.toTime).toBe(79 * 60);
    replay.toggle();
    await line.advance(200 * 12);
    expect(replay.state()?.walk).toMatchObject({ index: 91, motion: 'playing' });
    expect(line.asked.filter((path) => path === 'replay/window').length).toBe(4);
  });

  it('waits where its structure is not here yet, and shows none of another candle', async () => {
    const line = new ScriptedLine();
    const replay = await walking(line);
    line.answer = () => ({ kind: 'unreachable' });
    replay.seek(150);
    replay.toggle();
    await line.advance(2000);
    expect(replay.state()?.walk).toMatchObject({ index: 150, motion: 'playing', moment: null });
    line.answer = good;
    await line.advance(20_000);
    expect(replay.state()?.walk).toMatchObject({ index: 199, motion: 'paused' });
  });

  it('as known then ends at the candle in focus; meanwhile the present walk stands (8)', async () => {
    const line = new ScriptedLine();
    const replay = await walking(line);
    replay.seek(120);
    line.answer = (path) => (path.includes('status') ? done(candles.slice(0, 121)) : good(path));
    replay.choose('then');
    expect(replay.state()).toMatchObject({ work: { kind: 'building', known: 'then' }, walk: { index: 120 } });
    await line.advance(0);
    expect(line.posts.at(-1)?.body).toMatchObject({ to_time: 7200, known: 'then' });
    expect(replay.state()).toMatchObject({ work: null, walk: { index: 120, known: 'then' } });
    expect(replay.state()?.walk?.candles.length).toBe(121);
    line.answer = good;
    replay.choose('now');
    await line.advance(0);
    expect(line.posts.at(-1)?.body).toMatchObject({ to_time: 11_940, known: 'now' });
    expect(replay.state()?.walk).toMatchObject({ index: 120, known: 'now' });
  });

  it('whose package the server has forgotten has it built again, at the same candle, and not for ever', async () => {
    const line = new ScriptedLine();
    const replay = await walking(line);
    line.answer = (path) => (path.includes('window') ? refused(404, 'not_found') : good(path));
    replay.seek(150);
    await line.advance(20_000);
    expect(line.posts.filter(({ path }) => path === 'replay/build').length).toBe(4);
    expect(replay.state()).toMatchObject({ walk: { index: 150 }, work: { kind: 'failed', failure: 'failed' } });
    line.answer = good;
    replay.retry();
    await line.advance(0);
    expect(replay.state()).toMatchObject({ walk: { index: 150 }, work: null });
  });
});
