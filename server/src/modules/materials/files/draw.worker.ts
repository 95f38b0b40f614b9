// A process of its own that opens what people upload: PDFs and pictures can be hostile, and this one holds no secrets
// and can be killed. Asked and answered over IPC (draw-protocol.ts), one question at a time.
import { PDFiumLibrary } from '@hyzyla/pdfium'
import { LIMITS } from '@zhike/shared'
import sharp from 'sharp'
import type { Sharp } from 'sharp'
import type { DrawAnswer, DrawAsk, DrawRefusal } from './draw-protocol.ts'
import { CARD_NAME, CARD_SIZE, COVER_NAME, COVER_SIZE, PAGE_WIDTHS, imageName, pageName } from './picture-names.ts'

/** WebP ends at 16,383 pixels. */
const MAX_HEIGHT = 16_000
const MAX_PAGE_PIXELS = 20_000_000
const [SMALL, LARGE] = PAGE_WIDTHS

sharp.cache(false)
sharp.concurrency(1)

class Refused extends Error {
  constructor(readonly reason: DrawRefusal) { super(reason) }
}

type Pdf = Awaited<ReturnType<PDFiumLibrary['loadDocument']>>
let pdf: Pdf | null = null

async function openPdf(bytes: Uint8Array): Promise<DrawAnswer> {
  const library = await PDFiumLibrary.init()
  try {
    pdf = await library.loadDocument(bytes)
  } catch (error) {
    throw new Refused(error instanceof Error && /password|security/i.test(error.message) ? 'encrypted' : 'damaged')
  }
  const pages = pdf.getPageCount()
  if (pages < 1) throw new Refused('damaged')
  return { kind: 'opened', pages }
}

async function drawPage(page: number): Promise<DrawAnswer> {
  if (!pdf) throw new Error('no PDF is open')
  const found = pageOf(pdf, page)
  const { originalWidth, originalHeight } = found.getOriginalSize()
  if (!(originalWidth > 0) || !(originalHeight > 0)) throw new Refused('page')
  const scale = Math.min(LARGE / originalWidth, MAX_HEIGHT / originalHeight, Math.sqrt(MAX_PAGE_PIXELS / (originalWidth * originalHeight)))
  const width = Math.max(1, Math.round(originalWidth * scale))
  const height = Math.max(1, Math.round(originalHeight * scale))
  const bitmap = await found.render({ width, height, render: 'bitmap' })
  const source = () => sharp(bitmap.data, { raw: { width, height, channels: 4 } }).removeAlpha()
  const small = await pictureOf(source(), SMALL)
  const pictures = [
    { name: pageName(page, SMALL), bytes: small.bytes },
    { name: pageName(page, LARGE), bytes: (await pictureOf(source(), LARGE)).bytes },
    ...(page === 1 ? await covers(source) : []),
  ]
  return { kind: 'drawn', width: small.width, height: small.height, pictures, original: { width: Math.max(1, Math.round(originalWidth)), height: Math.max(1, Math.round(originalHeight)) } }
}

function pageOf(opened: Pdf, page: number) {
  try {
    return opened.getPage(page - 1)
  } catch (error) {
    throw Object.assign(new Refused('page'), { cause: error })
  }
}

/** Turned upright and without metadata (position, camera, thumbnails): sharp keeps none unless asked to. */
async function drawPicture(bytes: Uint8Array): Promise<DrawAnswer> {
  const source = () => sharp(bytes, { limitInputPixels: LIMITS.imagePixels, failOn: 'error' }).autoOrient().flatten({ background: '#ffffff' })
  const original = await sizeOf(bytes)
  try {
    const small = await pictureOf(source(), SMALL)
    const pictures = [
      { name: imageName(SMALL), bytes: small.bytes },
      { name: imageName(LARGE), bytes: (await pictureOf(source(), LARGE)).bytes },
      ...(await covers(source)),
    ]
    return { kind: 'drawn', width: small.width, height: small.height, pictures, original }
  } catch (error) {
    throw Object.assign(new Refused('damaged'), { cause: error })
  }
}

async function sizeOf(bytes: Uint8Array): Promise<{ width: number; height: number }> {
  const { format, autoOrient } = await sharp(bytes, { limitInputPixels: false }).metadata().catch((error: unknown) => {
    throw Object.assign(new Refused('damaged'), { cause: error })
  })
  if (format !== 'jpeg' && format !== 'png') throw new Refused('damaged')
  if (autoOrient.width * autoOrient.height > LIMITS.imagePixels) throw new Refused('pixels')
  return { width: autoOrient.width, height: autoOrient.height }
}

async function pictureOf(source: Sharp, width: number): Promise<{ bytes: Uint8Array; width: number; height: number }> {
  const { data, info } = await source.resize({ width, height: MAX_HEIGHT, fit: 'inside', withoutEnlargement: true }).webp({ quality: 80, effort: 4 }).toBuffer({ resolveWithObject: true })
  return { bytes: data, width: info.width, height: info.height }
}

/** Squares showing the upper part: for our lists, and for WeCom's link card. */
async function covers(source: () => Sharp): Promise<{ name: string; bytes: Uint8Array }[]> {
  const square = (edge: number) => source().resize({ width: edge, height: edge, fit: 'cover', position: 'north' })
  return [
    { name: COVER_NAME, bytes: await square(COVER_SIZE).webp({ quality: 78, effort: 4 }).toBuffer() },
    { name: CARD_NAME, bytes: await square(CARD_SIZE).jpeg({ quality: 82, mozjpeg: true }).toBuffer() },
  ]
}

function answerTo(ask: DrawAsk): Promise<DrawAnswer> {
  switch (ask.kind) {
    case 'open-pdf': return openPdf(ask.bytes)
    case 'draw-page': return drawPage(ask.page)
    case 'draw-picture': return drawPicture(ask.bytes)
  }
}

const say = (answer: DrawAnswer) => process.send?.(answer)
// Only the server ends this process, also when the terminal interrupts both.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
process.on('disconnect', () => process.exit(0))
process.on('message', (ask: DrawAsk) => {
  answerTo(ask).then(say, (error: unknown) => {
    if (error instanceof Refused) return say({ kind: 'refused', reason: error.reason })
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    process.exit(1)
  })
})
