/**
 * Progress of a download: a live line on a terminal, one line per finished file elsewhere. What is left is told from
 * how long the days so far took.
 */
import ora from 'ora';
import type { DownloadProgress } from '../data/download-history.ts';
import { grouped } from './output.ts';

/** Shows how far a download is. */
export type DownloadProgressLine = {
  readonly addBytes: (bytes: number) => void;
  readonly update: (progress: DownloadProgress) => void;
  readonly stop: () => void;
};

/** Starts showing progress of `title`. */
export function startDownloadProgress(title: string): DownloadProgressLine {
  const started = performance.now();
  const spinner = ora({ text: title, stream: process.stderr }).start();
  let bytes = 0;
  let known: DownloadProgress | null = null;
  const describe = (): string => {
    const megabytes = `${(bytes / 1_000_000).toFixed(1)} MB`;
    if (known === null) return `${title}: ${megabytes}`;
    const { files, candles, daysDone, daysTotal } = known;
    const leftMs = ((performance.now() - started) / Math.max(1, daysDone)) * (daysTotal - daysDone);
    const counts = `${grouped(files)} files, ${grouped(candles)} candles, ${megabytes}`;
    return `${title}: ${counts}, day ${daysDone} of ${daysTotal}, about ${describeDuration(leftMs)} left`;
  };
  return {
    addBytes: (more) => {
      bytes += more;
      spinner.text = describe();
    },
    update: (progress) => {
      known = progress;
      spinner.text = describe();
      if (!process.stderr.isTTY) process.stderr.write(`${progress.label} done; ${describe()}\n`);
    },
    stop: () => spinner.stop(),
  };
}

function describeDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
