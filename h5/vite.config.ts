import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { VantResolver } from '@vant/auto-import-resolver'
import vue from '@vitejs/plugin-vue'
import components from 'unplugin-vue-components/vite'
import { build, defineConfig, type Plugin } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** The webviews of WeCom and WeChat (ui.md "Where it runs"). */
const TARGET = ['safari14', 'chrome87']

/**
 * Vant's icon style carries a 26 KB base64 font that also names a third-party host.
 * This swaps it for a few shapes drawn in CSS; everything else uses our own SVG icons.
 */
function vantIconsWithoutFont(): Plugin {
  const drawn = here('src/common/styles/vant-icons.css')
  return {
    name: 'zhike:vant-icons',
    enforce: 'pre',
    load(id) {
      if (!id.split('?')[0]?.endsWith('/vant/es/icon/index.css')) return null
      this.addWatchFile(drawn)
      return readFileSync(drawn, 'utf8')
    },
  }
}

/**
 * Builds the scripts of customer pages, each as one self-contained classic script, whatever it imports.
 * They are listed in the manifest under their source path, with their name.
 */
function customerScripts(scripts: Record<string, string>): Plugin {
  return {
    name: 'zhike:customer-scripts',
    apply: 'build',
    async generateBundle() {
      for (const [name, source] of Object.entries(scripts)) {
        const built = await build({
          configFile: false,
          root: here('.'),
          logLevel: 'warn',
          build: {
            write: false,
            target: TARGET,
            modulePreload: false,
            rolldownOptions: { input: here(source), output: { format: 'iife', codeSplitting: false } },
          },
        })
        const outputs = Array.isArray(built) ? built : [built]
        for (const result of outputs) {
          if (!('output' in result)) continue
          for (const file of result.output) {
            if (file.type !== 'chunk') continue
            this.addWatchFile(here(source))
            this.emitFile({ type: 'asset', name: `${name}.js`, originalFileName: source, source: file.code })
          }
        }
      }
    },
  }
}

/** Where `vite dev` finds the server: only for work on screens, production serves everything itself. */
const DEV_SERVER = 'http://localhost:3000'

export default defineConfig({
  root: here('.'),
  base: '/',
  plugins: [
    vantIconsWithoutFont(),
    vue(),
    components({ dirs: [], resolvers: [VantResolver()], dts: false }),
    customerScripts({ reader: 'src/customer/reader.ts' }),
  ],
  // Only <script setup> here and in Vant: the options API stays out of the bundle.
  define: { __VUE_OPTIONS_API__: 'false' },
  build: {
    target: TARGET,
    cssTarget: TARGET,
    manifest: true,
    assetsDir: 'assets',
    // Nothing is inlined as data: the content-security policy of the pages stays strict.
    assetsInlineLimit: 0,
    rolldownOptions: { input: { sidebar: here('sidebar.html'), workbench: here('workbench.html') } },
  },
  server: {
    proxy: Object.fromEntries(['/api', '/auth', '/files', '/sandbox', '/r/'].map((path) => [path, DEV_SERVER])),
  },
})
