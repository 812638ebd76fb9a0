import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The console, and the scripts and styles that the portal's pages load by the manifest. */
export default defineConfig({
  root: here('.'),
  base: '/web/',
  plugins: [react()],
  build: {
    outDir: here('dist'),
    emptyOutDir: true,
    manifest: true,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      input: {
        console: here('index.html'),
        map: here('src/map.ts'),
        pages: here('src/portal.ts'),
        portal: here('src/portal.css'),
      },
    },
  },
  worker: { format: 'es' },
});
