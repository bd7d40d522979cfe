/**
 * The newest signals over HTTP. The edge reads a board; where nothing makes signals it says so.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { toEpochSec } from '../core/time.ts';
import { parseInstrumentId } from '../model/instrument.ts';
import { BOOK_NAMES, type TimeframeOpinion, type TradeSignal } from '../model/signal.ts';
import type { SignalReader } from '../ports/signal-reader.ts';
import {
  type DeskSignal,
  errorAnswer,
  signalsAnswer,
  signalsQuery,
  validationAnswer,
  type WireOpinion,
  type WireSignal,
} from './contract.ts';
import { parseAll, parseInteger, parseTextOr, type RawQuery } from './query-parser.ts';
import { refuseProblems } from './refusals.ts';

const SIGNALS_MAX = 1000;
/** Stands for every coin. */
const EVERY = '*';
/** Longest text that can be a coin. */
const SYMBOL_MAX = 200;

/** The route as the contract has it. */
export const signalsSchema = {
  tags: ['hotcoin'],
  summary: 'The newest opinion on each coin with its grounds, newest first',
  querystring: signalsQuery,
  response: { 200: signalsAnswer, 422: validationAnswer, 503: errorAnswer },
};

/** Adds the route; `signals` is `null` where nothing makes any. */
export function signalRoutes(app: FastifyInstance, signals: SignalReader | null): void {
  app.get('/hotcoin/api/signals', { schema: signalsSchema, exposeHeadRoute: false }, (request, reply) => {
    return sendSignals(request, reply, signals === null ? null : () => signals.latest());
  });
}

/** Answers with the newest signals that the query asks for; `latest` is `null` where nothing makes any. */
export function sendSignals(
  request: FastifyRequest,
  reply: FastifyReply,
  latest: (() => readonly TradeSignal[]) | null,
): FastifyReply {
  const query = request.query as RawQuery;
  const wanted = parseAll({
    symbol: parseTextOr(query, { name: 'symbol', initial: EVERY, max: SYMBOL_MAX }),
    limit: parseInteger(query, { name: 'limit', min: 1, max: SIGNALS_MAX, initial: 100 }),
  });
  if (!wanted.ok) return refuseProblems(reply, wanted.error);
  if (latest === null) return reply.status(503).send({ detail: 'signals_not_running' });
  const { symbol, limit } = wanted.value;
  const all = latest().filter((signal) => symbol === EVERY || isOf(signal, symbol));
  return reply.send({ signals: all.slice(0, limit).map(toWireSignal) });
}

function isOf({ instrumentId }: TradeSignal, symbol: string): boolean {
  return instrumentId === symbol || symbolOf(instrumentId) === symbol.toUpperCase();
}

function symbolOf(instrumentId: string): string {
  const parts = parseInstrumentId(instrumentId);
  return parts.ok ? `${parts.value.base}${parts.value.quote}` : instrumentId;
}

/** A signal without its grounds. */
export function toSignalHead(signal: TradeSignal): DeskSignal {
  return {
    symbol: symbolOf(signal.instrumentId),
    action: signal.action,
    strength: signal.strength,
    confidence: signal.confidence,
    reason: signal.reason,
    computed_at: toEpochSec(signal.computedAt),
    trace_id: signal.traceId,
  };
}

/** A signal as it is answered. */
function toWireSignal(signal: TradeSignal): WireSignal {
  const { consensus } = signal;
  const { symbol, action, strength, confidence, reason, computed_at, trace_id } = toSignalHead(signal);
  return {
    symbol,
    instrument_id: signal.instrumentId,
    action,
    strength,
    confidence,
    reason,
    sell_score: signal.sellScore,
    buy_score: signal.buyScore,
    consensus: {
      case: consensus.case,
      direction: consensus.direction,
      net: consensus.net,
      coverage: consensus.coverage,
      chain: consensus.chain?.members.map(({ timeframe }) => timeframe) ?? [],
      chain_direction: consensus.chain?.direction ?? null,
    },
    tf_details: Object.fromEntries(
      signal.timeframes.map((opinion) => [opinion.timeframe, toWireOpinion(opinion, signal)]),
    ),
    computed_at,
    trace_id,
  };
}

function toWireOpinion(opinion: TimeframeOpinion, { consensus }: TradeSignal): WireOpinion {
  const { timeframe, closeTime, candles: bars } = opinion;
  const common = { bars, last_close_time: closeTime === null ? null : toEpochSec(closeTime) };
  if (opinion.kind === 'skipped') {
    const none = { ss: null, bs: null, direction: null, fusion: [], books: {} };
    return { state: 'skipped', reason: opinion.reason, ...common, ...none };
  }
  const { fused, books } = opinion.score;
  const scored = BOOK_NAMES.map((name): [string, WireOpinion['books'][string]] => {
    const { sell, buy, reasons } = books[name];
    return [name, { ss: sell, bs: buy, reasons: [...reasons] }];
  });
  return {
    state: 'scored',
    reason: null,
    ...common,
    ss: fused.sell,
    bs: fused.buy,
    direction: consensus.timeframes.find((each) => each.timeframe === timeframe)?.direction ?? 'hold',
    fusion: [...fused.reasons],
    books: Object.fromEntries(scored),
  };
}
