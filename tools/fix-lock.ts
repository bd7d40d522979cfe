/**
 * Completes package-lock.json after an update, so that `npm ci` passes with any registry: packages with one binary per
 * platform name optional packages that some registries do not serve, and npm then writes a lock without them and
 * later refuses it. Each gets an entry that npm skips on other platforms. Addresses of a registry are removed.
 *
 * `node tools/fix-lock.ts` writes; with `--check` it prints what is wrong and exits with 1.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** The part of a lock entry that matters here. */
export type LockEntry = {
  readonly version?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

/** A lock file; entries by their folder, the project itself under the empty name. */
export type Lock = { readonly packages: Readonly<Record<string, LockEntry>> };

/** An optional package that the lock lacks. */
type Missing = { readonly name: string; readonly range: string; readonly wantedBy: string; readonly entry: LockEntry };

const LOCK_PATH = resolve(import.meta.dirname, '../package-lock.json');

/** First pattern that fits the package's name wins; without any it is for Linux. */
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/android/, 'android'],
  [/darwin|macos/, 'darwin'],
  [/win32|windows/, 'win32'],
  [/(freebsd|netbsd|openbsd)/, 'freebsd'],
  [/openharmony/, 'openharmony'],
  [/wasm|wasi/, 'none'],
];
const PROCESSORS: readonly (readonly [RegExp, string])[] = [
  [/arm64|aarch64/, 'arm64'],
  [/armv?[67]?(-|$|eabi)|-arm\b/, 'arm'],
  [/ia32|i686/, 'ia32'],
  [/ppc64/, 'ppc64'],
  [/riscv64/, 'riscv64'],
  [/s390x/, 's390x'],
  [/loong64/, 'loong64'],
  [/mips64/, 'mips64el'],
  [/wasm/, 'wasm32'],
];

/** A lock from the text of its file; throws `SyntaxError` or `TypeError` when it is none. */
export function parseLock(text: string): Lock {
  const lock: unknown = JSON.parse(text);
  if (typeof lock !== 'object' || lock === null || !('packages' in lock)) throw new TypeError('not a lock file');
  return lock as Lock;
}

/** What is wrong with the lock, one readable line each; empty when a clean install works everywhere. */
export function findLockProblems(lock: Lock): readonly string[] {
  const addressed = Object.entries(lock.packages).filter(([, { resolved }]) => isAddress(resolved));
  return [
    ...findMissing(lock).map(({ name, range, wantedBy }) => `${name}@${range}, optional for ${wantedBy}, is missing`),
    ...addressed.map(([path, { resolved }]) => `${path} names a registry: ${resolved}`),
  ];
}

/** The same lock without those problems, its entries in npm's order. */
export function fixLock(lock: Lock): Lock {
  const entries = Object.entries(lock.packages).map(([path, entry]) => [path, withoutAddress(entry)] as const);
  const stubs = findMissing(lock).map(({ name, entry }) => [`node_modules/${name}`, entry] as const);
  const sorted = [...entries, ...stubs].sort(([a], [b]) => a.localeCompare(b, 'en'));
  return { ...lock, packages: Object.fromEntries(sorted) };
}

function isAddress(resolved: string | undefined): boolean {
  return resolved !== undefined && /^https?:/.test(resolved);
}

function withoutAddress(entry: LockEntry): LockEntry {
  if (!isAddress(entry.resolved)) return entry;
  const { resolved: _, ...rest } = entry;
  return rest;
}

function findMissing(lock: Lock): Missing[] {
  const found = new Map<string, Missing>();
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
      const version = /^[~^]?(\d+\.\d+\.\d+\S*)$/.exec(range)?.[1];
      if (version === undefined || found.has(name) || isInstalledFor(lock, { path, name })) continue;
      const stub = { version, ...(entry.dev === true ? { dev: true } : {}), optional: true, ...platformOf(name) };
      found.set(name, { name, range, wantedBy: path === '' ? 'the project' : path, entry: stub });
    }
  }
  return [...found.values()];
}

/** Whether Node would find `name` from the package at `path`: beside it, or in any folder above. */
function isInstalledFor(lock: Lock, { path, name }: { readonly path: string; readonly name: string }): boolean {
  for (let folder = path; ; ) {
    if (`${folder === '' ? '' : `${folder}/`}node_modules/${name}` in lock.packages) return true;
    if (folder === '') return false;
    const cut = folder.lastIndexOf('node_modules/');
    folder = cut <= 0 ? '' : folder.slice(0, cut - 1);
  }
}

function platformOf(name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> {
  const os = SYSTEMS.find(([pattern]) => pattern.test(name))?.[1] ?? 'linux';
  const cpu = PROCESSORS.find(([pattern]) => pattern.test(name))?.[1] ?? 'x64';
  const isBound = os === 'linux' && /musl|gnu|glibc/.test(name);
  return { os: [os], cpu: [cpu], ...(isBound ? { libc: [name.includes('musl') ? 'musl' : 'glibc'] } : {}) };
}

function main(command: string | undefined): void {
  const lock = parseLock(readFileSync(LOCK_PATH, 'utf8'));
  const problems = findLockProblems(lock);
  for (const problem of problems) console.log(problem);
  if (command === '--check') {
    process.exitCode = problems.length === 0 ? 0 : 1;
    return;
  }
  if (problems.length > 0) writeFileSync(LOCK_PATH, `${JSON.stringify(fixLock(lock), null, 2)}\n`);
  console.log(`${problems.length} problems fixed`);
}

if (import.meta.main) main(process.argv[2]);
