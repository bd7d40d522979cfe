import { execFileSync } from 'node:child_process';
import { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { addCommands } from './commands.ts';
import { SHELLS, writeCompletion } from './completion-scripts.ts';

let program: Command;

beforeAll(async () => {
  program = new Command('hotwick');
  await addCommands(program, undefined);
});

/** What bash itself offers after the words, the last of which is being typed. */
function offered(words: readonly string[]): readonly string[] {
  const list = ['hotwick', ...words].map((word) => `'${word}'`).join(' ');
  const script = `${writeCompletion(program, 'bash')}
COMP_WORDS=(${list}); COMP_CWORD=${words.length}; _hotwick; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '');
}

describe('completion', () => {
  it('of bash offers commands, commands below them, options and their choices', () => {
    expect(offered(['tr'])).toEqual(['trade']);
    expect(offered(['data', ''])).toEqual(expect.arrayContaining(['download', 'import', 'export', 'audit', 'verify']));
    expect(offered(['data', 'export', '--f'])).toEqual(expect.arrayContaining(['--from']));
    expect(offered(['trade', '--data-dir', '/x', '--pre'])).toEqual(['--preset']);
    expect(offered(['trade', '--preset', ''])).toEqual(['stage-1', 'stage-2', 'stage-3']);
    expect(offered(['trade', '--config', ''])).toEqual([]);
  });

  it.each(SHELLS)('of %s knows every command and every option', (shell) => {
    const script = writeCompletion(program, shell);
    const visit = (command: Command): void => {
      for (const { long } of command.options)
        expect(script).toContain(shell === 'fish' ? `-l ${long?.slice(2)}` : long);
      for (const below of command.commands) {
        expect(script).toContain(below.name());
        visit(below);
      }
    };
    visit(program);
    expect(program.commands.length).toBeGreaterThan(15);
  });
});
