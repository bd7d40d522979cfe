/**
 * Expected failures as data: a stable code, a readable sentence, what to do about it and the facts of the case.
 */
import { ERROR_CODES, type ErrorCode } from './error-codes.ts';

/** Facts of a failure; secrets never go here. */
export type FailureContext = Readonly<Record<string, string | number | boolean | null>>;

/** An expected failure. */
export type Failure = {
  readonly kind: 'failure';
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly context: FailureContext;
};

/** A failure of the registered `code`, its sentences filled from `context`. */
export function failure(code: ErrorCode, context: FailureContext = {}): Failure {
  const definition = ERROR_CODES[code];
  return {
    kind: 'failure',
    code,
    message: fillTemplate(definition.message, context),
    hint: fillTemplate(definition.hint, context),
    context,
  };
}

function fillTemplate(template: string, context: FailureContext): string {
  return template.replace(/\{(\w+)\}/g, (whole, key: string) => (key in context ? String(context[key]) : whole));
}

/** A `Failure` on its way through code that can only throw; unwrapped where people or programs read it. */
export class FailureError extends Error {
  override readonly name = 'FailureError';
  readonly failure: Failure;

  constructor(value: Failure, options?: { readonly cause?: unknown }) {
    super(`${value.code}: ${value.message}`, options);
    this.failure = value;
  }
}

/** The failure inside a thrown value, or `unexpected` with its text. */
export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof FailureError) return thrown.failure;
  return failure('unexpected', { reason: toReason(thrown) });
}

/** One readable line from any thrown value. */
export function toReason(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
