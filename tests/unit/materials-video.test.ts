import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { videoFacts } from '../../server/src/modules/materials/files/video-facts.ts'

const u16 = (n: number) => Buffer.from([n >> 8, n & 255])
const u32 = (n: number) => { const bytes = Buffer.alloc(4); bytes.writeUInt32BE(n); return bytes }
const box = (type: string, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts)
  return Buffer.concat([u32(content.length + 8), Buffer.from(type, 'latin1'), content])
}
const UPRIGHT = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000]
const ON_ITS_SIDE = [0, 0x10000, 0, 0xffff0000, 0, 0, 0, 0, 0x40000000]

interface Film { codec?: string; handler?: string; ms?: number; trackMs?: number; samples?: number; matrix?: number[]; more?: Buffer[] }
/** The description of a film of 640 × 360: what it holds is made as phones make it, but for its samples. */
function moov({ codec = 'avc1', handler = 'vide', ms = 10_000, trackMs = ms, samples = 1, matrix = UPRIGHT, more = [] }: Film = {}): Buffer {
  const mvhd = box('mvhd', u32(0), u32(0), u32(0), u32(1000), u32(ms), Buffer.alloc(80))
  const tkhd = box('tkhd', u32(0), u32(0), u32(0), u32(1), u32(0), u32(trackMs), Buffer.alloc(16), ...matrix.map(u32), u32(640 * 65_536), u32(360 * 65_536))
  const stbl = box('stbl',
    box('stsd', u32(0), u32(1), box(codec, Buffer.alloc(6), u16(1), Buffer.alloc(70))),
    box('stts', u32(0), u32(1), u32(samples), u32(1)), box('stsc', u32(0), u32(1), u32(1), u32(samples), u32(1)), box('stsz', u32(0), u32(1), u32(samples)), box('stco', u32(0), u32(1), u32(48)))
  const mdia = box('mdia', box('mdhd', u32(0), u32(0), u32(0), u32(90_000), u32(trackMs * 90), u32(0)), box('hdlr', u32(0), u32(0), Buffer.from(handler), Buffer.alloc(13)), box('minf', box('vmhd', Buffer.alloc(12)), stbl))
  return box('moov', mvhd, box('trak', tkhd, mdia), ...more)
}
const FTYP = box('ftyp', Buffer.from('isom'), u32(512), Buffer.from('isomavc1'))
const MDAT = box('mdat', Buffer.alloc(3000, 7))
const film = (about?: Film) => Buffer.concat([FTYP, moov(about), MDAT])

/** Reads it in pieces of so many bytes. */
const facts = (bytes: Buffer, size = 1024) => videoFacts((async function* () {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
})())

describe('what an MP4 says of itself · MAT-7', () => {
  test('is read wherever it stands, however it is cut', async () => {
    const wanted = { durationMs: 10_000, width: 640, height: 360 }
    for (const size of [1, 7, 1024, 1_000_000]) {
      expect(await facts(film(), size)).toEqual(wanted)
      expect(await facts(Buffer.concat([FTYP, box('free'), MDAT, moov(), box('free')]), size)).toEqual(wanted)
    }
  })

  test('a real one', async () => {
    expect(await facts(readFileSync(new URL('../../server/src/demo/files/car-seat.mp4', import.meta.url)))).toEqual({ durationMs: 14_667, width: 720, height: 960 })
  })

  test('an upright phone’s video is taller than wide', async () => {
    expect(await facts(film({ matrix: ON_ITS_SIDE }))).toMatchObject({ width: 360, height: 640 })
  })

  test('the length of one in fragments, or of its picture where the whole has none', async () => {
    expect((await facts(film({ ms: 0, trackMs: 0, more: [box('mvex', box('mehd', u32(0), u32(7000)))] }))).durationMs).toBe(7000)
    expect((await facts(film({ ms: 0, trackMs: 5000 }))).durationMs).toBe(5000)
    expect((await facts(film({ ms: 0xffffffff, trackMs: 5000 }))).durationMs).toBe(5000)
  })

  test('lengths of 64 bits', async () => {
    const long = (type: string, content: Buffer) => Buffer.concat([u32(1), Buffer.from(type), u32(0), u32(content.length + 16), content])
    expect((await facts(Buffer.concat([FTYP, long('mdat', Buffer.alloc(2000)), moov()]))).durationMs).toBe(10_000)
    expect((await facts(Buffer.concat([FTYP, moov(), u32(0), Buffer.from('mdat'), Buffer.alloc(500)]))).durationMs).toBe(10_000)
  })
})

describe('a video is refused with the reason · MAT-7', () => {
  test.each([
    ['sound only', film({ handler: 'soun', codec: 'mp4a' }), '没有画面'],
    ['a codec that phones don’t play', film({ codec: 'mp4v' }), 'H.264'],
    ['an encrypted one', film({ codec: 'encv' }), 'H.264'],
    ['cut off in its pictures', film().subarray(0, -100), '已损坏'],
    ['cut off in its description', film().subarray(0, 200), '已损坏'],
    ['without a description', Buffer.concat([FTYP, MDAT]), '已损坏'],
    ['a part longer than what holds it', Buffer.concat([FTYP, box('moov', u32(5000), Buffer.from('trak'), Buffer.alloc(100)), MDAT]), '已损坏'],
    ['a part shorter than its own head', Buffer.concat([FTYP, u32(3), Buffer.from('free'), moov(), MDAT]), '已损坏'],
    ['headers that are too short', Buffer.concat([FTYP, box('moov', box('mvhd'), box('trak', box('tkhd'), box('mdia', box('mdhd'), box('hdlr'), box('minf', box('stbl', box('stsd'))))))]), ''],
    ['no length at all', film({ ms: 0, trackMs: 0 }), '已损坏'],
    ['longer than a day', film({ ms: 90_000_000, trackMs: 1000 }), '已损坏'],
    ['a description of a gigabyte', Buffer.concat([FTYP, u32(1 << 30), Buffer.from('moov'), Buffer.alloc(5000)]), '已损坏'],
  ])('%s', async (_what, bytes, words) => {
    await expect(facts(bytes)).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining(words) })
  })

  test('four billion samples in 600 bytes, and a million empty parts, cost nothing', async () => {
    const empty = Buffer.concat(Array.from({ length: 200_000 }, () => box('free')))
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed
    const began = performance.now()
    expect((await facts(film({ samples: 4_000_000_000 }))).durationMs).toBe(10_000)
    await expect(facts(Buffer.concat([FTYP, empty, moov()]), 1_000_000)).rejects.toMatchObject({ code: 'invalid' })
    await expect(facts(Buffer.concat([FTYP, box('moov', empty)]), 1_000_000)).rejects.toMatchObject({ code: 'invalid' })
    expect(performance.now() - began).toBeLessThan(2000)
    expect(process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed - before).toBeLessThan(200e6)
  })
})
