/**
 * Builds the page into `dist/web` with relative addresses, so that any path of any server can carry it. In
 * development the API of a running Hotwick is proxied from its default port.
 */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const api = 'http://127.0.0.1:18080';

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  build: { outDir: '../dist/web', emptyOutDir: true, target: 'es2023', chunkSizeWarningLimit: 700 },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': api, '/ws': { target: api, ws: true } },
  },
});
