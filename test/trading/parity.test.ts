/**
 * The parity gate: what a run on paper was told, played through the backtest composition, gives the same decisions byte for
 * byte. The run is the real one: sockets, the Binance adapter, files; the backtest has its recording alone.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { backtestRun } from '../../src/app/modes/backtest.ts';
import { encode } from '../../src/journal/index.ts';
import { burstMarket, move } from '../fixtures/burst-market.ts';
import { TradingRun } from '../fixtures/trading-run.ts';

it('the same recording through paper and through the backtest gives a byte-identical list of decisions', async () => {
  const recordingDir = mkdtempSync(join(tmpdir(), 'hotwick-parity-'));
  onTestFinished(() => rmSync(recordingDir, { recursive: true, force: true }));
  const run = await TradingRun.start({
    scenario: burstMarket([
      ...move('17m', 'price: +8%, volume: 6x, buyers: 60%, for: 5m'),
      ...move('23m', 'price: -12%, volume: 9x, buyers: 20%, for: 20s'),
    ]),
    recordingDir,
  });
  try {
    const hasSold = (): boolean => run.told('positionClosed').length > 0;
    await run.passUntil(hasSold, { limitMs: 25 * 60_000, what: 'the position is sold' });
    await run.end();
    const decided = run.told('decision').map(({ record }) => encode(record));
    const decisions: string[] = [];
    const played = await backtestRun({
      dir: recordingDir,
      from: null,
      to: null,
      resolved: null,
      seed: 1,
      onProgress: () => {},
      onDecision: (text) => decisions.push(text),
    });
    if (!played.ok) throw new Error(played.error.message);
    expect(decisions).toEqual(decided);
    expect(decisions.length).toBeGreaterThan(3);
    const { parity, results, ledger, unanswered_requests: unanswered } = played.value;
    expect(parity).toEqual({
      recorded: decided.length,
      made: decided.length,
      identical: decided.length,
      first_difference: null,
    });
    expect(unanswered).toBe(0);
    expect(results.figures.trades).toBe(1);
    const [closed] = run.told('positionClosed');
    expect(results.net, 'the result is the one on paper, to the last digit').toBe(
      encode(closed?.closed.pnlNet).slice(6, -2),
    );
    expect(ledger.fills).toBeGreaterThan(2);
  } finally {
    await run.close();
  }
});
