import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import { VantResolver } from '@vant/auto-import-resolver'
import vue from '@vitejs/plugin-vue'
import components from 'unplugin-vue-components/vite'
import { defineConfig, transformWithOxc, type EnvironmentOptions, type Plugin } from 'vite'

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

/** Puts ahead.ts into the head of the pages, as the plain script that it is. The server's policy of the page names its digest. */
function scriptAhead(): Plugin {
  const file = here('src/common/ahead.ts')
  return {
    name: 'zhike:ahead',
    async transformIndexHtml(html) {
      const { code } = await transformWithOxc(readFileSync(file, 'utf8'), file)
      // Before the styles, which it would have to wait for.
      return html.replace('<title>', () => `<script>${code}</script><title>`)
    },
  }
}

interface ManifestPart { file: string; isEntry?: boolean }
const readManifest = (file: string): Record<string, ManifestPart> => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {})

/** `.vite/manifest.json`: where each entry of any app lies. The whole of one app is in a manifest of its own, `.vite/<app>.json`. */
function entriesOfAllApps(): Plugin {
  return {
    name: 'zhike:entries',
    apply: 'build',
    writeBundle({ dir }) {
      const ofApp = readManifest(`${dir}/.vite/${this.environment.name}.json`)
      const entries = Object.fromEntries(Object.entries(ofApp).filter(([, part]) => part.isEntry))
      const file = `${dir}/.vite/manifest.json`
      writeFileSync(file, JSON.stringify({ ...readManifest(file), ...entries }, null, 2))
    },
  }
}

const CODINGS = { br: promisify(brotliCompress), gz: promisify(gzip) }
/** Under this size a compressed file saves less than one packet. */
const COMPRESSED_FROM_BYTES = 1024

/** Beside each script and style `<name>.br` and `<name>.gz`: the server sends the one that the browser takes, and compresses nothing itself. */
async function compressAssets(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /\.(js|css|svg)$/.test(name))
  await Promise.all(names.map(async (name) => {
    const bytes = await readFile(`${folder}/${name}`)
    if (bytes.length < COMPRESSED_FROM_BYTES) return
    for (const [ending, compressed] of Object.entries(CODINGS)) await writeFile(`${folder}/${name}.${ending}`, await compressed(bytes))
  }))
}

/** Where `vite dev` finds the server: only for work on screens, production serves everything itself. */
const DEV_SERVER = 'http://localhost:3000'

type Apps = Record<string, EnvironmentOptions>
type Rolldown = NonNullable<NonNullable<EnvironmentOptions['build']>['rolldownOptions']>

/** Forms and sheets are opened now and then: what only they need stays out of what every screen loads. */
const notOfForms = /^(?!.*\/src\/common\/(forms|materials|tags|icons\/form-icons|sheet-|parts\/(BottomSheet|ConfirmSheet|ProgressLine|NavHeader|SectionTitle)))(?!.*\/node_modules\/(vant|@vant)\/)/

/**
 * Each app is built for itself: built together, the code they share would lie in common files, and every phone would load
 * what only the other app needs.
 */
function apps(watching: boolean): Apps {
  const app = (name: string, rolldownOptions: Rolldown, first = false): Apps => ({
    [name]: { consumer: 'client', build: { manifest: `.vite/${name}.json`, emptyOutDir: first && !watching, rolldownOptions } },
  })
  return {
    ...app('workbench', { input: here('workbench.html') }, true),
    // What three screens or more need lies in one file: in a dozen small ones it compresses worse, 5 KB in all.
    ...app('sidebar', { input: here('sidebar.html'), output: { codeSplitting: { groups: [{ name: 'common', minShareCount: 3, test: notOfForms }] } } }),
    // A script of the customer pages is one self-contained classic script, whatever it imports.
    ...app('reader', { input: here('src/customer/reader.ts'), output: { format: 'iife', codeSplitting: false } }),
  }
}

export default defineConfig(({ command }) => {
  const watching = ['--watch', '-w'].some((flag) => process.argv.includes(flag))
  const environments = command === 'build' ? apps(watching) : {}
  return {
    root: here('.'),
    base: '/',
    plugins: [
      vantIconsWithoutFont(),
      vue(),
      components({ dirs: [], resolvers: [VantResolver()], dts: false }),
      entriesOfAllApps(),
      scriptAhead(),
    ],
    // Only <script setup> here and in Vant: the options API stays out of the bundle.
    define: { __VUE_OPTIONS_API__: 'false' },
    environments,
    builder: {
      async buildApp(builder) {
        for (const name of Object.keys(environments)) {
          const environment = builder.environments[name]
          if (environment) await builder.build(environment)
        }
        if (!watching) await compressAssets(here('dist/assets'))
      },
    },
    build: {
      target: TARGET,
      cssTarget: TARGET,
      assetsDir: 'assets',
      // Nothing is inlined as data: the content-security policy of the pages stays strict.
      assetsInlineLimit: 0,
      // Older webviews load modules a little later without it; all of them would load the polyfill.
      modulePreload: { polyfill: false },
    },
    server: {
      proxy: Object.fromEntries(['/api', '/auth', '/files', '/sandbox', '/r/'].map((path) => [path, DEV_SERVER])),
    },
  }
})
