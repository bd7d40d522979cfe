import { describe, expect, it } from 'vitest';
import { decimal, ZERO } from '../core/decimal.ts';
import { type EpochMs, epochMs } from '../core/time.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { ExitIntent, PositionId } from '../model/intent.ts';
import type { Money, Price, Quantity } from '../model/money.ts';
import type { PortfolioView } from '../model/position.ts';
import {
  createDecisions,
  DEFAULT_DECISION_CONFIG,
  type DecisionEffect,
  type DecisionsState,
  foldDecisions,
  reopenDecisions,
} from './index.ts';

const at = (ms: number): EpochMs => epochMs(1_767_268_800_000 + ms);
const money = (text: string): Money => decimal(text) as Money;
const positionId = 'idPEPE' as PositionId;

/** One coin held at what it was bought for: no rule asks for its sale. */
const VIEW: PortfolioView = {
  time: at(0),
  initialCapital: money('1000'),
  cash: money('900'),
  equity: money('1000'),
  peak: money('1000'),
  dayStart: at(0),
  dayStartEquity: money('1000'),
  dayRealized: money('0'),
  positions: [
    {
      positionId,
      instrumentId: 'binance:spot:PEPE/USDT' as InstrumentId,
      openedTime: at(0),
      traceId: 'trace',
      entryPrice: decimal('100') as Price,
      quantityInitial: decimal('1') as Quantity,
      quantity: decimal('1') as Quantity,
      mark: decimal('100') as Price,
      markTime: at(0),
      value: money('100'),
      unrealized: ZERO as Money,
      realized: ZERO as Money,
      otherFees: {},
    },
  ],
};

const exits = (effects: readonly DecisionEffect[]): readonly ExitIntent[] =>
  effects.flatMap((each) => (each.kind === 'intentApproved' && each.intent.kind === 'exit' ? [each.intent] : []));
const desk = (): DecisionsState => createDecisions(DEFAULT_DECISION_CONFIG);
const close = (state: DecisionsState, ms: number): readonly ExitIntent[] =>
  exits(
    foldDecisions(state, { kind: 'commanded', time: at(ms), command: { kind: 'closePosition', positionId } }, VIEW),
  );
const look = (state: DecisionsState, ms: number): readonly ExitIntent[] =>
  exits(foldDecisions(state, { kind: 'guardDue', time: at(ms) }, VIEW));
type End = { readonly outcome: 'filled' | 'partial' | 'nothing'; readonly ms: number };
function end(state: DecisionsState, intent: ExitIntent | undefined, { outcome, ms }: End): void {
  foldDecisions(state, { kind: 'intentEnded', intentId: intent?.intentId ?? '', outcome, time: at(ms) }, VIEW);
}

describe('a position that an operator wants closed', () => {
  it.each(['nothing', 'partial', 'filled'] as const)(
    'is sold again after a sale that ended with %s and left something',
    (outcome) => {
      const state = desk();
      const [first] = close(state, 0);
      end(state, first, { outcome, ms: 10 });
      expect(look(state, 300)).toMatchObject([{ reason: 'operator', quantity: 'all', urgency: 'emergency' }]);
    },
  );

  it('is not forgotten when the wish comes while a failed sale pauses', () => {
    const state = desk();
    const [first] = close(state, 0);
    end(state, first, { outcome: 'nothing', ms: 10 });
    const restarted = reopenDecisions(structuredClone(state), DEFAULT_DECISION_CONFIG);
    expect(close(restarted, 20)).toEqual([]);
    expect(look(restarted, 300)).toHaveLength(1);
  });

  it('is asked for once, however often it is wanted, and no more after it is gone', () => {
    const state = desk();
    expect(close(state, 0)).toHaveLength(1);
    expect(close(state, 1)).toEqual([]);
    foldDecisions(state, { kind: 'positionGone', time: at(2), positionId }, VIEW);
    expect(look(state, 3)).toEqual([]);
  });

  it('waits no longer for a failed sale when the clock was put back between two runs', () => {
    const state = desk();
    const [first] = close(state, 3_600_000);
    end(state, first, { outcome: 'nothing', ms: 3_600_010 });
    expect(look(state, 3_600_100), 'the pause').toEqual([]);
    expect(look(state, 0), 'an hour before').toHaveLength(1);
  });
});
