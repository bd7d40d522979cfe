/**
 * The command line. Everything that goes wrong ends in one readable sentence with a code and exit status 1.
 */
import { Command, CommanderError } from 'commander';
import { failure, toFailure } from '../../model/failure.ts';
import { packageVersion } from '../version.ts';
import { addCommands } from './commands.ts';
import { sayFailure } from './output.ts';

const EXAMPLES = `
Examples:
  hotwick demo                 see it work, without network
  hotwick up                   BTC/USDT futures from Binance
  hotwick doctor               check this machine
  hotwick demo --help          options and examples of a command`;

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

/** Clocks do not keep a process alive; a command that only waits for one would end without a word and with status 0. */
const STAYING_MS = 60_000;

const program = new Command('hotwick')
  .description('Certified candles from one exchange stream, and a hot-coin trading system on the same core.')
  .version(packageVersion())
  // What is wrong is said below in the house's form; help goes out as it is.
  .configureOutput({ outputError: () => {} })
  .exitOverride()
  .enablePositionalOptions()
  .addHelpText('after', EXAMPLES);
const staying = setInterval(() => {}, STAYING_MS);
try {
  await addCommands(program, process.argv[2]);
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) sayFailure(toFailure(error));
  else if (error.exitCode !== 0) sayUsage(error);
} finally {
  clearInterval(staying);
}

/** A command line that can not be understood; where commander has shown the help, that says it all. */
function sayUsage({ code, message }: CommanderError): void {
  process.exitCode = 1;
  if (code !== 'commander.help') sayFailure(failure('usage_wrong', { reason: message.replace(/^error: /, '') }));
}
