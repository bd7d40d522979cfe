/**
 * `hotwick mcp`: lets an assistant look at trading. Standard output belongs to the protocol; whatever else there is to say
 * goes to standard error.
 */
import { resolve } from 'node:path';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { Command } from 'commander';
import { createWallClock } from '../../adapters/clock/wall-clock.ts';
import { failure } from '../../model/failure.ts';
import { loadConfig, readDeskEnvironment } from '../config.ts';
import { createDeskSource } from '../mcp/desk-source.ts';
import { createFileSource } from '../mcp/file-source.ts';
import { createMcpServer } from '../mcp/mcp-server.ts';
import { packageVersion } from '../version.ts';
import { sayFailure } from './output.ts';

const EXAMPLES = `
Examples:
  HOTWICK_URL=http://127.0.0.1:18081 HOTWICK_TOKEN=hw_... hotwick mcp     asks the running desk
  hotwick mcp --data-dir /var/lib/hotwick                                reads its files

An assistant starts it and speaks the Model Context Protocol on its standard input and output. Its tools only look: status,
candidates, positions, why, candles, report. Make the token with: hotwick operator token --name assistant --scope read`;

/** Adds the command. */
export function addMcpCommand(program: Command): void {
  program
    .command('mcp')
    .description('answer an assistant about trading over MCP (stdio); it only looks')
    .option('--data-dir <dir>', 'files to read where no desk is named (default: HOTWICK_HOME or ~/.hotwick)')
    .addHelpText('after', EXAMPLES)
    .action(runMcp);
}

async function runMcp({ dataDir }: { readonly dataDir?: string }): Promise<void> {
  const config = loadConfig();
  if (!config.ok) return sayFailure(config.error);
  const desk = readDeskEnvironment();
  if (desk !== null && !/^https?:$/.test(URL.canParse(desk.url) ? new URL(desk.url).protocol : '')) {
    return sayFailure(failure('usage_wrong', { reason: 'HOTWICK_URL is not an http URL' }));
  }
  const clock = createWallClock();
  const dir = resolve(dataDir ?? config.value.home);
  const source = desk === null ? createFileSource({ dir, now: () => clock.now() }) : createDeskSource(desk);
  const server = createMcpServer({ source, version: packageVersion(), clock });
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  server.server.onclose = close;
  process.stdin.once('end', close);
  await server.connect(new StdioServerTransport());
  await closed;
  await server.close();
  clock.close();
}
