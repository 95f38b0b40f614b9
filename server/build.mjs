// Bundles the server, or with the argument `sandbox` the sandbox, for production: our own packages inside, npm packages outside.
import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))

/**
 * What each part consists of: its folder and its entries, `dist/<name>.js` from a source.
 * Entries whose source doesn't exist are left out.
 */
const PARTS = {
  server: {
    folder: here,
    entries: { main: 'src/main.ts', demo: 'src/demo/main.ts', corp: 'src/corp-cli.ts', ...workerEntries(join(here, 'src')) },
  },
  sandbox: {
    folder: join(here, 'sandbox'),
    entries: { main: 'src/main.ts', gate: 'src/gate.ts' },
  },
}

/** Each `<name>.worker.ts` runs in a thread or process of its own, so it is a file of its own: `dist/<name>.worker.js`. */
function workerEntries(source) {
  if (!existsSync(source)) return {}
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.worker.ts'))
  return Object.fromEntries(files.map((file) => [basename(file, '.ts'), join('src', file)]))
}

/**
 * `@zhike/*` is bundled, every other package stays an import. The gate is bundled with the sandbox, whose packages it
 * uses, and only pointed at from the server: a production server never loads it.
 */
const ourPackagesOnly = (dist) => ({
  name: 'our-packages-only',
  setup(bundler) {
    bundler.onResolve({ filter: /^@zhike\/sandbox\/gate$/ }, () => {
      const gate = relative(dist, join(PARTS.sandbox.folder, 'dist/gate.js'))
      return { path: gate.split('\\').join('/'), external: true }
    })
    bundler.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path.startsWith('@zhike/') ? undefined : { path, external: true },
    )
  },
})

const name = process.argv[2] ?? 'server'
const part = PARTS[name]
if (!part) throw new Error(`unknown part ${name}: ${Object.keys(PARTS).join(', ')}`)
const entries = Object.entries(part.entries).filter(([, source]) => existsSync(join(part.folder, source)))
const dist = join(part.folder, 'dist')
try {
  await build({
    absWorkingDir: part.folder,
    entryPoints: Object.fromEntries(entries),
    outdir: dist,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    sourcemap: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [ourPackagesOnly(dist)],
  })
} catch (error) {
  // esbuild has shown what is wrong with the sources, and where.
  if (!Array.isArray(error.errors)) throw error
  process.exitCode = 1
}
