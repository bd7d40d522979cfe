/**
 * `hotwick completion`: a script by which a shell completes commands, options and their choices.
 */
import { Argument, type Command } from 'commander';
import { SHELLS, type Shell, writeCompletion } from './completion-scripts.ts';

const EXAMPLES = `
Examples:
  source <(hotwick completion bash)                    in this shell; put the line into ~/.bashrc to keep it
  source <(hotwick completion zsh)                     the same, ~/.zshrc
  hotwick completion fish > ~/.config/fish/completions/hotwick.fish`;

/** Adds the command; `addAll` adds every command to a program, because all of them are to be completed. */
export function addCompletionCommand(program: Command, addAll: (program: Command) => Promise<void>): void {
  program
    .command('completion')
    .description('a script by which bash, zsh or fish completes commands and options')
    .addArgument(new Argument('<shell>', 'for which').choices(SHELLS))
    .addHelpText('after', EXAMPLES)
    .action(async (shell: Shell) => {
      const whole = program.createCommand('hotwick').option('-V, --version', 'output the version number');
      await addAll(whole);
      process.stdout.write(writeCompletion(whole, shell));
    });
}
