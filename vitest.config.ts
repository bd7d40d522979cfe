import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const shared = {
  sequence: { shuffle: true },
  testTimeout: 60_000,
  hookTimeout: 60_000,
  pool: 'forks',
  // Programs that tests start read what was compiled before, which halves their start.
  env: { NODE_COMPILE_CACHE: join(tmpdir(), 'hotwick-compile-cache') },
} as const;

// The order is shuffled so that no test can lean on another; the seed is printed by the runner.
export default defineConfig({
  test: {
    sequence: { shuffle: true },
    maxWorkers: 2,
    projects: [
      // Units keep no state in their modules, so their files share a process and load each module once.
      { test: { ...shared, name: 'unit', include: ['src/**/*.test.ts', 'tools/**/*.test.ts'], isolate: false } },
      { test: { ...shared, name: 'whole', include: ['test/**/*.test.ts'] } },
    ],
  },
});
