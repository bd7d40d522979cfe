/**
 * Files of lines that are only ever appended to. Lines come in from whoever has something to keep and never wait for the
 * disk; they are written one batch after the other. What a failing disk did not take is kept, up to a bound, and tried
 * again with the next batch; nothing of it reaches the one who added the line.
 */
import { appendFile, mkdir, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { toReason } from '../../../model/failure.ts';

/** What a file of lines is made of. */
export type LineFileOptions = {
  /** Lines that wait at most. Policy beyond it: the oldest are dropped, and counted. */
  readonly waitingMax: number;
  /** Called before a batch is appended, for instance to rotate; its failure is one of the batch. */
  readonly prepare: (path: string) => Promise<void>;
  /** Hears of the first failure in a row, and of what was dropped. Must not throw. */
  readonly onWarning: (reason: string) => void;
};

type Waiting = { readonly path: string; readonly line: string };

/** Appends lines in the order they were added. */
export class LineFile {
  readonly #options: LineFileOptions;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;
  #isFailing = false;
  #dropped = 0;

  constructor(options: LineFileOptions) {
    this.#options = options;
  }

  /** Adds a line, without its end, to the file at `path`. */
  add(path: string, line: string): void {
    this.#waiting.push({ path, line });
    if (this.#waiting.length > this.#options.waitingMax) {
      this.#waiting.shift();
      this.#dropped++;
    }
  }

  /** Writes what waits; resolves when that was tried. Calls while one is under way share it. */
  flush(): Promise<void> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  /** How it stands. */
  status(): { readonly waiting: number; readonly dropped: number; readonly isFailing: boolean } {
    return { waiting: this.#waiting.length, dropped: this.#dropped, isFailing: this.#isFailing };
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const path = (this.#waiting[0] as Waiting).path;
      const end = this.#waiting.findIndex((each) => each.path !== path);
      const batch = end === -1 ? this.#waiting : this.#waiting.slice(0, end);
      const taken = [...batch];
      const droppedBefore = this.#dropped;
      try {
        await mkdir(dirname(path), { recursive: true });
        await this.#options.prepare(path);
        await appendWhole(path, taken.map(({ line }) => `${line}\n`).join(''));
      } catch (error) {
        this.#fail(path, error);
        return;
      }
      // What was dropped meanwhile stood at the beginning and is written all the same.
      const gone = Math.min(this.#dropped - droppedBefore, taken.length);
      this.#dropped -= gone;
      this.#waiting.splice(0, taken.length - gone);
      this.#isFailing = false;
    }
  }

  #fail(path: string, error: unknown): void {
    if (!this.#isFailing) this.#options.onWarning(`${path} can not be written, it is tried again: ${toReason(error)}`);
    this.#isFailing = true;
  }
}

/** Appends all of `text` or nothing: what a full disk took of it is cut off again, so that no line is there twice. */
async function appendWhole(path: string, text: string): Promise<void> {
  const before = await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
  try {
    await appendFile(path, text);
  } catch (error) {
    await truncate(path, before).catch(() => {
      // There is nothing to cut where nothing could be opened.
    });
    throw error;
  }
}
