/**
 * What the guard knows of the operator, over the operator's file. The file is looked at again when it was replaced, so
 * a token that is made or revoked at the command line counts at once.
 */
import { statSync } from 'node:fs';
import type { Access, AuditEntry } from '../../api/security/access-ports.ts';
import type { Clock } from '../../ports/clock.ts';
import { type OperatorRecord, operatorPath, readOperator, unlock } from './operator.ts';
import { findToken } from './tokens.ts';

/** What it is made of. */
export type OperatorAccessParts = {
  readonly dataDir: string;
  readonly record: OperatorRecord;
  /** Real time. */
  readonly clock: Clock;
  readonly audit: (entry: AuditEntry) => void;
  readonly onWarning: (reason: string) => void;
};

/** The operator of a data directory. A file that can not be read any more opens nothing (fail closed). */
export class OperatorAccess implements Access {
  readonly #parts: OperatorAccessParts;
  #record: OperatorRecord | null;
  #stamp: string;
  /** One derivation at a time: each takes 64 MiB. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: OperatorAccessParts) {
    this.#parts = parts;
    this.#record = parts.record;
    this.#stamp = stampOf(parts.dataDir);
  }

  readonly checkPassphrase = (passphrase: string): Promise<boolean> => {
    const record = this.#current();
    const check = async (): Promise<boolean> => record !== null && (await unlock(record, passphrase)) !== null;
    // Whoever waited for it hears of a failure; the next in line is not held up by it.
    const checked = this.#turn.then(check, check);
    this.#turn = checked;
    return checked;
  };

  readonly findToken = (text: string) => {
    const token = findToken(this.#current()?.tokens ?? [], text, this.#parts.clock.now());
    return token === null ? null : { id: token.id, name: token.name, scope: token.scope };
  };

  readonly hasToken = (id: string): boolean => {
    const token = this.#current()?.tokens.find((each) => each.id === id);
    return token !== undefined && (token.expiresTime === null || token.expiresTime > this.#parts.clock.now());
  };

  readonly audit = (entry: AuditEntry): void => this.#parts.audit(entry);

  #current(): OperatorRecord | null {
    const stamp = stampOf(this.#parts.dataDir);
    if (stamp === this.#stamp) return this.#record;
    this.#stamp = stamp;
    const read = readOperator(this.#parts.dataDir);
    this.#record = read.ok ? read.value : null;
    if (this.#record === null) this.#parts.onWarning('the operator file is gone or unusable: nobody can log in');
    return this.#record;
  }
}

function stampOf(dataDir: string): string {
  const stat = statSync(operatorPath(dataDir), { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? 'absent' : `${stat.ino} ${stat.mtimeNs} ${stat.size}`;
}
