/**
 * The decision ledger of a whole session over the simulated exchange: why a coin was bought and sold, why it was not
 * bought again, and what the price did afterwards; and the same again from the journal, byte for byte.
 */
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createMemoryDecisionLedger } from '../../src/adapters/memory/memory-decision-ledger.ts';
import { openSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { createSqliteStorage } from '../../src/adapters/sqlite/sqlite-storage.ts';
import { whyCoinAnswer, whySummaryAnswer, whyTradeAnswer } from '../../src/api/contract.ts';
import { openWhy } from '../../src/app/why/open-why.ts';
import type { EpochMs } from '../../src/core/time.ts';
import { replay, type Step, step, type TradingEvent } from '../../src/engine/index.ts';
import type { DecisionLedger, LedgerEntry } from '../../src/ports/decision-ledger.ts';
import { burstMarket, move } from '../fixtures/burst-market.ts';
import { HOT } from '../fixtures/trading-checks.ts';
import { TradingRun } from '../fixtures/trading-run.ts';

const MINUTE_MS = 60_000;
const EVER = { from: 0 as EpochMs, to: Number.MAX_SAFE_INTEGER as EpochMs };
let run: TradingRun | null = null;

afterEach(async () => {
  await run?.close();
});

function readAll(ledger: DecisionLedger): Promise<readonly LedgerEntry[]> {
  return ledger.readPage({ ...EVER, after: 0, limit: 100_000 });
}

/** Everything that a replay of a run's journal from its first record keeps and tells. */
async function replayRun(dataDir: string) {
  const database = openSqliteDatabase({ path: join(dataDir, 'trading.db') });
  const { journal, decisions } = createSqliteStorage(database);
  const again = createMemoryDecisionLedger();
  const told: TradingEvent[] = [];
  const watched: Step = (state, input) => {
    const stepped = step(state, input);
    for (const effect of stepped.effects) {
      if (effect.kind === 'saveLedger') void again.save(effect.batch);
      else if (effect.kind === 'tellTrading') told.push(...structuredClone(effect.events));
    }
    return stepped;
  };
  const replayed = await replay(journal, watched, { from: 'start' });
  const stored = { entries: await readAll(decisions), trades: await decisions.readTrades(EVER) };
  database.close();
  if (!replayed.ok) throw new Error(replayed.error.message);
  const made = { entries: await readAll(again), trades: await again.readTrades(EVER) };
  return { stored, made, told, divergences: replayed.value.divergences };
}

/** What people are told, from the file while trading runs on it. */
async function expectWords(session: TradingRun): Promise<void> {
  const opened = openWhy(session.dataDir, () => session.now());
  const [why] = opened.ok ? opened.value : [];
  if (why === undefined) throw new Error('no ledger was found');
  const { reader } = why;
  const coin = await reader.coin(HOT, null);
  expect(coin.words.join('\n')).toMatch(/HOTUSDT was not bought from .* \(\d+ rounds\): it cools after a loss/);
  const id = coin.verdicts.find(({ position_id }) => position_id !== null)?.position_id ?? '';
  const trade = await reader.trade(id);
  const words = trade?.words.join('\n') ?? '';
  expect(words, 'why it was bought').toMatch(/decided to be bought at 2026-06-15 09:1\d:\d\d UTC at 1\.\d+, its stop/);
  expect(words, 'why that much').toMatch(
    /Size \d+\.\d\d: .* by heat, .*; caps: the share of one coin 100, .*; no cap bound/,
  );
  expect(words, 'why it was sold').toMatch(/was sold at .*: the price reached its stop \(saw -\d\.\d\d %, limit -/);
  expect(words, 'what came after').toMatch(/Price after the sale .*: after 15 minutes -.* %.*; after 1 hour not yet/);
  expect(words).toMatch(/Over at .* after 1 sale\(s\), the last by stop: net -\d/);
  expect(whyTradeAnswer.parse(trade)).toEqual(trade);
  const at = (coin.verdicts.at(-1)?.first_time ?? 0) * 1000;
  const then = await reader.coin(HOT, (at - 20 * MINUTE_MS) as EpochMs);
  expect(then.words.join(' ')).toMatch(/^HOTUSDT was no candidate around/);
  expect(whyCoinAnswer.parse(coin)).toEqual(coin);
  const summary = await reader.summary(EVER.from, session.now());
  expect(whySummaryAnswer.parse(summary)).toEqual(summary);
  expect(summary.gates.at(-1)).toMatchObject({ rule: 'bought', verdicts: 1, after: { '15m': { known: 1, fell: 1 } } });
  expect(await reader.trade('unheard')).toBeNull();
  why.close();
}

it('C-8 replay reproduces each decision, and the ledger of the session byte for byte', async () => {
  const session = await TradingRun.start({ scenario: burstMarket(move('18m', 'price: -9%, volume: 5x, for: 1m')) });
  run = session;
  const hasSold = (): boolean => session.told('positionClosed').length > 0;
  await session.passUntil(hasSold, { limitMs: 25 * MINUTE_MS, what: 'the position is sold' });
  await session.pass(16 * MINUTE_MS);

  const entries = await readAll(session.service.decisions);
  const [entry] = entries;
  const of = (gate: string) => entries.filter(({ row }) => row.gate === gate);
  const [held] = of('one position a coin');
  const [exit] = of('stop');
  const outcomes = { instrumentId: HOT, price: expect.stringMatching(/^1\./) };
  expect(entry?.row).toMatchObject({ ...outcomes, kind: 'entry', outcome: 'approved', gate: null, rounds: 1 });
  expect(entry?.row.fate).toMatchObject({ kind: 'filled' });
  expect(entry?.row.facts.candidate?.components.momentum).toBeGreaterThan(0);
  expect(entry?.row.facts.signal?.timeframes.map(({ timeframe }) => timeframe)).toEqual(['1m', '5m', '15m', '1h']);
  expect(entry?.row.facts.size.at(-1)).toMatchObject({ name: 'amount' });
  expect(entry?.outcomes).toMatchObject([{ horizon: '15m', unknown: null }]);
  expect(entry?.outcomes[0]?.change, 'the fall after the entry').toBeLessThan(-0.05);
  expect(held?.row).toMatchObject({ outcome: 'refused', gate: 'one position a coin' });
  expect(held?.row.rounds, 'many rounds are one row').toBeGreaterThan(5);
  expect(exit?.row).toMatchObject({ kind: 'exit', gate: 'stop', positionId: entry?.row.positionId });
  expect(exit?.row.traceId, 'an exit carries the opening trace').toBe(entry?.row.traceId);
  expect(of('pool:cooling')).toHaveLength(1);
  expect(entries.length, 'an unchanged verdict is one row').toBeLessThan(8);
  expect(of('heat'), 'a round gives a coin one verdict, also while it is held').toEqual([]);

  await expectWords(session);
  const decided = session.told('decision').map(({ record }) => record);
  await session.end();
  const { stored, made, told, divergences } = await replayRun(session.dataDir);
  expect(divergences).toEqual([]);
  expect(JSON.stringify(made)).toBe(JSON.stringify(stored));
  expect(stored.trades.map(({ kind }) => kind)).toEqual(['leg', 'closed']);
  const again = told.flatMap((event) => (event.kind === 'decision' ? [event.record] : []));
  expect(again).toEqual(decided);
});
