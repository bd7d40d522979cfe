/**
 * Bundles for publication: the server in dist/server, packages left to npm, and the client as one file without packages
 * in dist/client, with its type declarations; both with source maps. A checkout needs neither, because Node runs the
 * TypeScript source directly.
 */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '..');
// The process that learns is started by its file's name, beside the program.
const SERVER = { main: 'src/app/cli/main.ts', 'learning-process': 'src/app/ml/learning-process.ts' } as const;
const CLIENT = { index: 'src/client/index.ts' } as const;

async function bundle(
  target: typeof SERVER | typeof CLIENT,
  settings: BuildOptions & { outdir: string },
): Promise<void> {
  rmSync(settings.outdir, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: Object.fromEntries(Object.entries(target).map(([name, entry]) => [name, resolve(ROOT, entry)])),
    bundle: true,
    format: 'esm',
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
    ...settings,
  });
  for (const [path, { bytes }] of Object.entries(metafile?.outputs ?? {})) {
    console.log(`${relative(ROOT, resolve(path))} ${(bytes / 1024).toFixed(1)} KiB`);
  }
}

/** Replaces `outdir` with a fresh bundle; rejects with esbuild's report when the source does not build. */
export async function buildServer(outdir: string): Promise<void> {
  await bundle(SERVER, { outdir, platform: 'node', target: 'node24', packages: 'external' });
}

/**
 * Replaces `folder` with a fresh bundle of the client, its declarations in `types` below it; rejects with esbuild's
 * report when the source does not build, or after the compiler's when the declarations can not be made.
 */
export async function buildClient(folder: string): Promise<void> {
  await bundle(CLIENT, { outdir: folder, platform: 'neutral', target: 'es2022' });
  const compiler = resolve(ROOT, 'node_modules/typescript/bin/tsc');
  const args = [compiler, '-p', resolve(ROOT, 'tools/client-types.json'), '--outDir', resolve(folder, 'types')];
  execFileSync(process.execPath, args, { stdio: 'inherit' });
}

if (import.meta.main) {
  await buildServer(resolve(ROOT, 'dist/server'));
  await buildClient(resolve(ROOT, 'dist/client'));
}
