/**
 * What each route of the desk takes and answers, for the OpenAPI page.
 */
import type { z } from 'zod';
import { z as zod } from 'zod';
import {
  acknowledgeBody,
  balancesAnswer,
  chartQuery,
  chartRefusal,
  closePositionBody,
  commandAnswer,
  commandRefusal,
  configAnswer,
  configBody,
  configRefusal,
  configSaved,
  deskChartAnswer,
  deskHealth,
  deskHealthBrief,
  deskMessage,
  deskStatus,
  deskSubscribe,
  deskUnsubscribe,
  emergencyAnswer,
  emergencyBody,
  entriesBody,
  equityAnswer,
  equityQuery,
  errorAnswer,
  eventsAnswer,
  eventsQuery,
  executionMetricsAnswer,
  funnelAnswer,
  hotPostsAnswer,
  mlAnswer,
  paramsAnswer,
  poolAnswer,
  positionsAnswer,
  precheckStatsAnswer,
  riskAnswer,
  tradesAnswer,
  tradesQuery,
  whyAnswer,
  whyQuery,
} from '../contract.ts';
import { signalsSchema } from '../signal-routes.ts';
import type { DeskRouteKey } from './desk-routes.ts';

/** A route's shapes. */
export type RouteSchema = {
  readonly querystring?: z.ZodType;
  readonly body?: z.ZodType;
  readonly response: Readonly<Record<number, z.ZodType>>;
};

const NOT_RUNNING = { 503: errorAnswer };
const REFUSED = { 400: commandRefusal, 500: commandRefusal, 503: commandRefusal };

const SCHEMAS: Readonly<Record<DeskRouteKey, RouteSchema>> = {
  'GET /hotcoin/health': { response: { 200: zod.union([deskHealth, deskHealthBrief]) } },
  'GET /hotcoin/status': { response: { 200: deskStatus } },
  'GET /hotcoin/config': { response: { 200: configAnswer, 404: errorAnswer } },
  'POST /hotcoin/config': { body: configBody, response: { 200: configSaved, 400: configRefusal, 404: errorAnswer } },
  'POST /hotcoin/config/preview': {
    body: configBody,
    response: { 200: configSaved, 400: configRefusal, 404: errorAnswer },
  },
  'GET /hotcoin/api/status': { response: { 200: deskStatus } },
  'GET /hotcoin/api/risk': { response: { 200: riskAnswer, ...NOT_RUNNING } },
  'GET /hotcoin/api/balances': { response: { 200: balancesAnswer, 500: commandRefusal, 503: commandRefusal } },
  'GET /hotcoin/api/precheck_stats': { response: { 200: precheckStatsAnswer } },
  'GET /hotcoin/api/execution_metrics': { response: { 200: executionMetricsAnswer } },
  'GET /hotcoin/api/pool': { response: { 200: poolAnswer, ...NOT_RUNNING } },
  'GET /hotcoin/api/funnel': { response: { 200: funnelAnswer, ...NOT_RUNNING } },
  'GET /hotcoin/api/signals': { querystring: signalsSchema.querystring, response: signalsSchema.response },
  'GET /hotcoin/api/positions': { response: { 200: positionsAnswer, ...NOT_RUNNING } },
  'GET /hotcoin/api/equity': {
    querystring: equityQuery,
    response: { 200: equityAnswer, 500: commandRefusal, 503: commandRefusal },
  },
  'GET /hotcoin/api/trades': { querystring: tradesQuery, response: { 200: tradesAnswer, 400: commandRefusal } },
  'GET /hotcoin/api/events': { querystring: eventsQuery, response: { 200: eventsAnswer, ...NOT_RUNNING } },
  'GET /hotcoin/api/why': {
    querystring: whyQuery,
    response: { 200: whyAnswer, 400: errorAnswer, 404: errorAnswer, ...NOT_RUNNING },
  },
  'GET /hotcoin/api/chart': {
    querystring: chartQuery,
    response: { 200: deskChartAnswer, 400: chartRefusal, 502: errorAnswer, ...NOT_RUNNING },
  },
  'GET /hotcoin/api/hot_posts': { response: { 200: hotPostsAnswer } },
  'GET /hotcoin/api/ml': { response: { 200: mlAnswer, ...NOT_RUNNING } },
  'GET /hotcoin/api/params': { response: { 200: paramsAnswer, ...NOT_RUNNING } },
  'POST /hotcoin/api/acknowledge': { body: acknowledgeBody, response: { 200: commandAnswer, ...REFUSED } },
  'POST /hotcoin/api/entries': { body: entriesBody, response: { 200: commandAnswer, ...REFUSED } },
  'POST /hotcoin/api/close_position': {
    body: closePositionBody,
    response: { 200: commandAnswer, 404: commandRefusal, ...REFUSED },
  },
  'POST /hotcoin/api/emergency_close': { body: emergencyBody, response: { 200: emergencyAnswer, ...REFUSED } },
  'GET /ws/hotcoin': {
    response: {
      101: zod
        .object({ client: zod.union([deskSubscribe, deskUnsubscribe]), server: deskMessage })
        .describe('messages on the socket, one JSON object per text frame'),
      426: errorAnswer,
    },
  },
};

/** The shapes of a route. */
export function schemaOf(key: DeskRouteKey): RouteSchema {
  return SCHEMAS[key];
}
