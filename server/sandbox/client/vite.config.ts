import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Where `vite dev` finds the product with its sandbox gate: only for work on these screens. */
const PRODUCT = process.env.ZHIKE_PRODUCT ?? 'http://localhost:3000'

export default defineConfig({
  root: here('.'),
  base: '/sandbox/',
  plugins: [vue()],
  build: {
    assetsDir: 'assets',
    // Nothing is inlined as data: these pages live under the product's content-security policy.
    assetsInlineLimit: 0,
    rolldownOptions: { input: { desk: here('index.html'), console: here('console.html') } },
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/auth', '/files', '/sidebar', '/workbench', '/assets', '/r/', '^/sandbox/(api|device|shim|avatar|media|connect|wwlogin|files)'].map((path) => [path, PRODUCT]),
    ),
  },
})
