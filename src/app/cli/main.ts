/**
 * The command line. Everything that goes wrong ends in one readable sentence with a code and exit status 1.
 */
import { Command, CommanderError } from 'commander';
import { failure, toFailure } from '../../model/failure.ts';
import { packageVersion } from '../version.ts';
import { addLookaheadCommand } from './audit-lookahead-command.ts';
import { addConfigCommand } from './config-command.ts';
import { addAuditCommand } from './data-audit-command.ts';
import { addDownloadCommand } from './data-download-command.ts';
import { addExportCommand } from './data-export-command.ts';
import { addImportCommand } from './data-import-command.ts';
import { addVerifyCommand } from './data-verify-command.ts';
import { addDemoCommand } from './demo-command.ts';
import { addDoctorCommand } from './doctor-command.ts';
import { addEmergencyCommand } from './emergency-command.ts';
import { sayFailure } from './output.ts';
import { addProfilesCommand } from './profiles-command.ts';
import { addReplayCommand } from './replay-command.ts';
import { addScanCommand } from './scan-command.ts';
import { addSignalsCommand } from './signals-command.ts';
import { addSignalsVerifyCommand } from './signals-verify-command.ts';
import { addSimCommand } from './sim-command.ts';
import { addTradeCommand } from './trade-command.ts';
import { addUpCommand } from './up-command.ts';

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

const program = new Command('hotwick')
  .description('Certified candles from one exchange stream, and a hot-coin trading system on the same core.')
  .version(packageVersion())
  // What is wrong is said below in the house's form; help goes out as it is.
  .configureOutput({ outputError: () => {} })
  .exitOverride()
  .enablePositionalOptions()
  .addHelpText('after', EXAMPLES);
addDemoCommand(program);
addUpCommand(program);
addTradeCommand(program);
addEmergencyCommand(program);
addSimCommand(program);
addScanCommand(program);
addReplayCommand(program);
const data = program.command('data').description('candles: download, import, export, audit, verify');
addDownloadCommand(data);
addImportCommand(data);
addExportCommand(data);
addAuditCommand(data);
addVerifyCommand(data);
addSignalsVerifyCommand(addSignalsCommand(program));
addProfilesCommand(program);
const audit = program.command('audit').description('audits: lookahead');
addLookaheadCommand(audit);
addDoctorCommand(program);
addConfigCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) sayFailure(toFailure(error));
  else if (error.exitCode !== 0) sayUsage(error);
}

/** A command line that can not be understood; where commander has shown the help, that says it all. */
function sayUsage({ code, message }: CommanderError): void {
  process.exitCode = 1;
  if (code !== 'commander.help') sayFailure(failure('usage_wrong', { reason: message.replace(/^error: /, '') }));
}
