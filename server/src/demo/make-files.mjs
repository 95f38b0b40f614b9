// Makes the demo shop's PDFs and pictures: `node server/src/demo/make-files.mjs`. Run by hand when a text has changed;
// what it makes is checked in, so that a first start needs no browser.
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { chromiumPath } from '../../launch/for-tests.mjs'
import { paperHtml, posterHtml } from './making/layout.mjs'
import { PAPERS } from './making/papers.mjs'
import { POSTERS } from './making/posters.mjs'

const { chromium } = createRequire(new URL('../../../tests/package.json', import.meta.url))('playwright-core')
const folder = new URL('./files/', import.meta.url)
const limit = 4 * 1024 * 1024

const browser = await chromium.launch({ executablePath: chromiumPath(), args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
let total = 0
function keep(name, bytes) {
  const path = fileURLToPath(new URL(name, folder))
  writeFileSync(path, bytes)
  total += statSync(path).size
  console.log(`${String(Math.round(bytes.length / 1024)).padStart(5)} KB  ${name}`)
}
try {
  const page = await browser.newPage()
  for (const paper of PAPERS) {
    await page.setContent(paperHtml(paper))
    keep(paper.file, await page.pdf({ preferCSSPageSize: true, printBackground: true, tagged: false, outline: false }))
  }
  for (const poster of POSTERS) {
    await page.setViewportSize({ width: 1080, height: poster.height })
    await page.setContent(posterHtml(poster))
    keep(poster.file, await page.screenshot({ type: 'jpeg', quality: 82 }))
  }
} finally {
  await browser.close()
}
if (total > limit) throw new Error(`the files take ${total} bytes; at most ${limit} belong into the repository`)
