/**
 * What the hot-coin system must do, one line each: every corrected defect and backlog item of its predecessor by id, and
 * the scenarios that every build plays. docs/requirements.md shows each with its tests, and the tidy rules hold the two
 * together: an id without a test fails, and so does a test of an id that is none.
 */

/** One requirement; `says` is one line. */
export type Requirement = { readonly id: string; readonly says: string };

/** Requirements that belong together. */
export type RequirementGroup = { readonly title: string; readonly requirements: readonly Requirement[] };

type Lines = Readonly<Record<string, string>>;

function group(title: string, lines: Lines): RequirementGroup {
  return { title, requirements: Object.entries(lines).map(([id, says]) => ({ id, says })) };
}

/** Everything, in the order of the page. */
export const REQUIREMENTS: readonly RequirementGroup[] = [
  group('Orders and money', {
    'P0-1':
      'looking for a duplicate and reserving the order is one step; only a definite failure frees the reservation',
    'R2-2': 'what is known of duplicates has one owner, and at most one order of an intent is on its way',
    'R4-5': 'every kind of order passes the same check for duplicates and the same prechecks',
    'R4-7': 'with a price from the stream an entry asks the exchange for none',
    'R8-4': 'counts of failed prechecks begin again every hour and keep at most 500 coins',
    'B-9': 'rules that could not be read are asked for again after five minutes, and old ones admit no entry',
    'B-11': 'every order is followed to its end; one whose answer was lost is found, never doubled',
    'R2-3': 'a price that is none, zero or below ends an entry, and that is told',
    'R4-1': 'each partial sale is recorded as a leg of its own',
    'R8-1': 'results are booked at what was executed, fees included',
    'R4-3': 'opening a position changes nothing of its candidate but the status',
    'R7-3': 'an emergency sells everything, keeps entries off until it is released, and tells truthfully what it sold',
    'R7-4': 'balances name what there is, on paper those of the simulated wallet',
    'R2-6': 'a trade file that can not be written never stops trading, and is written later',
    'C-5': 'the list of trades has one owner; what a reader got does not change',
  }),
  group('Risk and sizing', {
    'P0-2': 'the highest equity and the fall from it count unrealised gains',
    'P0-2b': 'there is one clock, in UTC and handed in; where the machine stands changes nothing',
    'R4-4': 'everything that is held is valued at its newest price',
    'R4-9': 'the next entry gets what is left of the exposure, not all of it',
    'R4-10': 'the loss of a day begins anew at 00:00 UTC',
    'R4-11': 'whether a position is gone is decided exactly',
    'R2-1': 'no free slot is no entry, without a division by zero',
    'C-3': 'checking the risk and reserving room is one step: what fits once is ordered once',
    'C-6': 'which tiers were sold belongs to the position, and a new one begins with none',
    'P1-2': 'a jump over several tiers sells each of them once, in one order',
    'R4-2': 'a sudden fall is judged by a change that the stream keeps up',
  }),
  group('Candidates and heat', {
    'R3-1': 'what a reader holds of the pool never changes and changes nothing',
    'R3-2': 'scoring writes scores and nothing else',
    'R3-3': 'a change of status changes nothing else',
    'R5-1': 'heat is kept once a minute, however often it is offered',
    'R2-5': 'a coin that left leaves nothing behind',
    'R8-2': 'memory and database agree after a removal that failed, and after a restart',
    'C-2': 'many rows are written all or not at all',
    'P1-1': 'a full penalty takes its weight times 100 points',
    'R3-10': 'the points of momentum are those of the formula',
    'A-1': 'the age of a coin is counted from its listing; an unknown age is not punished',
    'R5-5': 'a new listing needs a tenth of the least volume',
  }),
  group('Market, listings and posts', {
    'R5-2': 'a fall of the rolling volume is no volume and no burst',
    'R5-3': 'no change is computed from a price that is none',
    'R3-4': 'old data leaves a window at a cost that does not grow',
    'R3-5': 'a coin that was silent for ten minutes is forgotten',
    'R7-1': 'what a reader holds of the tickers does not change while they come in',
    'R8-3': 'a broken entry does not keep the others from being cleaned up',
    'R3-6': 'the memory of told bursts is bounded',
    'R7-2': 'cleaning up that memory never hinders detection',
    'R2-4': 'titles of announcements give the coin that is listed, and no other word',
    'R3-9': 'seen announcements are forgotten one by one and never told twice',
    'A-2': 'a refusal for too many requests is answered by waiting 60 to 480 seconds, until one succeeds',
    'R3-7': 'mentions fade within the hour and are gone with it; sentiment is counted',
    'R3-8': 'seen posts are forgotten one by one, never all at once',
  }),
  group('Signals', {
    'P1-3': 'fewer than half of the timeframes halve the confidence',
    'R4-8': 'parameters are arguments: two sets side by side give what each gives alone',
    'R4-6': 'a signal that takes too long is HOLD, and nobody waits for it',
    'R5-6': 'an error is told with its stack, its coin and its trace',
    'R8-5': 'a full cache forgets fifty at once',
    'C-7': 'candles are asked for once in each timeframe while no new one closed',
    'B-7': 'stopping is bounded, whatever hangs',
  }),
  group('The running system', {
    'P0-5': 'a part that must run and fails stops everything in order; the others are started again',
    'R3-11': 'the status tells recent bursts',
    'R5-7': 'an error in a round is told with the size of the pool, the positions and the round',
    'R9-2': 'an orderly stop takes 15 seconds at most',
    'R9-3': 'one part of the status that fails takes no other with it',
    'A-3': 'there is one health route, and it means what it says',
    'A-4': 'the state of trading is explicit and comes back only after some healthy rounds',
    'C-8': 'events keep a versioned contract and are linked by ids; a record of them is played to the same decisions',
    'R7-5': 'a request is answered from one runner, whatever becomes of it meanwhile',
    'B-8': 'whatever runs has one owner: two systems in one process do not touch each other',
    'R7-6': 'the routes of emergency and balances answer 503, 400, 200 and 500 as they should',
    'R9-1': 'the emergency button asks twice',
  }),
  group('Learning and futures', {
    'P0-3': 'a feature that is missing is an error, under whatever name it was looked for',
    'R5-4': 'examples of one kind alone are kept, three times the usual number at most, and teach nothing',
    'P0-4': 'there is no trading on futures, and nothing left of it',
  }),
  group('Scenarios', {
    'scenario 1': 'a quiet hour makes no alert and no order, and memory stays flat',
    'scenario 2':
      'a clean burst is found, bought once, and sold at both tiers and by the trailing stop, exact to the last digit',
    'scenario 3': 'a fall right after the first tier is stopped at once',
    'scenario 4': 'a jump of 12 % sells both tiers in one order',
    'scenario 5': 'a fall of 22 % in 15 minutes ends the position, and the coin is not bought for half an hour',
    'scenario 6': 'a lost answer, a 5xx and a -1007 end in exactly one position',
    'scenario 7': 'what a partial sale leaves is managed on',
    'scenario 8': 'a process killed between order and position adopts the position at its next start',
    'scenario 9':
      'a silent stream is connected anew; an hour without one blocks entries, and comes back without a false burst',
    'scenario 10': 'equity 15 % below its highest closes all and halts for 24 hours, once',
    'scenario 11': 'a day that lost 5 % ends entries until 00:00 UTC, and exits go on',
    'scenario 12': 'a limit and then a ban of requests are waited out; exits keep what the exchange allows',
    'scenario 13': 'a coin that only a post names never becomes a candidate',
    'scenario 14': 'an emergency that one coin refuses says so and stays',
    'scenario 15': 'a paper switch that can not be understood never means money',
    'scenario 16': 'ten buys at once with room for four are four',
    'scenario 17': 'an hour in which the rolling volume falls makes no alert',
    'scenario 18': 'a coin of ten candles has no signal, and the reason is seen',
  }),
];
