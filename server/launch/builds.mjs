// What `npm start` builds, and whether it has to: a part is built again when one of its source files changed.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { mustRun } from './exec.mjs'
import { inRoot, ROOT } from './places.mjs'
import { preparing } from './preparing.mjs'
import { step } from './say.mjs'

const STAMPS = inRoot('node_modules/.zhike-build')

/**
 * @typedef {object} Part
 * @property {string} title Chinese
 * @property {'pages' | 'bundle'} kind pages run in the browser; a bundle is what `npm run dev` runs from its sources instead
 * @property {string} needs a source file without which there is nothing to build
 * @property {string[]} inputs files and folders
 * @property {string} output a file that exists when it is built
 * @property {() => Promise<string>} build
 */

const node = (title, ...args) => mustRun(`构建${title}`, process.execPath, args)
const vite = (title, folder, bin) => mustRun(`构建${title}`, process.execPath, [bin, 'build', '--logLevel', 'warn'], { cwd: folder })

export const H5_FOLDER = inRoot('h5')
export const SANDBOX_CLIENT_FOLDER = inRoot('server/sandbox/client')
/** Vite's program, of the package that builds with it. @param {string} folder of that package */
export const viteOf = (folder) => join(folder, 'node_modules/vite/bin/vite.js')

const COMMON = ['pnpm-lock.yaml', 'tsconfig.json', 'shared/src', 'shared/package.json']

/** @type {Part[]} the slowest first: two cores are kept busy to the end */
const PARTS = [
  {
    title: '手机页面',
    kind: 'pages',
    needs: 'h5/vite.config.ts',
    inputs: [...COMMON, 'h5'],
    output: 'h5/dist',
    build: () => vite('手机页面', H5_FOLDER, viteOf(H5_FOLDER)),
  },
  {
    title: '模拟企业微信的界面',
    kind: 'pages',
    needs: 'server/sandbox/client/vite.config.ts',
    inputs: [...COMMON, 'server/sandbox/client', 'server/sandbox/src', 'server/sandbox/package.json'],
    output: 'server/sandbox/client/dist',
    build: () => vite('模拟企业微信的界面', SANDBOX_CLIENT_FOLDER, viteOf(inRoot('server/sandbox'))),
  },
  {
    title: '服务端',
    kind: 'bundle',
    needs: 'server/src/main.ts',
    inputs: [...COMMON, 'server/build.mjs', 'server/package.json', 'server/src', 'server/sandbox/src'],
    output: 'server/dist/main.js',
    build: () => node('服务端', inRoot('server/build.mjs'), 'server'),
  },
  {
    title: '模拟企业微信',
    kind: 'bundle',
    needs: 'server/sandbox/src/main.ts',
    inputs: [...COMMON, 'server/build.mjs', 'server/sandbox/package.json', 'server/sandbox/src'],
    output: 'server/sandbox/dist/main.js',
    build: () => node('模拟企业微信', inRoot('server/build.mjs'), 'sandbox'),
  },
]

/** Builds what is out of date, two parts at a time. @param {Part['kind'][]} [kinds] */
export async function ensureBuilt(kinds = ['pages', 'bundle']) {
  const parts = PARTS.filter((part) => kinds.includes(part.kind) && existsSync(inRoot(part.needs)))
  await step('正在构建', '构建已是最新', async () => {
    if (parts.every(isFresh)) return
    await preparing(async () => {
      const stale = parts.filter((part) => !isFresh(part))
      const worker = async () => {
        for (let part = stale.shift(); part; part = stale.shift()) await buildPart(part)
      }
      const results = await Promise.allSettled([worker(), worker()])
      const failure = results.find((result) => result.status === 'rejected')
      if (failure) throw failure.reason
    })
  })
}

async function buildPart(part) {
  const inputs = fingerprint(part)
  rmSync(stampOf(part), { force: true })
  await step(`正在构建${part.title}`, `${part.title}构建完成`, part.build)
  mkdirSync(STAMPS, { recursive: true })
  writeFileSync(stampOf(part), inputs)
}

const stampOf = (part) => join(STAMPS, part.output.replaceAll('/', '-'))
const isFresh = (part) => existsSync(inRoot(part.output)) && existsSync(stampOf(part)) && readFileSync(stampOf(part), 'utf8') === fingerprint(part)

const NOT_SOURCE = new Set(['node_modules', 'dist', '.data'])

/** A hash over names and contents (the times of files change with every checkout), without type declarations, which builds write themselves. */
function fingerprint(part) {
  const hash = createHash('sha256').update(process.version)
  for (const input of part.inputs) addTo(hash, inRoot(input))
  return hash.digest('hex')
}

function addTo(hash, path) {
  if (!existsSync(path)) return
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).sort()) if (!NOT_SOURCE.has(name) && !name.endsWith('.d.ts')) addTo(hash, join(path, name))
  } else hash.update(`\n${relative(ROOT, path)}\n`).update(readFileSync(path))
}
