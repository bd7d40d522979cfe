/**
 * What a connection to the WebSocket API remembers: the key it logged on with and the accounts it listens to. In: the
 * session and user-stream methods. Out: their answers, and events wrapped with the number of their subscription.
 */
import type { EpochMs } from '../../../core/time.ts';
import type { Reply } from '../reply.ts';
import type { ApiRequest } from './api-methods.ts';
import type { Dispatcher } from './dispatcher.ts';
import { type SignedRequest, socketPayload } from './signature.ts';
import type { SimKey } from './sim-accounts.ts';
import type { UserStreams } from './user-streams.ts';

/** What a session works with. */
export type ApiSessionOptions = {
  readonly dispatcher: Dispatcher;
  readonly users: UserStreams;
  readonly now: () => EpochMs;
  readonly send: (text: string) => void;
};

/** Subscriptions of one connection; further ones are refused, as on the exchange. */
const SUBSCRIPTIONS_MAX = 1_000;

/** The session of one connection. */
export class ApiSession {
  readonly #options: ApiSessionOptions;
  readonly #stops = new Map<number, () => void>();
  #key: SimKey | null = null;
  #since: EpochMs;
  #next = 0;

  constructor(options: ApiSessionOptions) {
    this.#options = options;
    this.#since = options.now();
  }

  /** The session's key, for a request that carries no signature of its own. */
  signerOf(params: URLSearchParams): SimKey | null {
    return params.has('signature') ? null : this.#key;
  }

  /** A request whose signature is its own. */
  toSigned(params: URLSearchParams): SignedRequest {
    return { apiKey: params.get('apiKey'), params, payload: socketPayload(params) };
  }

  end(): void {
    for (const stop of this.#stops.values()) stop();
    this.#stops.clear();
  }

  answer({ method, params }: ApiRequest): Reply {
    switch (method) {
      case 'session.logon':
        return this.#logOn(params);
      case 'session.status':
        return done(this.#describe());
      case 'session.logout':
        this.#key = null;
        return done(this.#describe());
      case 'userDataStream.subscribe':
        if (this.#key !== null) return this.#subscribe(this.#key);
        return refuse(401, { code: -2015, msg: 'The session is not authenticated.' });
      case 'userDataStream.subscribe.signature': {
        const signer = this.#options.dispatcher.findSigner(this.toSigned(params));
        return signer.ok ? this.#subscribe(signer.value) : refuse(signer.error.status, signer.error);
      }
      case 'userDataStream.unsubscribe':
        return this.#unsubscribe(params.get('subscriptionId'));
      case 'session.subscriptions':
        return done([...this.#stops.keys()].map((subscriptionId) => ({ subscriptionId })));
      default:
        return refuse(400, { code: -1000, msg: `Unknown method '${method}'.` });
    }
  }

  #logOn(params: URLSearchParams): Reply {
    const signer = this.#options.dispatcher.findSigner(this.toSigned(params));
    if (!signer.ok) return refuse(signer.error.status, signer.error);
    if (signer.value.proof.kind === 'hmac') {
      return refuse(400, { code: -4056, msg: 'HMAC_SHA256 API key is not supported.' });
    }
    this.#key = signer.value;
    this.#since = this.#options.now();
    return done(this.#describe());
  }

  #describe(): unknown {
    return {
      apiKey: this.#key?.apiKey ?? null,
      authorizedSince: this.#key === null ? null : this.#since,
      connectedSince: this.#since,
      returnRateLimits: true,
      serverTime: this.#options.now(),
      userDataStream: this.#stops.size > 0,
    };
  }

  #subscribe(key: SimKey): Reply {
    if (this.#stops.size >= SUBSCRIPTIONS_MAX) return refuse(400, { code: -1000, msg: 'Too many subscriptions.' });
    const subscriptionId = this.#next++;
    const stop = this.#options.users.subscribe(key.account.id, (text) =>
      this.#options.send(`{"subscriptionId":${subscriptionId},"event":${text}}`),
    );
    this.#stops.set(subscriptionId, stop);
    return done({ subscriptionId });
  }

  #unsubscribe(text: string | null): Reply {
    const ids = text === null ? [...this.#stops.keys()] : [Number(text)];
    for (const id of ids) {
      this.#stops.get(id)?.();
      this.#stops.delete(id);
    }
    return done({});
  }
}

function done(result: unknown): Reply {
  return { status: 200, body: result };
}

function refuse(status: number, error: { readonly code: number; readonly msg: string }): Reply {
  return { status, body: { code: error.code, msg: error.msg } };
}
