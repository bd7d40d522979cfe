/**
 * One HTTP request, and how far it got. In: method, address, headers. Out: the whole answer, or the certainty that not
 * a byte was sent, or that bytes were sent and nobody knows what came of them.
 */
import type { Dispatcher } from 'undici';
import { toReason } from '../../model/failure.ts';

/** A request as it goes out; everything is in the address and the headers. */
export type OutgoingRequest = {
  readonly url: URL;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  /** Gives up: `notSent` before the request was begun, `lost` after. */
  readonly signal: AbortSignal;
};

/** Headers of an answer. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** What came of a request. */
export type Exchanged =
  | { readonly phase: 'answered'; readonly status: number; readonly text: string; readonly headers: AnswerHeaders }
  | { readonly phase: 'notSent' | 'lost'; readonly reason: string };

/** Largest body taken: the spot exchangeInfo is about 15 MiB. */
const BODY_BYTES_MAX = 67_108_864;

/** Sends a request once; never rejects. */
export function exchangeOnce(dispatcher: Dispatcher, request: OutgoingRequest): Promise<Exchanged> {
  return new Promise((resolve) => {
    const exchange = new Exchange(request.signal, resolve);
    const { url, method, headers } = request;
    const path = `${url.pathname}${url.search}`;
    try {
      dispatcher.dispatch({ origin: url.origin, path, method, headers: { ...headers } }, exchange);
    } catch (error) {
      // A dispatcher that is closed refuses before it connects.
      exchange.onResponseError(null, error);
    }
  });
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #signal: AbortSignal;
  readonly #resolve: (outcome: Exchanged) => void;
  readonly #onAbort = (): void => this.#abort();
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | null = null;
  #bytes = 0;
  #status = 0;
  #headers: AnswerHeaders = {};

  constructor(signal: AbortSignal, resolve: (outcome: Exchanged) => void) {
    this.#signal = signal;
    this.#resolve = resolve;
    if (!signal.aborted) signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Called when there is a connection, just before the first byte is written. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#signal.aborted) controller.abort(new Error('given up before it was sent'));
    else this.#controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    this.#chunks.push(chunk);
    if (this.#bytes > BODY_BYTES_MAX) {
      controller.abort(new Error(`the answer is larger than ${BODY_BYTES_MAX} bytes`));
    }
  }

  onResponseEnd(): void {
    const text = Buffer.concat(this.#chunks).toString('utf8');
    this.#end({ phase: 'answered', status: this.#status, text, headers: this.#headers });
  }

  onResponseError(_controller: unknown, error: unknown): void {
    this.#end({ phase: this.#controller === null ? 'notSent' : 'lost', reason: toReason(error) });
  }

  #abort(): void {
    const reason: unknown = this.#signal.reason;
    if (this.#controller === null) this.#end({ phase: 'notSent', reason: toReason(reason) });
    else this.#controller.abort(reason instanceof Error ? reason : new Error(toReason(reason)));
  }

  #end(outcome: Exchanged): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#resolve(outcome);
  }
}
