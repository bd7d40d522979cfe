/**
 * The guard of a trading process, made of its operator: on the first start the operator is made too. Where others could
 * reach the desk unencrypted, it does not open.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DESK_ROUTES, DESK_SERVER_ROUTES } from '../../api/desk/desk-routes.ts';
import type { AuditEntry } from '../../api/security/access-ports.ts';
import { Guard } from '../../api/security/guard.ts';
import { ownNames } from '../../api/security/origins.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure, toReason } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import { createOperator, type OperatorRecord, readOperator } from './operator.ts';
import { OperatorAccess } from './operator-access.ts';
import { generatePassphrase } from './passphrase.ts';
import { writePrivateFile } from './private-file.ts';

/** Where a desk listens, as the operator wants it. */
export type DeskDoor = {
  readonly host: string;
  readonly port: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  /** A proxy on this way speaks TLS and tells who asks. */
  readonly behindProxy?: true;
  /** Further host names that the desk goes by. */
  readonly allowHost?: readonly string[];
};

/** Certificate and key as PEM. */
export type TlsPair = { readonly cert: string; readonly key: string };

/** An operator that was made just now; the passphrase is shown once where a person sees it, else it is in the file. */
export type FirstPassphrase = { readonly passphrase: string; readonly path: string };

/** Name of the file that holds the first passphrase where nobody was there to see it. */
export const FIRST_PASSPHRASE_FILE = 'first-passphrase.txt';

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

/** The certificate where one is named; fails where the desk would be open to others without encryption. */
export function readDoor({ host, tlsCert, tlsKey, behindProxy }: DeskDoor): Result<TlsPair | null, Failure> {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    return err(failure('usage_wrong', { reason: '--tls-cert and --tls-key go together' }));
  }
  if (tlsCert === undefined || tlsKey === undefined) {
    const isSafe = LOOPBACK.test(host) || behindProxy === true;
    return isSafe ? ok(null) : err(failure('public_without_tls', { host }));
  }
  for (const path of [tlsCert, tlsKey]) {
    try {
      readFileSync(path);
    } catch (error) {
      return err(failure('file_unreadable', { path, reason: toReason(error) }));
    }
  }
  return ok({ cert: readFileSync(tlsCert, 'utf8'), key: readFileSync(tlsKey, 'utf8') });
}

/** What opening a guard needs. */
export type GuardParts = {
  readonly dir: string;
  readonly door: DeskDoor;
  readonly tls: TlsPair | null;
  /** Real time. */
  readonly clock: Clock;
  /** Writes down who did what. */
  readonly audit: (entry: AuditEntry) => void;
  readonly onWarning: (reason: string) => void;
};

/** The guard; the operator has to be there. */
export function openGuard(record: OperatorRecord, { dir, door, tls, clock, audit, onWarning }: GuardParts): Guard {
  const isNamed = !LOOPBACK.test(door.host) && !/^[0.:]+$/.test(door.host);
  return new Guard({
    access: new OperatorAccess({ dataDir: dir, record, clock, audit, onWarning }),
    routes: [...DESK_ROUTES, ...DESK_SERVER_ROUTES],
    names: ownNames([...(door.allowHost ?? []), ...(isNamed ? [door.host] : [])]),
    scheme: tls !== null || door.behindProxy === true ? 'https' : 'http',
    cookieSuffix: String(door.port),
    secret: (bytes) => randomBytes(bytes).toString('base64url'),
    clock,
  });
}

/**
 * The operator of `dir`, made on the first start with the passphrase that is given; `first` tells the one that was made
 * where none was.
 */
export async function openOperator(
  dir: string,
  viewer: 'person' | 'nobody',
  readGiven: () => Result<string | null, Failure>,
): Promise<Result<{ readonly record: OperatorRecord; readonly first: FirstPassphrase | null }, Failure>> {
  const present = readOperator(dir);
  if (!present.ok) return present;
  if (present.value !== null) return ok({ record: present.value, first: null });
  const given = readGiven();
  if (!given.ok) return given;
  if (given.value !== null) {
    const made = await createOperator(dir, given.value);
    return made.ok ? ok({ record: made.value, first: null }) : made;
  }
  return inventOperator(dir, viewer);
}

async function inventOperator(
  dir: string,
  viewer: 'person' | 'nobody',
): Promise<Result<{ readonly record: OperatorRecord; readonly first: FirstPassphrase }, Failure>> {
  const passphrase = generatePassphrase();
  const path = join(dir, FIRST_PASSPHRASE_FILE);
  // Where output goes to a log, the passphrase must not.
  const kept = viewer === 'nobody' ? writePrivateFile(path, `${passphrase}\n`) : ok(null);
  if (!kept.ok) return kept;
  const made = await createOperator(dir, passphrase);
  return made.ok ? ok({ record: made.value, first: { passphrase, path } }) : made;
}
