/**
 * Orders and positions of ours that only the venue knew. In come its reports, out go records, fills and desks as if they
 * had been ours all along, and what is told of it.
 */

import type { OrderRecord } from '../model/execution.ts';
import { failure } from '../model/failure.ts';
import type { OrderReport } from '../model/order.ts';
import { parseClientOrderId } from './client-order-id.ts';
import { createDesk, type Desk } from './desk.ts';
import { notify, putDesk, type Turn, tellMismatch } from './execution-state.ts';
import { foldReport } from './order-life.ts';
import { applyMove } from './order-moves.ts';
import type { Difference } from './reconciliation.ts';

/** Takes in an order of ours that only the venue knew, with every fill of it; the desk of its position is open. */
export function adoptOrder(turn: Turn, desk: Desk, report: OrderReport): void {
  const { positionId, instrumentId, traceId } = desk;
  const parts = parseClientOrderId(report.clientOrderId);
  if (parts === null) return;
  desk.orderCount = Math.max(desk.orderCount, parts.number);
  const { purpose } = parts;
  const reason = ({ open: 'entry', exit: 'operator', protection: 'protection' } as const)[purpose];
  const empty: OrderRecord = {
    ...{ clientOrderId: report.clientOrderId, intentId: `adopted:${report.clientOrderId}`, positionId, instrumentId },
    ...{ side: report.side, purpose, reason, terms: null, state: 'unknown', venueOrderId: report.venueOrderId },
    ...{ filledQuantity: 0n as OrderRecord['filledQuantity'], fills: [] },
    ...{ createdTime: turn.now, updatedTime: turn.now, traceId, failure: null },
  };
  applyMove(turn, empty, foldReport(empty, report, turn.now));
  putDesk(turn, desk);
}

/** Manages a position that only the venue's orders tell of, with the default stop. */
export function adoptPosition(turn: Turn, found: Extract<Difference, { kind: 'adoptPosition' }>): void {
  const { positionId, instrumentId, baseAsset, quantity, reports } = found;
  const stopDistance = turn.state.config.protection.adoptedDistance;
  const desk = createDesk({ positionId, instrumentId, baseAsset, traceId: `adopted:${positionId}`, stopDistance });
  turn.state.desks[positionId] = desk;
  for (const report of reports) adoptOrder(turn, desk, report);
  tellMismatch(turn, { kind: 'positionAdopted', positionId, quantity });
  notify(turn, 'warn', failure('position_adopted', { positionId, instrumentId }));
}
