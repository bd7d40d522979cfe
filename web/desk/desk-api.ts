/**
 * Requests of the desk: reading, commands with the session's token, logging in and giving the passphrase once more. An
 * answer is a value of the contract or a refusal with a stable code; a command without an answer may have been carried
 * out, and is never sent again by itself.
 */
import type { SessionAnswer } from '../../src/api/contract.ts';
import { isText, parseFields, parseObject } from '../../src/client/wire.ts';
import type { DeskPlatform, Posted } from './desk-platform.ts';
import type { Refused } from './refused.ts';

/** An answer. */
export type Answered<T> = { readonly ok: true; readonly value: T } | Refused;

/** Where the page stands with the guard. */
export type Access =
  | { readonly kind: 'asking' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'out'; readonly why: 'first' | 'ended' }
  /** `open`: nobody is asked for a passphrase here. */
  | { readonly kind: 'in'; readonly session: SessionAnswer };

/** An open desk on loopback has no session at all. */
const OPEN: SessionAnswer = {
  access: 'open',
  caller: 'anybody',
  scope: 'money',
  csrf: null,
  expires_time: null,
  stepped_up_until: 0,
};

/** Requests and the session. */
export class DeskApi {
  readonly #platform: DeskPlatform;
  readonly #listeners = new Set<() => void>();
  #access: Access = { kind: 'asking' };

  constructor(platform: DeskPlatform) {
    this.#platform = platform;
  }

  readonly access = (): Access => this.#access;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Asks who we are. A server that is away leaves a session as it is: what is shown then is stale, not secret. */
  readonly ask = async (): Promise<void> => {
    const answer = await this.#platform.readHttp('hotcoin/api/session', new AbortController().signal);
    const isIn = this.#access.kind === 'in';
    if (answer.kind === 'unreachable') {
      if (!isIn) this.#set({ kind: 'unreachable' });
      return;
    }
    if (answer.status === 404) return this.#set({ kind: 'in', session: OPEN });
    const session = answer.status === 200 ? parseSession(answer.body) : null;
    if (session === null) return isIn ? undefined : this.#set({ kind: 'unreachable' });
    this.#take(session);
  };

  /** A session for the passphrase; `null` when it was right. */
  readonly login = (passphrase: string): Promise<Refused | null> => this.#prove('hotcoin/api/login', passphrase);

  /** The passphrase once more, before money moves; `null` when it was right. */
  readonly stepUp = (passphrase: string): Promise<Refused | null> => this.#prove('hotcoin/api/step_up', passphrase);

  readonly logout = async (): Promise<void> => {
    await this.post('hotcoin/api/logout', {});
    await this.ask();
  };

  /** Reads a path. */
  readonly read = async <T>(path: string, signal: AbortSignal): Promise<Answered<T>> => {
    const answer = this.#judge<T>(await this.#platform.readHttp(path, signal));
    // Nothing was to be carried out, so nothing is in doubt.
    return answer.ok || answer.status !== 0 ? answer : { ...answer, code: 'reading_unanswered' };
  };

  /** Sends a command. */
  readonly post = async <T>(path: string, body: unknown): Promise<Answered<T>> => {
    const csrf = this.#access.kind === 'in' ? this.#access.session.csrf : null;
    return this.#judge<T>(await this.#platform.post(path, body, csrf));
  };

  /** Whether the next movement of money wants the passphrase first, at this machine's time `now`. */
  readonly needsPassphrase = (now: number): boolean => {
    if (this.#access.kind !== 'in' || this.#access.session.access === 'open') return false;
    // A little early: between the question and the command time passes.
    return this.#access.session.stepped_up_until < now + 10_000;
  };

  async #prove(path: string, passphrase: string): Promise<Refused | null> {
    const answer = await this.post<SessionAnswer>(path, { passphrase });
    if (!answer.ok) return answer;
    this.#take(answer.value);
    return null;
  }

  #take(session: SessionAnswer): void {
    const mayRead = session.scope !== 'public';
    if (mayRead) this.#set({ kind: 'in', session });
    else this.#set({ kind: 'out', why: this.#access.kind === 'in' ? 'ended' : 'first' });
  }

  #judge<T>(answer: Posted): Answered<T> {
    if (answer.kind === 'unreachable') {
      return { ok: false, status: 0, code: 'unreachable', message: '', problems: [] };
    }
    const { status, body } = answer;
    const fields = parseObject(body) ?? {};
    if (status === 200) return { ok: true, value: fields as T };
    const code = [fields['detail'], fields['error']].find(isText) ?? `status_${status}`;
    // The session is over: an answer from behind the login says so first.
    if (status === 401 && code === 'login_required') this.#set({ kind: 'out', why: 'ended' });
    const problems = Array.isArray(fields['problems']) ? fields['problems'].filter(isText) : [];
    return { ok: false, status, code, message: isText(fields['message']) ? fields['message'] : '', problems };
  }

  #set(access: Access): void {
    this.#access = access;
    for (const listener of this.#listeners) listener();
  }
}

function parseSession(body: string): SessionAnswer | null {
  const fields = parseFields(parseObject(body));
  return fields !== null && isText(fields['access']) && isText(fields['scope']) ? (fields as SessionAnswer) : null;
}
