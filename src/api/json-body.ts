/**
 * Bodies of requests as JSON objects: bytes in, fields out, or the words of the wire contract for what is wrong.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { err, ok, type Result } from '../core/result.ts';
import { type Checked, checkObject, problem } from './body-values.ts';
import type { ValidationProblem } from './contract.ts';
import { type JsonObject, type JsonValue, parseExactJson } from './exact-json.ts';
import { refuseProblems } from './refusals.ts';

/** What came with a request. */
export type RawBody = { readonly bytes: Buffer | undefined; readonly contentType: string | undefined };

/** Why a body is refused: `detail` of the answer. */
export type BodyRefusal =
  | { readonly status: 400; readonly detail: string }
  | { readonly status: 422; readonly detail: readonly ValidationProblem[] };

/** Problems that are told at once; a batch can have very many, each with what was sent. */
export const PROBLEMS_MAX = 100;

/** The fields of a body that is a JSON object. */
export function parseFields({ bytes, contentType }: RawBody): Result<JsonObject, BodyRefusal> {
  const missing = { type: 'missing', msg: 'Field required' };
  if (bytes === undefined || bytes.length === 0) return refuseBodyProblems([problem(['body'], undefined, missing)]);
  const text = decode(bytes);
  if (text === null) return err({ status: 400, detail: 'There was an error parsing the body' });
  const value = isJson(contentType) ? parseExactJson(text) : ok<JsonValue>(text);
  if (!value.ok) {
    const { position, reason } = value.error;
    const what = { type: 'json_invalid', msg: 'JSON decode error', ctx: { error: reason } };
    return refuseBodyProblems([{ ...problem(['body', position], undefined, what), input: {} }]);
  }
  if (value.value === null) return refuseBodyProblems([problem(['body'], undefined, missing)]);
  const fields = checkObject(value.value, ['body']);
  return fields.ok ? fields : refuseBodyProblems([fields.error]);
}

/** Without a content type a body is taken as JSON, as the contract's original does. */
function isJson(contentType: string | undefined): boolean {
  const type = (contentType ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
  return type === 'application/json' || /^application\/.+\+json$/.test(type);
}

function decode(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null; // not UTF-8: refused by the caller
  }
}

/** What is wrong with a value, as a list. */
export function problemsOf(checked: Checked<unknown>): readonly ValidationProblem[] {
  return checked.ok ? [] : [checked.error];
}

/** Refuses a body with what is wrong with it. */
export function refuseBodyProblems(problems: readonly ValidationProblem[]): Result<never, BodyRefusal> {
  return err({ status: 422, detail: problems.slice(0, PROBLEMS_MAX) });
}

/** What came with a request whose body is read as bytes. */
export function rawBodyOf(request: FastifyRequest): RawBody {
  const bytes = request.body instanceof Buffer ? request.body : undefined;
  return { bytes, contentType: request.headers['content-type'] };
}

/** Answers what is wrong with a body. */
export function refuseBody(reply: FastifyReply, refusal: BodyRefusal): FastifyReply {
  if (refusal.status === 422) return refuseProblems(reply, refusal.detail);
  return reply.status(refusal.status).send({ detail: refusal.detail });
}
