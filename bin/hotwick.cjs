#!/usr/bin/env node
'use strict';
/**
 * Starts Hotwick on a Node that can run it. On an older Node it starts itself again with the one that npm installed
 * beside it, passing on arguments, terminal, signals and exit status. CommonJS and old syntax, because any Node must
 * understand this file.
 */
const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const NODE_MAJOR_MIN = 24;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];
const ENTRIES = [join(__dirname, '../src/app/cli/main.ts'), join(__dirname, '../dist/server/main.js')];

function fail(message) {
  process.stderr.write(`hotwick: ${message}\n`);
  process.exitCode = 1;
}

/** The Node binary of the optional platform package, or null where there is none. */
function findBundledNode() {
  try {
    return require.resolve(`node-${process.platform}-${process.arch}/bin/node`);
  } catch {
    // Not every platform has such a package; the caller says what to install.
    return null;
  }
}

/** A terminal sends Ctrl-C to both processes by itself; passing it on would make it two. */
function sendsSignalItself(signal) {
  const isFromTerminal = signal === 'SIGINT' || signal === 'SIGQUIT';
  return isFromTerminal && (process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY);
}

function restartWith(binary) {
  const child = spawn(binary, [...process.execArgv, __filename, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (!sendsSignalItself(signal)) child.kill(signal);
    });
  }
  child.once('error', (error) => fail(`${binary} did not start: ${error.message}`));
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    // End the same way, so that whoever started this process sees the true reason.
    for (const name of SIGNALS) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}

function start() {
  const entry = ENTRIES.find((path) => existsSync(path));
  if (entry === undefined)
    return fail(`the program is not built; run \`npm run build\` (looked for ${ENTRIES.join(', ')})`);
  // The second start is then twice as fast. Node keeps it in the system's folder for temporary files.
  if (enableCompileCache !== undefined) enableCompileCache();
  return import(pathToFileURL(entry).href);
}

const major = Number(process.versions.node.split('.')[0]);
const bundledNode = major < NODE_MAJOR_MIN ? findBundledNode() : null;
if (major >= NODE_MAJOR_MIN) start();
else if (bundledNode !== null) restartWith(bundledNode);
else {
  fail(
    `this is Node ${process.versions.node}, Hotwick needs Node ${NODE_MAJOR_MIN} or newer. ` +
      `Install it from https://nodejs.org, or reinstall Hotwick with its optional packages (npm install --include=optional).`,
  );
}
