/**
 * Computing the structure of a series again at an operator's word (wire contract 2.12), behind its two switches. The
 * chart that there is stays readable until the new one takes its place.
 */
import type { FastifyInstance } from 'fastify';
import { EPOCH_MS_MAX, type EpochMs, epochMs, toEpochSec } from '../core/time.ts';
import { parseSeriesId, type SeriesId } from '../model/series.ts';
import type { CandleStore } from '../ports/candle-store.ts';
import type { ChartStore } from '../ports/chart-store.ts';
import type { Clock } from '../ports/clock.ts';
import { checkField, checkFieldOr, checkText, checkTime } from './body-values.ts';
import { waitForChart } from './chart-wait.ts';
import { errorAnswer, repairAnswer, repairBody, validationAnswer } from './contract.ts';
import { parseFields, problemsOf, rawBodyOf, refuseBody } from './json-body.ts';
import type { ApiGates, MarketControl } from './market-control.ts';
import { onlyWhen, refuseProblems } from './refusals.ts';

/** What the route works with. */
export type RepairParts = {
  readonly store: CandleStore;
  readonly charts: ChartStore;
  readonly control: Pick<MarketControl, 'prepareChart'>;
  readonly gates: ApiGates;
  /** Real time. */
  readonly wallClock: Clock;
};

/** Largest body: two short fields. */
const BODY_BYTES_MAX = 64 * 1024;
/** Longest wait for the new chart; it goes on being computed after that. */
const WAIT_MS_MAX = 30_000;

const schema = {
  tags: ['structure'],
  summary: 'Compute the structure of a series again; development and repair routes',
  body: repairBody,
  response: {
    200: repairAnswer,
    400: errorAnswer,
    404: errorAnswer,
    409: errorAnswer,
    413: errorAnswer,
    422: validationAnswer,
    500: errorAnswer,
  },
};

type Repaired =
  | { readonly status: 200; readonly aligned: EpochMs; readonly head: EpochMs }
  | { readonly status: 404 | 409 | 500; readonly detail: string };

/** Adds the route; bodies of `app` must be read as bytes already. */
export function repairRoute(app: FastifyInstance, parts: RepairParts): void {
  const { dev, readRepair } = parts.gates;
  const options = { schema, bodyLimit: BODY_BYTES_MAX, onRequest: onlyWhen(dev, readRepair) };
  app.post('/api/dev/repair/overlay', options, async (request, reply) => {
    const fields = parseFields(rawBodyOf(request));
    if (!fields.ok) return refuseBody(reply, fields.error);
    const id = checkField(fields.value, ['body', 'series_id'], checkText);
    const toTime = checkFieldOr(fields.value, { name: 'to_time', check: checkTime, initial: null });
    if (!id.ok || !toTime.ok) return refuseProblems(reply, [id, toTime].flatMap(problemsOf));
    const seriesId = parseSeriesId(id.value);
    if (!seriesId.ok) return reply.status(400).send({ detail: seriesId.error.message });
    const repaired = await repair(parts, seriesId.value, toTime.value);
    if (repaired.status !== 200) return reply.status(repaired.status).send({ detail: repaired.detail });
    const [aligned, head] = [repaired.aligned, repaired.head].map(toEpochSec);
    return reply.send({
      ok: true,
      series_id: id.value,
      requested_time: toTime.value === null ? aligned : toEpochSec(toTime.value),
      aligned_time: aligned,
      factor_head_time: head,
      overlay_head_time: head,
      refreshed: true,
      steps: ['chart.compute_again', 'chart.replace'],
    });
  });
}

async function repair(parts: RepairParts, seriesId: SeriesId, toTime: EpochMs | null): Promise<Repaired> {
  const { store, charts, control } = parts;
  const to = Math.min(EPOCH_MS_MAX, (toTime ?? EPOCH_MS_MAX) + 1) as EpochMs;
  const [candle] = await store.readTexts({ seriesId, from: epochMs(0), to, limit: 1, take: 'newest' });
  if (candle === undefined) return { status: 404, detail: 'no_data' };
  const before = (await charts.head(seriesId))?.generation ?? 0;
  const answer = await control.prepareChart(seriesId, 'again');
  if (answer === 'idle') return { status: 409, detail: 'ledger_out_of_sync:factor' };
  const isThere = ({ generation, headTime }: { readonly generation: number; readonly headTime: EpochMs }): boolean =>
    generation > before && headTime >= candle.openTime;
  const head = await waitForChart(parts, seriesId, { isThere, limitMs: WAIT_MS_MAX });
  if (head !== null && isThere(head)) return { status: 200, aligned: candle.openTime, head: head.headTime };
  return { status: 500, detail: `overlay_repair_failed:not done after ${WAIT_MS_MAX / 1000} s` };
}
