import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// The order is shuffled so that no test can lean on another; the seed is printed by the runner.
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'],
    sequence: { shuffle: true },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    pool: 'forks',
    // Programs that tests start read what was compiled before, which halves their start.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'hotwick-compile-cache') },
  },
});
