/**
 * Builds the operator's desk into `dist/desk`, apart from the chart's page: the trading process serves it, and whoever
 * only looks at charts never loads it. In development the desk of a running `hotwick trade` is proxied.
 */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const desk = 'http://127.0.0.1:18081';

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  build: { outDir: '../../dist/desk', emptyOutDir: true, target: 'es2023' },
  server: {
    host: '127.0.0.1',
    proxy: { '/hotcoin': desk, '/ws': { target: desk, ws: true } },
  },
});
