/**
 * Progress of long work: a live line on a terminal, a line now and then elsewhere.
 */
import ora from 'ora';
import { grouped } from './output.ts';

/** Shows how far a count has come. */
export type Progress = {
  readonly update: (done: number) => void;
  /** Says something in passing. */
  readonly note: (text: string) => void;
  readonly succeed: (text: string) => void;
  readonly stop: () => void;
};

/** Lines on a pipe are written each time the count grows by this much. */
const PIPE_LINE_EVERY = 250_000;

/** Starts showing progress of `title`, counted in `unit`. */
export function startProgress(title: string, unit: string): Progress {
  const started = performance.now();
  const spinner = ora({ text: title, stream: process.stderr }).start();
  let lineAt = PIPE_LINE_EVERY;
  const describe = (done: number): string => {
    const rate = Math.round(done / Math.max(0.001, (performance.now() - started) / 1000));
    return `${title}: ${grouped(done)} ${unit}, ${grouped(rate)} ${unit}/s`;
  };
  return {
    update: (done) => {
      spinner.text = describe(done);
      if (process.stderr.isTTY || done < lineAt) return;
      lineAt = done + PIPE_LINE_EVERY;
      process.stderr.write(`${describe(done)}\n`);
    },
    note: (text) => {
      spinner.text = `${title}: ${text}`;
      if (!process.stderr.isTTY) process.stderr.write(`${spinner.text}\n`);
    },
    succeed: (text) => spinner.succeed(text),
    stop: () => spinner.stop(),
  };
}
