/**
 * Builds the operator's desk into `dist/desk`, apart from the chart's page: the trading process serves it, and whoever
 * only looks at charts never loads it. Beside each asset lies the same compressed, because a desk may be looked at from
 * far away. In development the desk of a running `hotwick trade` is proxied.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const desk = 'http://127.0.0.1:18081';
const outDir = resolve(import.meta.dirname, '../../dist/desk');

/** Writes `.br` and `.gz` beside scripts and sheets, as the server's static files expect them. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    closeBundle: () => {
      const assets = join(outDir, 'assets');
      for (const name of readdirSync(assets).filter((each) => /\.(js|css)$/.test(each))) {
        const bytes = readFileSync(join(assets, name));
        writeFileSync(join(assets, `${name}.br`), brotliCompressSync(bytes));
        writeFileSync(join(assets, `${name}.gz`), gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react(), compressed()],
  build: { outDir, emptyOutDir: true, target: 'es2023' },
  server: {
    host: '127.0.0.1',
    proxy: { '/hotcoin': desk, '/ws': { target: desk, ws: true } },
  },
});
