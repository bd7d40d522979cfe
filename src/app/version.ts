/**
 * Which Hotwick this is and where its built parts lie, both in a checkout and in the published package.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Folder of the package: the nearest one upwards with a `package.json`. */
export function packageDir(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** The version in `package.json`. */
export function packageVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(join(packageDir(), 'package.json'), 'utf8'));
  const isNamed = typeof parsed === 'object' && parsed !== null && 'version' in parsed;
  return isNamed && typeof parsed.version === 'string' ? parsed.version : 'unknown';
}

/** Folder of the built web page. */
export function webDir(): string {
  return join(packageDir(), 'dist/web');
}

/** Folder of the built page of the desk. */
export function deskDir(): string {
  return join(packageDir(), 'dist/desk');
}
