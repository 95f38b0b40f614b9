import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { DrawBroken, DrawRefused, withDrawProcess } from '../../server/src/modules/materials/files/drawing.ts'
import { A4, a4Pages, pdfOf } from '../fixtures/materials/pdf.ts'

const refusal = (work: Promise<unknown>) => work.then(() => 'drawn', (error: unknown) => (error instanceof DrawRefused ? error.reason : error))

describe('drawing in a process of its own', () => {
  it('draws a PDF page in two widths, the first one with covers · MAT-5', async () => {
    const drawn = await withDrawProcess(async (draw) => {
      expect(await draw.openPdf(pdfOf([A4, { width: 842, height: 595 }]))).toBe(2)
      return [await draw.drawPage(1), await draw.drawPage(2)]
    })
    expect(drawn.map((page) => page.pictures.map((picture) => picture.name))).toEqual([['p1-720.webp', 'p1-1080.webp', 'cover-360.webp', 'cover-card.jpg'], ['p2-720.webp', 'p2-1080.webp']])
    expect([drawn[0]?.width, drawn[0]?.height]).toEqual([720, 1019])
    const card = await sharp(drawn[0]?.pictures[3]?.bytes).metadata()
    expect([card.format, card.width, card.height]).toEqual(['jpeg', 400, 400])
    const large = await sharp(drawn[1]?.pictures[1]?.bytes).metadata()
    expect([large.format, large.width, large.height]).toEqual(['webp', 1080, 763])
  })

  it('says what is wrong with a PDF: password, damage', async () => {
    expect(await refusal(withDrawProcess((draw) => draw.openPdf(pdfOf([A4], { encrypted: true }))))).toBe('encrypted')
    expect(await refusal(withDrawProcess((draw) => draw.openPdf(Buffer.from('%PDF-1.7\nnothing of a PDF follows'))))).toBe('damaged')
    expect(await refusal(withDrawProcess((draw) => draw.openPdf(a4Pages(0))))).toBe('damaged')
  })

  it('bounds what a page may cost: extreme sizes are drawn small enough for WebP and memory', async () => {
    const [tall, wide] = await withDrawProcess(async (draw) => {
      await draw.openPdf(pdfOf([{ width: 20, height: 14_000 }, { width: 14_000, height: 20 }]))
      return [await draw.drawPage(1), await draw.drawPage(2)]
    })
    expect(tall?.height).toBeLessThanOrEqual(16_000)
    expect(wide?.width).toBeLessThanOrEqual(1080)
  })

  it('turns pictures upright and keeps none of their metadata · MAT-7', async () => {
    const photo = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#c0ffee' } }).withExif({ IFD0: { Artist: 'somebody' }, IFD3: { GPSLatitude: '31/1 13/1 0/1' } }).withMetadata({ orientation: 6 }).jpeg().toBuffer()
    expect((await sharp(photo).metadata()).exif).toBeDefined()
    const drawn = await withDrawProcess((draw) => draw.drawPicture(photo))
    expect(drawn.original).toEqual({ width: 200, height: 300 })
    expect([drawn.width, drawn.height]).toEqual([200, 300])
    for (const picture of drawn.pictures) {
      const { exif, orientation, icc, xmp } = await sharp(picture.bytes).metadata()
      expect({ exif, orientation, icc, xmp }).toEqual({ exif: undefined, orientation: undefined, icc: undefined, xmp: undefined })
    }
  })

  it('refuses pictures with too many pixels without decoding them', async () => {
    // A small picture whose header says 60,000 × 60,000.
    const bomb = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#000' } }).png().toBuffer()
    bomb.writeUInt32BE(60_000, 16)
    bomb.writeUInt32BE(60_000, 20)
    bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29)
    expect(await refusal(withDrawProcess((draw) => draw.drawPicture(bomb)))).toBe('pixels')
  })

  it('ends a process that takes too long or too much memory', async () => {
    const slow = await withDrawProcess((draw) => draw.openPdf(a4Pages(1)), { ms: 1, cpuMs: Infinity, memory: Infinity }).catch((error: unknown) => error)
    expect(slow).toBeInstanceOf(DrawBroken)
    expect(slow).toMatchObject({ why: 'time' })
    if (process.platform === 'linux') {
      const big = withDrawProcess(async (draw) => {
        await draw.openPdf(a4Pages(100))
        for (let page = 1; page <= 100; page++) await draw.drawPage(page)
      }, { ms: 60_000, cpuMs: Infinity, memory: 1_000_000 }).catch((error: unknown) => error)
      expect(await big).toMatchObject({ why: 'memory' })
      const busy = withDrawProcess((draw) => draw.openPdf(a4Pages(300)), { ms: 60_000, cpuMs: 0, memory: Infinity }).catch((error: unknown) => error)
      expect(await busy).toMatchObject({ why: 'time' })
    }
  })
})
