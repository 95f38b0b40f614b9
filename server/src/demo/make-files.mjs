// Makes the demo shop's PDFs and pictures: `node server/src/demo/make-files.mjs`. Run by hand when a text has changed;
// what it makes is checked in, so that a first start needs no browser. The film needs ffmpeg.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromiumPath } from '../../launch/for-tests.mjs'
import { paperHtml, posterHtml } from './making/layout.mjs'
import { PAPERS } from './making/papers.mjs'
import { POSTERS } from './making/posters.mjs'
import { FILM, slideHtml } from './making/slides.mjs'

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
  await makeFilm(page)
  await makeTable()
} finally {
  await browser.close()
}
if (total > limit) throw new Error(`the files take ${total} bytes; at most ${limit} belong into the repository`)

/** Slides that fade into each other, H.264 with its index in front: phones begin to play at once. */
async function makeFilm(page) {
  const frames = mkdtempSync(join(tmpdir(), 'film-'))
  const { seconds, slides, width, height, file } = FILM
  await page.setViewportSize({ width, height })
  for (const [i, slide] of slides.entries()) {
    await page.setContent(slideHtml(slide))
    writeFileSync(join(frames, `${i}.png`), await page.screenshot({ type: 'png' }))
  }
  const fade = 0.5
  const inputs = slides.flatMap((_, i) => ['-loop', '1', '-t', String(seconds + fade), '-i', join(frames, `${i}.png`)])
  const steps = slides.slice(1).map((_, i) => `[${i === 0 ? '0' : `f${i}`}][${i + 1}]xfade=transition=fade:duration=${fade}:offset=${(i + 1) * seconds}[f${i + 1}]`)
  execFileSync('ffmpeg', ['-y', '-loglevel', 'error', ...inputs, '-filter_complex', steps.join(';'), '-map', `[f${slides.length - 1}]`, '-r', '12', '-c:v', 'libx264', '-profile:v', 'main', '-pix_fmt', 'yuv420p', '-crf', '30', '-movflags', '+faststart', join(frames, 'film.mp4')])
  keep(file, readFileSync(join(frames, 'film.mp4')))
  rmSync(frames, { recursive: true })
}

async function makeTable() {
  const { Workbook } = createRequire(new URL('../../package.json', import.meta.url))('exceljs')
  const book = new Workbook()
  const sheet = book.addWorksheet('会员积分')
  sheet.columns = [{ header: '等级', width: 12 }, { header: '累计消费（元）', width: 16 }, { header: '每元积分', width: 12 }, { header: '生日礼', width: 24 }]
  sheet.addRows([['普通会员', 0, 1, '—'], ['银卡', 1000, 1.2, '20 元券'], ['金卡', 5000, 1.5, '50 元券和小礼物'], ['黑金', 20000, 2, '100 元券和上门护理一次']])
  keep('points.xlsx', Buffer.from(await book.xlsx.writeBuffer()))
}
