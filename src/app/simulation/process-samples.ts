/**
 * What a run costs the process: memory after a collection, and how late the event loop runs. Real time; nothing of it
 * reaches the engine.
 */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { EpochMs } from '../../core/time.ts';

/** Memory at an instant of market time, in MiB. */
export type MemorySample = { readonly time: EpochMs; readonly heapMiB: number; readonly rssMiB: number };

/** Lateness of the event loop in milliseconds. */
export type LoopLag = { readonly p50: number; readonly p99: number; readonly max: number };

/** Measures of one run. */
export type ProcessSamples = {
  readonly takeMemory: (time: EpochMs) => void;
  readonly memory: () => readonly MemorySample[];
  /** Real milliseconds since the start. */
  readonly elapsedMs: () => number;
  /** Ends the measuring. */
  readonly stop: () => LoopLag;
};

const MIB = 1024 * 1024;
const LAG_RESOLUTION_MS = 5;

/** Starts measuring. */
export function startProcessSamples(): ProcessSamples {
  const collect = openCollector();
  const delay = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  const started = performance.now();
  const samples: MemorySample[] = [];
  delay.enable();
  return {
    takeMemory: (time) => {
      // The collection is the measuring's own pause.
      delay.disable();
      collect();
      delay.enable();
      const { heapUsed, rss } = process.memoryUsage();
      samples.push({ time, heapMiB: round(heapUsed / MIB), rssMiB: round(rss / MIB) });
    },
    memory: () => samples,
    elapsedMs: () => performance.now() - started,
    stop: () => {
      delay.disable();
      // What is measured includes the pause of the measuring itself.
      const late = (nanoseconds: number): number => round(Math.max(0, nanoseconds / 1e6 - LAG_RESOLUTION_MS));
      return { p50: late(delay.percentile(50)), p99: late(delay.percentile(99)), max: late(delay.max) };
    },
  };
}

/** What is used and what is only not collected yet are told apart by collecting: the platform has a switch for it. */
function openCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Least growth that counts, and as a share of what there was; windows fill and stores keep what they must. */
const GROWTH_MIB = 24;
const GROWTH_RATIO = 0.15;

/** Growth of the heap from the second quarter of the samples to the last, and whether that is flat. */
export function judgeMemory(
  samples: readonly MemorySample[],
): { readonly isFlat: boolean; readonly text: string } | null {
  const quarter = Math.floor(samples.length / 4);
  if (quarter === 0) return null;
  const early = medianHeap(samples.slice(quarter, 2 * quarter));
  const late = medianHeap(samples.slice(-quarter));
  const isFlat = late - early <= Math.max(GROWTH_MIB, GROWTH_RATIO * early);
  return { isFlat, text: `${early.toFixed(1)} MiB in the second quarter, ${late.toFixed(1)} MiB in the last` };
}

function medianHeap(samples: readonly MemorySample[]): number {
  const heaps = samples.map(({ heapMiB }) => heapMiB).sort((a, b) => a - b);
  return heaps[Math.floor(heaps.length / 2)] ?? 0;
}
