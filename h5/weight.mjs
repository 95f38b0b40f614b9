/**
 * Weighs what a phone must load until the first screen is painted: JS and CSS of each entry, gzipped, from the manifest
 * of the build. Fails over budget (ui.md "Weight"). Run after `vite build`: node weight.mjs
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const KB = 1024
/** `also`: dynamically imported sources that the first screen shows. */
const ENTRIES = [
  { name: '侧边栏 · 客户', app: 'sidebar', entry: 'sidebar.html', also: ['src/common/customer/CustomerScreen.vue'], budget: 80 * KB },
  { name: '侧边栏 · 客户群', app: 'sidebar', entry: 'sidebar.html', also: ['src/sidebar/group/GroupScreen.vue'], budget: 80 * KB },
  { name: '侧边栏 · 素材', app: 'sidebar', entry: 'sidebar.html', also: ['src/sidebar/pages/MaterialsPage.vue'], budget: 80 * KB },
  { name: '工作台', app: 'workbench', entry: 'workbench.html', also: [], budget: 95 * KB },
  { name: '客户页脚本', app: 'reader', entry: 'src/customer/reader.ts', also: [], budget: 15 * KB },
]

const dist = fileURLToPath(new URL('./dist/', import.meta.url))
/** What one app is made of: `.vite/<app>.json`, see vite.config.ts. */
const manifestOf = (app) => JSON.parse(readFileSync(`${dist}.vite/${app}.json`, 'utf8'))

function filesOf(manifest, source, found = new Set()) {
  const part = manifest[source]
  if (!part) throw new Error(`${source} is not in the manifest of the build`)
  if (found.has(part.file)) return found
  found.add(part.file)
  for (const css of part.css ?? []) found.add(css)
  for (const imported of part.imports ?? []) filesOf(manifest, imported, found)
  return found
}

let over = 0
const parts = []
for (const { name, app, entry, also, budget } of ENTRIES) {
  const manifest = manifestOf(app)
  parts.push(...Object.values(manifest))
  const files = filesOf(manifest, entry)
  for (const source of also) filesOf(manifest, source, files)
  const weighed = [...files].map((file) => ({ file, bytes: gzipSync(readFileSync(dist + file), { level: 9 }).length }))
  const total = weighed.reduce((sum, { bytes }) => sum + bytes, 0)
  const verdict = total > budget ? '超出' : '合格'
  if (total > budget) over += 1
  console.log(`${name}  ${(total / KB).toFixed(1)} KB / ${budget / KB} KB  ${verdict}`)
  for (const { file, bytes } of weighed.sort((a, b) => b.bytes - a.bytes)) console.log(`    ${(bytes / KB).toFixed(1).padStart(6)} KB  ${file}`)
}
const styles = new Set(parts.flatMap(({ file, css = [] }) => [file, ...css]).filter((name) => name.endsWith('.css')))
for (const name of styles) {
  if (!/base64|alicdn/.test(readFileSync(dist + name, 'utf8'))) continue
  console.error(`${name} carries an embedded font or names a third-party host`)
  over += 1
}
process.exitCode = over > 0 ? 1 : 0
