import { describe, expect, it } from 'vitest';
import type { HttpOutcome } from '../../web/src/ports.ts';
import { openStructure } from '../../web/src/structure.ts';
import { ScriptedLine as Line } from '../fixtures/scripted-line.ts';

const SERIES = 'binance:futures:BTC/USDT:1m';

function delta(cursor: number, ids: readonly string[]): object {
  const definition = { type: 'polyline', feature: 'pen.confirmed', points: [], color: '#ffffff', lineWidth: 2 };
  const patch = ids.map((id) => ({ version_id: cursor, instruction_id: id, definition }));
  return {
    to_candle_time: 60 * cursor,
    active_ids: ids,
    instruction_catalog_patch: patch,
    next_cursor: { version_id: cursor },
  };
}

function ok(body: object): HttpOutcome {
  return { kind: 'answered', status: 200, body: JSON.stringify(body) };
}

function refused(status: number): HttpOutcome {
  return { kind: 'answered', status, body: '{"detail":"ledger_out_of_sync:overlay"}' };
}

const frame = (cursor: number, ids: readonly string[]) => ok({ draw_state: delta(cursor, ids), factor_slices: null });

const poll = (cursor: number, ids: readonly string[]) =>
  ok({ records: [{ id: cursor, draw_delta: delta(cursor, ids), factor_slices: null }], next_cursor: { id: cursor } });

async function shown(line: Line) {
  const structure = openStructure(line.machine);
  structure.show(SERIES);
  await line.advance(0);
  return structure;
}

describe('the reader of structure (9.2)', () => {
  it('asks a lagging ledger six times more, then reads the instructions alone and the slices', async () => {
    const line = new Line();
    line.answer = (path) => (path.startsWith('api/frame') ? refused(409) : ok(delta(3, ['pen.confirmed'])));
    const structure = await shown(line);
    await line.advance(6 * 200);
    expect(line.asked).toEqual([...Array(7).fill('frame/live'), 'draw/delta', 'factor/slices']);
    expect(structure.state()).toMatchObject({ status: 'ready' });
  });

  it('leaves a server without the routes alone', async () => {
    const line = new Line();
    line.answer = () => refused(404);
    const structure = await shown(line);
    structure.candleClosed();
    structure.reload();
    await line.advance(60_000);
    expect(structure.state().status).toBe('absent');
    expect(line.asked).toEqual(['frame/live', 'draw/delta']);
  });

  it('asks once for a burst of closed candles, from its cursor', async () => {
    const line = new Line();
    line.answer = (path) => (path.startsWith('api/frame') ? frame(5, ['a']) : poll(6, ['b']));
    const structure = await shown(line);
    for (let index = 0; index < 30; index++) structure.candleClosed();
    await line.advance(1000);
    expect(line.asked).toEqual(['frame/live', 'delta/poll']);
    expect([...structure.state().catalog.active]).toEqual(['b']);
    expect(structure.state().catalog.cursor).toBe(6);
  });

  it('tells that the past was rewritten when something older than what it held is said anew (2.12)', async () => {
    const line = new Line();
    const of = (cursor: number, visible: number) => {
      const said = delta(cursor, ['a']) as { instruction_catalog_patch: object[] };
      const patch = said.instruction_catalog_patch.map((item) => ({ ...item, visible_time: visible }));
      return { ...said, instruction_catalog_patch: patch };
    };
    const answer = (cursor: number, visible: number) =>
      ok({
        records: [{ id: cursor, draw_delta: of(cursor, visible), factor_slices: null }],
        next_cursor: { id: cursor },
      });
    line.answer = (path) => (path.startsWith('api/frame') ? frame(5, ['a']) : answer(6, 360));
    const structure = await shown(line);
    structure.candleClosed();
    await line.advance(1000);
    expect(structure.state()).toMatchObject({ rewrites: 0, catalog: { cursor: 6 } });
    line.answer = () => answer(7, 300);
    structure.candleClosed();
    await line.advance(1000);
    expect(structure.state()).toMatchObject({ rewrites: 1, catalog: { cursor: 7 } });
  });

  it('begins anew when the cursor of the server went back: it is another ledger', async () => {
    const line = new Line();
    line.answer = (path) => (path.startsWith('api/frame') ? frame(9, ['old']) : poll(2, ['new']));
    const structure = await shown(line);
    line.answer = (path) => (path.startsWith('api/frame') ? frame(2, ['new']) : poll(2, ['new']));
    structure.candleClosed();
    await line.advance(1000);
    expect([...structure.state().catalog.items.keys()]).toEqual(['new']);
  });

  it('drops the answer about a series that is no longer shown', async () => {
    const line = new Line();
    line.answer = () => frame(1, ['first']);
    const structure = openStructure(line.machine);
    structure.show(SERIES);
    line.answer = () => frame(1, ['second']);
    structure.show('binance:futures:ETH/USDT:1m');
    await line.advance(0);
    expect([...structure.state().catalog.active]).toEqual(['second']);
  });

  it('keeps what is drawn while the server is away and reads it again when it is back', async () => {
    const line = new Line();
    line.answer = () => frame(1, ['held']);
    const structure = await shown(line);
    line.answer = () => ({ kind: 'unreachable' });
    structure.candleClosed();
    await line.advance(1000);
    expect(structure.state().status).toBe('unreachable');
    expect([...structure.state().catalog.active]).toEqual(['held']);
    line.answer = () => frame(2, ['back']);
    await line.advance(60_000);
    expect(structure.state().status).toBe('ready');
    expect([...structure.state().catalog.active]).toEqual(['back']);
  });
});
