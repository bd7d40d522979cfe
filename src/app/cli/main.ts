/**
 * The command line. Everything that goes wrong ends in one readable sentence with a code and exit status 1.
 */
import { Command } from 'commander';
import { toFailure } from '../../model/failure.ts';
import { packageVersion } from '../version.ts';
import { addImportCommand } from './data-import-command.ts';
import { addVerifyCommand } from './data-verify-command.ts';
import { addDemoCommand } from './demo-command.ts';
import { addDoctorCommand } from './doctor-command.ts';
import { sayFailure } from './output.ts';
import { addSimCommand } from './sim-command.ts';
import { addUpCommand } from './up-command.ts';

const EXAMPLES = `
Examples:
  hotwick demo                 see it work, without network
  hotwick up                   BTC/USDT futures from Binance
  hotwick doctor               check this machine
  hotwick demo --help          options and examples of a command`;

const program = new Command('hotwick')
  .description('Certified candles from one exchange stream, and a hot-coin trading system on the same core.')
  .version(packageVersion())
  .showHelpAfterError('(add --help for options and examples)')
  .addHelpText('after', EXAMPLES);
addDemoCommand(program);
addUpCommand(program);
addSimCommand(program);
const data = program.command('data').description('recorded candles: import, verify');
addImportCommand(data);
addVerifyCommand(data);
addDoctorCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  sayFailure(toFailure(error));
}
