/**
 * What guarding needs to know of the operator: whether a passphrase or a token is right, and a place to write down who
 * did what. The composition implements it over the operator's file; secrets never come back out of it.
 */
import type { GrantedScope } from './scopes.ts';

/** A token that was presented and is right. */
export type TokenHolder = { readonly id: string; readonly name: string; readonly scope: GrantedScope };

/** One line of the audit log: who wanted what, and what came of it. */
export type AuditEntry = {
  /** `operator`, `token NAME`, or `unknown`. */
  readonly actor: string;
  /** Method and path of the route, from the table; never what the client made up. */
  readonly action: string;
  /** HTTP status of the answer. */
  readonly status: number;
  /** Why it was refused, `null` where it was not. */
  readonly refusal: string | null;
  readonly address: string;
};

/** The operator, as the guard knows them. */
export type Access = {
  /** Takes the time that scrypt takes, off the event loop. */
  readonly checkPassphrase: (passphrase: string) => Promise<boolean>;
  /** `null` where the token is unknown, wrong or expired; takes the same time for each. */
  readonly findToken: (token: string) => TokenHolder | null;
  /** Whether a token is still what it was; asked while a socket that it opened lives. */
  readonly hasToken: (id: string) => boolean;
  readonly audit: (entry: AuditEntry) => void;
};
