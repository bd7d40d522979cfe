/**
 * How many coins get how far, from everything that trades to what is held, and what stops the others.
 */
import type { FunnelAnswer } from '../../api/contract.ts';
import { listCandidates, listRefusals } from '../../discovery/index.ts';
import { symbolOf } from '../trading/exports/trade-line.ts';
import type { DeskBoard } from './desk-board.ts';
import type { TradingNow } from './trading-now.ts';

const NEWEST_MAX = 50;

/** The funnel. */
export function viewFunnel(trading: TradingNow, board: DeskBoard): FunnelAnswer {
  const { stages, now } = trading;
  return {
    stages: viewStages(trading, board),
    discovery: mostFirst(stages.discovery.pool.refusals.counts),
    entries: mostFirst(board.counts().refusedBy),
    newest: viewNewest(trading, board),
    heat_min: stages.decisions.config.rules.heatMin,
    ts: now / 1_000,
  };
}

function viewStages({ stages, portfolio }: TradingNow, board: DeskBoard): FunnelAnswer['stages'] {
  const { discovery } = stages;
  const counts = board.counts();
  const candidates = listCandidates(discovery.pool);
  const listed = Object.values(discovery.listing.instruments ?? {}).filter(({ status }) => status === 'trading');
  const active = candidates.filter(({ tier }) => tier === 'active').length;
  const buys = board.signals.latest().filter(({ action }) => action === 'BUY').length;
  return [
    { stage: 'listed', count: listed.length },
    { stage: 'priced', count: Object.keys(discovery.stream.slotOf).length },
    { stage: 'anomalies', count: counts.anomalies },
    { stage: 'pool', count: candidates.length },
    { stage: 'active', count: active },
    { stage: 'chosen', count: counts.chosen },
    { stage: 'buy_signals', count: buys },
    { stage: 'approved', count: counts.approved },
    { stage: 'positions', count: portfolio.positions.length },
  ];
}

function viewNewest({ stages }: TradingNow, board: DeskBoard): FunnelAnswer['newest'] {
  const entries = board.refusals().map(({ record, since }) => {
    const last = record.verdicts.at(-1);
    return {
      gate: `entry:${record.gate ?? 'no rule'}`,
      symbol: symbolOf(record.instrumentId),
      reason: last?.text ?? '',
      value: last?.value ?? null,
      limit: last?.limit ?? null,
      since_ms: since,
      last_ms: record.time as number,
    };
  });
  const discovery = listRefusals(stages.discovery.pool.refusals)
    .slice(0, NEWEST_MAX)
    .map(({ gate, subject, reason, since, lastTime }) => ({
      gate,
      symbol: symbolOf(subject),
      reason,
      value: null,
      limit: null,
      since_ms: since as number,
      last_ms: lastTime as number,
    }));
  return [...entries, ...discovery].sort((a, b) => b.last_ms - a.last_ms).slice(0, NEWEST_MAX);
}

function mostFirst(counts: Readonly<Record<string, number>>): FunnelAnswer['entries'] {
  return Object.entries(counts)
    .map(([gate, count]) => ({ gate, count }))
    .sort((a, b) => b.count - a.count || (a.gate < b.gate ? -1 : 1));
}
