/**
 * What stops entries until somebody or time ends it: the drawdown halt (L5), an emergency, an operator's pause. A latch
 * is set once; while it holds it is not set again, so it can not push its own end.
 */
import { type EpochMs, toIsoText } from '../core/time.ts';
import type { PortfolioView } from '../model/position.ts';
import { closeEverything } from './deciding-exits.ts';
import type { DecisionEffect } from './decision-effect.ts';
import type { Desk } from './desk.ts';
import { drawdownOf, findCoinLosses, haltOf, isHaltOver } from './portfolio-risk.ts';

/** L5 and L2, at every price: ends a halt that is over, begins one that is due, closes coins that cost too much. */
export function foldRisk(desk: Desk, portfolio: PortfolioView, now: EpochMs): readonly DecisionEffect[] {
  const { risk } = desk.config;
  if (desk.halt !== null) {
    if (!isHaltOver(desk.halt, risk, now)) return [];
    desk.halt = null;
    return [{ kind: 'peakReset' }];
  }
  const halt = haltOf(portfolio, risk, now);
  if (halt !== null) {
    desk.halt = halt;
    const text = `drawdown ${percent(drawdownOf(portfolio))} of ${percent(risk.drawdownMax)}; all is sold, entries halt until ${toIsoText(halt.until)}`;
    return [
      { kind: 'riskActed', layer: 'L5', text, time: now },
      ...closeEverything(desk, portfolio, { reason: 'drawdown', now }),
    ];
  }
  return findCoinLosses(portfolio, risk).flatMap(({ positionId, instrumentId }): readonly DecisionEffect[] => {
    const exits = closeEverything(desk, portfolio, { reason: 'coinLoss', now, only: positionId });
    if (exits.length === 0) return [];
    return [
      { kind: 'riskActed', layer: 'L2', text: `${instrumentId} costs too much of the capital`, time: now },
      ...exits,
    ];
  });
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(2)} %`;
}

/** Sets the emergency; a second request while one holds changes nothing. */
export function latchEmergency(
  desk: Desk,
  { requestId, reason }: { readonly requestId: string; readonly reason: string },
  now: EpochMs,
): readonly DecisionEffect[] {
  if (desk.emergency !== null) return [];
  desk.emergency = { requestId, reason, since: now };
  return [{ kind: 'riskActed', layer: 'emergency', text: reason, time: now }];
}

/** Ends the emergency by an operator's word. */
export function releaseEmergency(desk: Desk): void {
  desk.emergency = null;
}

/** An operator has seen the halt; it ends when its time is over too. */
export function acknowledgeHalt(desk: Desk): void {
  if (desk.halt !== null) desk.halt.isAcknowledged = true;
}

/** What holds, in words that a status shows. */
export function latchesOf({ halt, emergency, closing, pause }: Desk): readonly string[] {
  return [
    ...(halt === null ? [] : ['risk_halted']),
    ...(emergency === null ? [] : ['emergency']),
    ...(closing === null ? [] : [`closing:${closing}`]),
    ...(pause === null ? [] : [`paused:${pause}`]),
  ];
}

/** Whether anything holds entries. */
export function isEntryLatched(desk: Desk): boolean {
  return latchesOf(desk).length > 0;
}
