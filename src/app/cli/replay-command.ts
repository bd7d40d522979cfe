/**
 * `hotwick replay`: plays a recording again and says whether every answer is what it was.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Command } from 'commander';
import { failure, toFailure, toReason } from '../../model/failure.ts';
import { type ReplayedAnswer, type ReplayReport, replayDiscovery } from '../discovery/replay-discovery.ts';
import { banner, grouped, say, sayFailure, sayWarning } from './output.ts';

type ReplayFlags = { readonly discovery: string; readonly candidates?: string };

const EXAMPLES = `
Examples:
  hotwick replay --discovery ~/.hotwick/flight
  hotwick replay --discovery ~/.hotwick/flight --candidates candidates.jsonl

A recording is what the service was told while discovery ran. Played with the version that recorded it, it gives the same
candidates byte for byte; a difference ends with status 1. Nothing is asked of an exchange and nothing is stored.`;

/** Adds the command. */
export function addReplayCommand(program: Command): void {
  program
    .command('replay')
    .description('play a recording of discovery again and compare every answer with the recorded one')
    .requiredOption('--discovery <dir>', 'folder of the recording')
    .option('--candidates <file>', 'write the candidates after each cycle, one JSON line each')
    .addHelpText('after', EXAMPLES)
    .action(runReplay);
}

function runReplay({ discovery: dir, candidates: file }: ReplayFlags): void {
  let out: number | null = null;
  try {
    if (file !== undefined) out = openOutput(file);
    const report = replayDiscovery(dir, (answer) => {
      if (out !== null) writeCandidates(out, answer);
    });
    sayReport(dir, report);
  } catch (error) {
    sayFailure(toFailure(error));
  } finally {
    if (out !== null) closeSync(out);
  }
}

function openOutput(file: string): number | null {
  try {
    return openSync(file, 'w');
  } catch (error) {
    sayFailure(failure('usage_wrong', { reason: `${file} can not be written: ${toReason(error)}` }));
    return null;
  }
}

function writeCandidates(out: number, { sequence, effects }: ReplayedAnswer): void {
  for (const effect of effects) {
    if (effect.kind !== 'saveCandidates') continue;
    const { time, saved } = effect.batch;
    writeSync(out, `${JSON.stringify({ sequence, time, candidates: saved })}\n`);
  }
}

function sayReport(dir: string, report: ReplayReport): void {
  const { inputs, compared, different, differing, versions, torn } = report;
  for (const path of torn) sayWarning(`${path} ends in the middle of a block, as after a killed process`);
  say(
    banner([
      ['recording', dir],
      ['recorded by', versions.join(', ') || '-'],
      ['inputs', grouped(inputs)],
      ['answers', `${grouped(compared)} compared, ${grouped(different)} different`],
      ...(differing.length > 0 ? [['differing', differing.slice(0, 10).join(', ')] as const] : []),
    ]),
  );
  if (different > 0) sayFailure(failure('replay_differs', { different, compared }));
}
