/**
 * The commands by name. A command's module brings half the program with it, so only the one that was asked for is loaded;
 * all of them only where the command line names none, which is when help lists them.
 */
import type { Command } from 'commander';

/** Loads a command and adds it to the program. */
type AddCommand = (program: Command) => Promise<void>;

/** In the order of the help. */
const COMMANDS: Readonly<Record<string, AddCommand>> = {
  demo: async (program) => (await import('./demo-command.ts')).addDemoCommand(program),
  up: async (program) => (await import('./up-command.ts')).addUpCommand(program),
  trade: async (program) => (await import('./trade-command.ts')).addTradeCommand(program),
  'emergency-close': async (program) => (await import('./emergency-command.ts')).addEmergencyCommand(program),
  why: async (program) => (await import('./why-command.ts')).addWhyCommand(program),
  events: async (program) => (await import('./events-command.ts')).addEventsCommand(program),
  sim: async (program) => (await import('./sim-command.ts')).addSimCommand(program),
  scan: async (program) => (await import('./scan-command.ts')).addScanCommand(program),
  backtest: async (program) => (await import('./backtest-command.ts')).addBacktestCommand(program),
  replay: async (program) => (await import('./replay-command.ts')).addReplayCommand(program),
  data: addData,
  signals: async (program) => {
    const { addSignalsCommand } = await import('./signals-command.ts');
    const { addSignalsVerifyCommand } = await import('./signals-verify-command.ts');
    addSignalsVerifyCommand(addSignalsCommand(program));
  },
  profiles: async (program) => (await import('./profiles-command.ts')).addProfilesCommand(program),
  audit: async (program) => {
    const { addLookaheadCommand } = await import('./audit-lookahead-command.ts');
    addLookaheadCommand(program.command('audit').description('audits: lookahead'));
  },
  ml: async (program) => (await import('./ml-command.ts')).addMlCommand(program),
  operator: async (program) => (await import('./operator-command.ts')).addOperatorCommand(program),
  mcp: async (program) => (await import('./mcp-command.ts')).addMcpCommand(program),
  backup: async (program) => (await import('./backup-command.ts')).addBackupCommand(program),
  doctor: async (program) => (await import('./doctor-command.ts')).addDoctorCommand(program),
  config: async (program) => (await import('./config-command.ts')).addConfigCommand(program),
  completion: async (program) => {
    const { addCompletionCommand } = await import('./completion-command.ts');
    addCompletionCommand(program, (whole) => addCommands(whole, undefined));
  },
};

async function addData(program: Command): Promise<void> {
  const data = program.command('data').description('candles: download, import, export, audit, verify');
  (await import('./data-download-command.ts')).addDownloadCommand(data);
  (await import('./data-import-command.ts')).addImportCommand(data);
  (await import('./data-export-command.ts')).addExportCommand(data);
  (await import('./data-audit-command.ts')).addAuditCommand(data);
  (await import('./data-verify-command.ts')).addVerifyCommand(data);
}

/** Adds the command that `wanted` names, else all of them. */
export async function addCommands(program: Command, wanted: string | undefined): Promise<void> {
  const only = Object.hasOwn(COMMANDS, wanted ?? '') ? COMMANDS[wanted ?? ''] : undefined;
  for (const add of only === undefined ? Object.values(COMMANDS) : [only]) await add(program);
}
