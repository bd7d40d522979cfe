import { describe, expect, it } from 'vitest';
import { ExecutionWorld, instrumentOf, price, rulesFor, START } from '../../test/fixtures/execution-world.ts';
import { err, ok } from '../core/result.ts';
import { addMs } from '../core/time.ts';
import { failure } from '../model/failure.ts';
import { createExecution, DEFAULT_EXECUTION_CONFIG, foldExecution, readExecution } from './index.ts';

const MINUTE = 60_000;
const broken = err(failure('venue_unreachable', { url: 'the venue', reason: 'down' }));

describe('the rules of the venue', () => {
  it('B-9 are asked for at 0, 5 and 10 minutes while that fails, whatever is looked up meanwhile', () => {
    const state = createExecution(DEFAULT_EXECUTION_CONFIG);
    const asked: number[] = [];
    const timers = new Map<string, number>();
    const fold = (input: Parameters<typeof foldExecution>[1]): void => {
      for (const effect of foldExecution(state, input).effects) {
        if (effect.kind === 'fetchTradingRules') asked.push(input.receivedTime - START);
        if (effect.kind === 'startTimer') timers.set(effect.timerId, effect.at);
      }
    };
    fold({ kind: 'executionOpened', receivedTime: START, orders: [], protections: [] });
    for (let minute = 0; minute <= 12; minute++) {
      const receivedTime = addMs(START, minute * MINUTE);
      const due = timers.get('execution:rules');
      if (due !== undefined && due <= receivedTime) {
        timers.delete('execution:rules');
        fold({ kind: 'timerFired', receivedTime, timerId: 'execution:rules' });
      }
      if (asked.at(-1) === minute * MINUTE) fold({ kind: 'tradingRulesFetched', receivedTime, answer: broken });
      const world = {
        kind: 'open',
        intentId: `i${minute}`,
        positionId: `P${minute}`,
        instrumentId: instrumentOf('AAA'),
      };
      const intent = {
        ...world,
        quoteAmount: 10n,
        referencePrice: price('1'),
        maxSlippage: 0,
        stopDistance: 0.05,
        traceId: 't',
        time: receivedTime,
      };
      fold({ kind: 'intentApproved', receivedTime, intent: intent as never });
    }
    expect(asked).toEqual([0, 5 * MINUTE, 10 * MINUTE]);
    fold({ kind: 'tradingRulesFetched', receivedTime: addMs(START, 12 * MINUTE), answer: ok([rulesFor('AAA')]) });
    expect(timers.get('execution:rules')).toBe(START + 72 * MINUTE);
    expect(readExecution(state, addMs(START, 12 * MINUTE)).isRulesFresh).toBe(true);
    fold({ kind: 'tradingRulesFetched', receivedTime: addMs(START, 72 * MINUTE), answer: broken });
    expect(readExecution(state, addMs(START, 73 * MINUTE)).isRulesFresh, 'a failure forgets nothing').toBe(true);
  });

  it('B-9 wait longer where the venue asks for it', () => {
    const state = createExecution(DEFAULT_EXECUTION_CONFIG);
    const limited = err(failure('venue_rate_limited', { url: 'the venue', status: 429, retryAfterMs: 20 * MINUTE }));
    const { effects } = foldExecution(state, { kind: 'tradingRulesFetched', receivedTime: START, answer: limited });
    expect(effects).toEqual([{ kind: 'startTimer', timerId: 'execution:rules', at: START + 20 * MINUTE }]);
  });

  it('are asked for again soon while a position is held that nobody can protect or sell without them', async () => {
    const world = await ExecutionWorld.opened();
    world.enter('AAA');
    await world.perform(0);
    world.crash('store');
    world.areRulesKept = true;
    world.open();
    await world.settle();
    world.areRulesKept = false;
    expect(world.view().positions).toMatchObject([{ protection: { protection: 'none' } }]);
    await world.advance(10_000);
    expect(world.view().positions).toMatchObject([{ protection: { protection: 'resting' } }]);
  });

  it('B-9 older than two hours admit no entry and let every exit pass', async () => {
    const world = await ExecutionWorld.opened();
    const positionId = world.enter('AAA');
    await world.settle();
    // Every refresh fails from here on.
    world.areRulesKept = true;
    await world.advance(121 * MINUTE);
    expect(world.view().isRulesFresh).toBe(false);
    world.enter('BBB');
    expect(world.factsOf('intentRefused').at(-1)).toMatchObject({ code: 'RULES_STALE' });
    world.leave(positionId);
    await world.settle();
    expect(world.factsOf('intentDone').at(-1)).toMatchObject({ positionId, outcome: 'filled' });
  });

  it('keep an instrument that left the list, to sell what is held of it', async () => {
    const world = await ExecutionWorld.opened();
    const positionId = world.enter('AAA');
    await world.settle();
    world.fold({ kind: 'tradingRulesFetched', receivedTime: world.now, answer: ok([rulesFor('BBB')]) });
    world.leave(positionId);
    await world.settle();
    expect(world.view().positions).toEqual([]);
    await world.advance(MINUTE);
    world.enter('AAA');
    expect(world.factsOf('intentRefused').at(-1)).toMatchObject({ code: 'SYMBOL_NOT_TRADING' });
    world.enter('ZZZ');
    expect(world.factsOf('intentRefused').at(-1)).toMatchObject({ code: 'RULES_UNKNOWN' });
  });
});
