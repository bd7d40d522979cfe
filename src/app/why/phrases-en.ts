/** The decision ledger in English. */
import type { WhyPhrases } from './why-phrases.ts';

const FATES: Readonly<Record<string, string>> = {
  underWay: 'its order is under way',
  filled: 'its order was filled',
  partial: 'its order was filled in part',
};

function told(text: string | null, put: (text: string) => string): string {
  return text === null || text === '' ? '' : put(text);
}

/** English. */
export const ENGLISH: WhyPhrases = {
  at: (moment) => `at ${moment}`,
  during: (from, to, rounds) => `from ${from} to ${to} (${rounds} rounds)`,
  noRule: 'no rule says why',
  refused: (symbol, span, why) => `${symbol} was not bought ${span}: ${why}.`,
  refusal: (rule, text, numbers) => `${text} (rule "${rule}"${numbers.map((each) => `, ${each}`).join('')})`,
  saw: (value) => `saw ${value}`,
  limit: (value) => `limit ${value}`,
  numbers: (numbers) => ` (${numbers.join(', ')})`,
  decided: ({ symbol, span, price, stop, fate, positionId }) =>
    [
      `${symbol} was decided to be bought ${span}`,
      told(price, (at) => ` at ${at}`),
      told(stop, (distance) => `, its stop ${distance} below`),
      told(fate, (became) => `: ${became}`),
      told(positionId, (id) => ` (position ${id})`),
      '.',
    ].join(''),
  sold: ({ symbol, span, price, why, tries, fate }) =>
    [
      `${symbol} was sold ${span}`,
      told(price, (at) => ` at ${at}`),
      `: ${why}`,
      tries === 1 ? '' : `, tried ${tries} times`,
      told(fate, (became) => `; ${became}`),
      '.',
    ].join(''),
  fate: (kind, side) => FATES[kind] ?? `its order ${side === 'buy' ? 'bought' : 'sold'} nothing`,
  fateRefused: (code, reason) => `nothing was ordered, ${reason} (${code})`,
  exits: {
    stop: 'the price reached its stop',
    blackSwan: 'the price fell suddenly',
    takeProfit: 'its gain reached a tier',
    trailing: 'it gave back too much of its highest gain',
    time: 'it was held as long as is allowed',
    heatDecay: 'the coin left the pool',
    sellSignal: 'the signal said SELL',
    coinLoss: 'the coin cost too much of the capital (L2)',
    drawdown: 'equity fell too far below its highest (L5)',
    emergency: 'everything was closed at once',
    operator: 'an operator closed it',
    shutdown: 'trading was shut down',
    dust: 'too little was left to keep',
  },
  tiers: (text) => text,
  minutes: (count) => `${count} min`,
  noSize: 'No size was reckoned.',
  size: (amount, steps, caps) => `Size ${amount}: ${steps}${caps}.`,
  sizeLeft: (amount) => `${amount} was left of the total share`,
  sizeSteps: (slot, heat, liquidity) => `${slot} a free slot, ${heat} by heat, ${liquidity} by liquidity`,
  sizeCaps: (caps, bound) => `; caps: ${caps}; ${bound ?? 'no cap'} bound`,
  sizeNames: {
    remaining: 'what is left of the total share',
    single: 'the share of one coin',
    cash: 'cash',
    risk: 'what its stop may cost',
    hourVolume: 'the share of its last hour of trading',
    exitDepth: 'what buyers near the price would take back',
  },
  listComma: ', ',
  heat: (heat, source, parts) =>
    `Heat ${heat}${told(source, (from) => `, found by ${from}`)}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}.`,
  components: {},
  sources: {},
  signal: ({ action, strength, confidence, reason, frames }) =>
    `Signal ${action}, strength ${strength}, confidence ${confidence}: ${reason}. ${frames.join('; ')}.`,
  frameSkipped: (timeframe, reason) => `${timeframe} has no say, ${reason}`,
  frame: (timeframe, { buy, sell }, most) =>
    `${timeframe} buy ${buy} sell ${sell}${most.length === 0 ? '' : ` (${most.join(', ')})`}`,
  point: (rule, side, points) => `${rule} ${side} ${points}`,
  after: (since, price, parts) =>
    `Price after ${since === 'sale' ? 'the sale' : 'that'}${told(price, (from) => ` (from ${from})`)}: ${parts.join('; ')}.`,
  horizons: { '15m': 'after 15 minutes', '1h': 'after 1 hour', '4h': 'after 4 hours' },
  notYet: (when) => `${when} not yet`,
  notKnown: (when, reason) => `${when} not known${told(reason, (why) => `, ${why}`)}`,
  moved: (when, change, range) =>
    `${when} ${change}${range === null ? '' : ` (highest ${range[0]}, lowest ${range[1]})`}`,
  neverCandidate: (symbol, moment) =>
    `${symbol} was no candidate${told(moment, (at) => ` around ${at}`)}: no burst, listing or mention had brought it into the pool, or it was too long ago to be kept.`,
  newestBefore: 'The newest verdict before:',
  adopted: (symbol) => `Nothing is kept of why ${symbol} was bought: it was adopted, or too long ago.`,
  stillHeld: 'It is still held.',
  notHeld: 'It is not held: nothing was bought, or its end is not kept any more.',
  over: ({ when, legs, reason, net, dust }) =>
    `Over at ${when} after ${legs} sale(s), the last by ${reason}: net ${net}${told(dust, (rest) => `, ${rest} left as dust`)}.`,
  order: ({ id, bought, state, error }) =>
    `Order ${id} ${bought === null ? 'bought nothing' : `bought ${bought[0]} at ${bought[1]}`} (${state}${told(error, (why) => `, ${why}`)}).`,
  leg: ({ leg, reason, when, quantity, exitPrice, decided, entryPrice, net, fees }) =>
    `Sale ${leg} (${reason}) at ${when}: ${quantity} at ${exitPrice}${told(decided, (at) => `, decided at ${at}`)}, bought at ${entryPrice}; net ${net} after commissions ${fees[0]} and ${fees[1]}.`,
  nothingJudged: (from, to) => `Nothing was judged from ${from} to ${to}.`,
  summaryHead: (verdicts, from, to) =>
    `${verdicts} verdicts about buying, ${from} to ${to}; what the price did after each:`,
  summaryColumns: ['rule', 'verdicts', 'coins', 'rounds'],
  summaryAfter: (horizon) => `${horizon}: known, median, rose/fell`,
  summaryNotes: (move) => [
    `A verdict is one coin under one unchanged rule. Rose and fell count moves of ${move} or more from the price at the verdict.`,
    'These are counts: verdicts overlap in time and coins, so they are no independent samples.',
  ],
};
