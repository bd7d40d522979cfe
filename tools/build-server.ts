/**
 * Bundles the server for publication: one file with a source map in dist/server, packages left to npm. A checkout does
 * not need it, because Node runs the TypeScript source directly.
 */
import { rmSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { build } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '..');
const ENTRY = resolve(ROOT, 'src/app/cli/main.ts');
const OUT_FOLDER = resolve(ROOT, 'dist/server');

/** Replaces dist/server with a fresh bundle; rejects with esbuild's report when the source does not build. */
export async function buildServer(): Promise<void> {
  rmSync(OUT_FOLDER, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: { main: ENTRY },
    outdir: OUT_FOLDER,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    packages: 'external',
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
  });
  for (const [path, { bytes }] of Object.entries(metafile.outputs)) {
    console.log(`${relative(ROOT, resolve(path))} ${(bytes / 1024).toFixed(1)} KiB`);
  }
}

if (import.meta.main) await buildServer();
