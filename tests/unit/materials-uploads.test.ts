import { describe, expect, it } from 'vitest'
import { dayName, LIMITS } from '@zhike/shared'
import { checkBytes, cleanFileName, kindOf, mimeOfFirst } from '../../server/src/modules/materials/files/upload-kind.ts'
import { keysOf, pictureWanted } from '../../server/src/modules/materials/files/picture-names.ts'
import { contains } from '../../server/src/platform/db/like.ts'

const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0])

describe('what an upload is', () => {
  it('is decided by its content, not by its name · MAT-5', () => {
    expect(kindOf(Buffer.from('%PDF-1.7'))?.kind).toBe('pdf')
    expect(kindOf(Buffer.concat([Buffer.alloc(500, 32), Buffer.from('%PDF-1.4')]))?.kind).toBe('pdf')
    expect(kindOf(jpeg)?.mime).toBe('image/jpeg')
    expect(kindOf(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBeNull()
    expect(kindOf(Buffer.from('GIF89a'))).toBeNull()
    expect(kindOf(Buffer.concat([Buffer.alloc(4), Buffer.from('ftypisom')]))?.mime).toBe('video/mp4')
    expect(kindOf(Buffer.concat([Buffer.alloc(4), Buffer.from('ftypqt  ')]))).toBeNull()
  })

  it('must be what its place needs · MAT-4', async () => {
    await expect(mimeOfFirst('pdf', '价目表.pdf', Buffer.from('PK\x03\x04'))).rejects.toThrow('这里需要一份 PDF 文件')
    await expect(mimeOfFirst('pdf', '价目表.pdf', jpeg)).rejects.toThrow('这是一张图片')
    await expect(mimeOfFirst('image', '图.png', Buffer.from('%PDF-1.7'))).rejects.toThrow('这是一份 PDF')
    expect(await mimeOfFirst('video', '片.mp4', Buffer.concat([Buffer.alloc(4), Buffer.from('ftypmp42')]))).toBe('video/mp4')
  })

  it.each([
    ['表.xlsx', Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), Buffer.alloc(60)]), true],
    ['说明.txt', Buffer.from('你好，欢迎光临'), true],
    ['程序.exe', Buffer.from('MZ'.padEnd(2000, 'x')), false],
    ['发票.pdf', Buffer.from('MZ'.padEnd(2000, 'x')), false],
    ['网页.html', Buffer.from('<script>alert(1)</script>'), false],
    ['图.svg', Buffer.from('<svg onload="alert(1)"/>'), false],
    ['假的.txt', Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), Buffer.alloc(60)]), false],
    ['没有扩展名', Buffer.from('你好'), false],
  ])('files are documents whose content fits their ending: %s', async (name, bytes, taken) => {
    const answer = mimeOfFirst('file', name, bytes)
    if (taken) await expect(answer).resolves.toBeTruthy()
    else await expect(answer).rejects.toMatchObject({ code: 'unsupported' })
  })

  it('has a size limit of its kind · MAT-7', () => {
    expect(() => checkBytes('image', LIMITS.imageBytes + 1)).toThrow(/图片不能超过 10 MB/)
    expect(() => checkBytes('pdf', LIMITS.pdfBytes + 1)).toThrow(/PDF不能超过 20 MB/)
    expect(() => checkBytes('video', 200 * 1024 * 1024)).toThrow(/视频不能超过 100 MB/)
    expect(() => checkBytes('file', 0)).toThrow(/空/)
    expect(() => checkBytes('pdf', LIMITS.pdfBytes)).not.toThrow()
  })

  it.each([
    ['C:\\Users\\x\\2026 春季价目表.pdf', '2026 春季价目表.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['..', '未命名'],
    ['a\u0000b\u202Egpj.exe\r\n.pdf', 'abgpj.exe.pdf'],
    ['a"b<c>:d?.png', 'a_b_c__d_.png'],
    ['', '未命名'],
  ])('names the file without what could harm: %j', (given, shown) => expect(cleanFileName(given)).toBe(shown))

  it('keeps the ending of a name that is cut', () => {
    const name = cleanFileName(`${'长'.repeat(300)}.pdf`)
    expect([...name]).toHaveLength(200)
    expect(name.endsWith('长.pdf')).toBe(true)
  })
})

describe('names of pictures', () => {
  it('are a closed set', () => {
    expect(['cover-360.webp', 'cover-card.jpg', 'p1-720.webp', 'p300-1080.webp'].map(pictureWanted)).toEqual([{ kind: 'cover' }, { kind: 'card' }, { kind: 'page', page: 1, width: 720 }, { kind: 'page', page: 300, width: 1080 }])
    for (const name of ['original', '../original', 'image-720.webp', 'p0-720.webp', 'p1-360.webp', 'p1-720.webp/..', 'cover-card.webp', '']) expect(pictureWanted(name)).toBeNull()
  })

  it('list everything of a file, for removing it', () => {
    expect(keysOf({ key: 'c1/202611/ab', kind: 'pdf', pages: 2 })).toEqual(['original', 'cover-360.webp', 'cover-card.jpg', 'p1-720.webp', 'p1-1080.webp', 'p2-720.webp', 'p2-1080.webp'].map((name) => `c1/202611/ab/${name}`))
  })
})

it('search text is taken as typed: signs of LIKE find themselves · MAT-3', () => {
  expect(contains('50%_\\')).toBe('%50\\%\\_\\\\%')
})

it('a day is one of the corp’s zone · GEN-11', () => {
  const lateEvening = Date.parse('2026-03-04T16:30:00Z')
  expect(dayName(lateEvening, 'Asia/Shanghai')).toBe('2026-03-05')
  expect(dayName(lateEvening, 'UTC')).toBe('2026-03-04')
})
