import { describe, expect, it } from 'vitest';
import { findLockProblems, fixLock, type Lock } from './fix-lock.ts';

const withOptional = (names: Readonly<Record<string, string>>): Lock => ({
  packages: {
    '': {},
    'node_modules/tool': { version: '2.0.0', dev: true, optionalDependencies: names },
  },
});

describe('the lock file', () => {
  it('gets an entry for each optional package it lacks, for its platform only', () => {
    const lock = withOptional({ '@tool/cli-linux-arm64-musl': '2.0.0', '@tool/cli-win32-x64': '^2.0.1' });
    const { packages } = fixLock(lock);
    expect(packages['node_modules/@tool/cli-linux-arm64-musl']).toEqual({
      version: '2.0.0',
      dev: true,
      optional: true,
      os: ['linux'],
      cpu: ['arm64'],
      libc: ['musl'],
    });
    expect(packages['node_modules/@tool/cli-win32-x64']).toMatchObject({
      version: '2.0.1',
      os: ['win32'],
      cpu: ['x64'],
    });
  });

  it('has no problem left once it is fixed', () => {
    const lock = withOptional({ 'tool-android-arm64': '2.0.0', 'tool-wasm32-wasi': '2.0.0' });
    expect(findLockProblems(lock)).toEqual([
      'tool-android-arm64@2.0.0, optional for node_modules/tool, is missing',
      'tool-wasm32-wasi@2.0.0, optional for node_modules/tool, is missing',
    ]);
    expect(findLockProblems(fixLock(lock))).toEqual([]);
  });

  it('finds an optional package nested in its user or in a folder above', () => {
    const nested: Lock = {
      packages: {
        'node_modules/a/node_modules/b': {
          version: '1.0.0',
          optionalDependencies: { c: '1.0.0', d: '1.0.0', e: '1.0.0' },
        },
        'node_modules/a/node_modules/b/node_modules/c': { version: '1.0.0' },
        'node_modules/a/node_modules/d': { version: '1.0.0' },
        'node_modules/e': { version: '1.0.0' },
      },
    };
    expect(findLockProblems(nested)).toEqual([]);
    expect(fixLock(nested)).toEqual(nested);
  });

  it('loses addresses of a registry and keeps links to folders', () => {
    const lock: Lock = {
      packages: {
        'node_modules/a': { version: '1.0.0', resolved: 'https://registry.example/a.tgz' },
        'node_modules/b': { resolved: 'packages/b' },
      },
    };
    expect(findLockProblems(lock)).toEqual(['node_modules/a names a registry: https://registry.example/a.tgz']);
    expect(fixLock(lock).packages).toEqual({
      'node_modules/a': { version: '1.0.0' },
      'node_modules/b': { resolved: 'packages/b' },
    });
  });
});
