/**
 * The market's side of trading: tickers and minutes go to discovery; prices of what is held go to the portfolio and to
 * the exit rules with every update; each round chooses candidates and asks for their signals.
 */
import { decimalFromFloat } from '../../core/decimal.ts';
import {
  type DiscoveryEffect,
  type DiscoveryInput,
  foldDiscovery,
  listCandidates,
  readTicker,
} from '../../discovery/index.ts';
import type { PriceFact } from '../../model/decision.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { Price } from '../../model/money.ts';
import { isDiscoveryRequest } from './perform-discovery.ts';
import { findPoolChanges } from './pool-changes.ts';
import { keepRound } from './trading-ledger.ts';
import { book, decide } from './trading-orders.ts';
import { askSignals } from './trading-signals.ts';
import { note, type TradingTurn } from './trading-turn.ts';

/** Folds an input of discovery and hands on what follows. */
export function discover(turn: TradingTurn, input: DiscoveryInput): void {
  for (const effect of foldDiscovery(turn.state.discovery, input)) takeDiscovery(turn, effect);
}

function takeDiscovery(turn: TradingTurn, effect: DiscoveryEffect): void {
  if (effect.kind === 'anomalyDetected') note(turn, { kind: 'anomaly', anomaly: effect });
  else if (isDiscoveryRequest(effect)) turn.effects.push(effect);
  else if (effect.kind === 'candidatesChosen') {
    const { candidates, refused } = effect;
    const traceId = traceOf(turn);
    for (const change of findPoolChanges(turn.state.discovery.pool, turn.state.places)) {
      note(turn, { kind: 'poolChanged', ...change }, traceId);
    }
    const poolSize = listCandidates(turn.state.discovery.pool).length;
    note(turn, { kind: 'candidatesChosen', poolSize, chosen: candidates }, traceId);
    keepRound(turn, { traceId, chosen: candidates, refused });
    askSignals(turn, { candidates, traceId });
  }
}

/** The name of the present round. */
export function traceOf({ state, now }: TradingTurn): string {
  return `${now.toString(36)}-${state.cycle.toString(36)}`;
}

/** Prices of what is held, exact as the venue wrote them, go through portfolio and exit rules. */
export function followPrices(
  turn: TradingTurn,
  told: readonly { readonly instrumentId: InstrumentId; readonly price: number }[],
): void {
  const held = heldInstruments(turn);
  if (held.size === 0) return;
  const prices = told.flatMap(({ instrumentId, price }): readonly PriceFact[] => {
    const exact = held.has(instrumentId) ? decimalFromFloat(price) : null;
    if (exact === null || exact <= 0n) return [];
    const view = readTicker(turn.state.discovery.stream, instrumentId, turn.now);
    const { change5m = null, change15m = null } = view ?? {};
    return [{ instrumentId, price: exact as Price, change5m, change15m }];
  });
  if (prices.length === 0) return;
  book(turn, { kind: 'priced', time: turn.now, prices });
  decide(turn, { kind: 'pricesMoved', time: turn.now, prices });
}

function heldInstruments({ state }: TradingTurn): ReadonlySet<InstrumentId> {
  const held = new Set<InstrumentId>();
  for (const id in state.portfolio.positions) {
    const position = state.portfolio.positions[id];
    if (position !== undefined) held.add(position.instrumentId);
  }
  return held;
}
