/**
 * Another process as a set of commands: arguments go in, answers or the first error come out, and notes arrive on the
 * way. A child ends when its parent does; a parent's waiting call fails when its child ends.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What a child can be asked: each command takes one argument. */
export type Commands = Readonly<Record<string, (argument: never) => Promise<unknown>>>;

/** A running child. */
export type Child<C extends Commands> = {
  readonly call: <K extends keyof C & string>(
    name: K,
    argument: Parameters<C[K]>[0],
  ) => Promise<Awaited<ReturnType<C[K]>>>;
  /** Ends the child and waits until it is gone. */
  readonly close: () => Promise<void>;
};

type Request = { readonly kind: 'request'; readonly id: number; readonly name: string; readonly argument: unknown };
type Reply =
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly reason: string }
  | { readonly kind: 'note'; readonly text: string };
type Waiting = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void };

/** Starts `file` of this folder as a child; `C` is the type of what that file serves. */
export function startChild<C extends Commands>(file: string, onNote: (text: string) => void = () => {}): Child<C> {
  const child = fork(join(import.meta.dirname, file), [], { serialization: 'advanced', execArgv: ['--expose-gc'] });
  /** At most one per call in flight; a benchmark asks for a handful at a time. */
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  child.on('message', (message) => {
    const reply = parseReply(message);
    if (reply.kind === 'note') onNote(reply.text);
    else settle(waiting, reply);
  });
  child.once('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`${file} ended early (${signal ?? code})`));
    waiting.clear();
  });
  return {
    call: (name, argument) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        // The answer's type follows from the command's, because both sides are of this one checkout.
        const accept = (value: unknown): void => resolve(value as Parameters<typeof resolve>[0]);
        waiting.set(id, { resolve: accept, reject });
        child.send({ kind: 'request', id, name, argument } satisfies Request, (error) => {
          if (error !== null) reject(error);
        });
      }),
    close: () => endChild(child),
  };
}

function parseReply(message: unknown): Reply {
  return message as Reply;
}

function settle(waiting: Map<number, Waiting>, reply: Exclude<Reply, { readonly kind: 'note' }>): void {
  const call = waiting.get(reply.id);
  waiting.delete(reply.id);
  if (reply.kind === 'answer') call?.resolve(reply.value);
  else call?.reject(new Error(reply.reason));
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** In a child: answers the parent's calls one after another. */
export function serveCommands(commands: Commands): void {
  process.once('disconnect', () => process.exit(0));
  let before: Promise<void> = Promise.resolve();
  process.on('message', (message) => {
    const request = parseRequest(message);
    before = before.then(() => answer(commands, request));
  });
}

function parseRequest(message: unknown): Request {
  return message as Request;
}

async function answer(commands: Commands, { id, name, argument }: Request): Promise<void> {
  try {
    const command = commands[name];
    if (command === undefined) throw new Error(`unknown command ${name}`);
    reply({ kind: 'answer', id, value: await command(argument as never) });
  } catch (error) {
    reply({ kind: 'error', id, reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

/** In a child: tells the parent how far things are. */
export function sendNote(text: string): void {
  reply({ kind: 'note', text });
}

function reply(message: Reply): void {
  process.send?.(message);
}

/** Milliseconds of a clock that all processes of this machine share (CLOCK_MONOTONIC). */
export function sharedNowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
