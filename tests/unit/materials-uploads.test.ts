import { describe, expect, it } from 'vitest'
import { LIMITS } from '@zhike/shared'
import { checkedUpload, cleanFileName, kindOf } from '../../server/src/modules/materials/upload-kind.ts'
import { isPictureName, keysOf } from '../../server/src/modules/materials/picture-names.ts'
import { contains } from '../../server/src/platform/db/like.ts'
import { dayIn } from '../../server/src/modules/materials/figures.ts'

const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0])

describe('what an upload is', () => {
  it('is decided by its content, not by its name · MAT-5', () => {
    expect(kindOf(Buffer.from('%PDF-1.7'))?.kind).toBe('pdf')
    expect(kindOf(Buffer.concat([Buffer.alloc(500, 32), Buffer.from('%PDF-1.4')]))?.kind).toBe('pdf')
    expect(kindOf(jpeg)?.mime).toBe('image/jpeg')
    expect(kindOf(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBeNull()
    expect(kindOf(Buffer.from('GIF89a'))).toBeNull()
    expect(() => checkedUpload('价目表.pdf', Buffer.from('PK\x03\x04'))).toThrow(/只支持/)
    expect(() => checkedUpload('空.pdf', Buffer.alloc(0))).toThrow(/空/)
  })

  it('has a size limit of its kind · MAT-7', () => {
    expect(() => checkedUpload('大图.jpg', Buffer.concat([jpeg, Buffer.alloc(LIMITS.imageBytes)]))).toThrow(/图片不能超过 10 MB/)
    expect(() => checkedUpload('大.pdf', Buffer.concat([Buffer.from('%PDF-1.4'), Buffer.alloc(LIMITS.pdfBytes)]))).toThrow(/PDF不能超过 20 MB/)
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
    for (const name of ['cover-360.webp', 'cover-card.jpg', 'p1-720.webp', 'p300-1080.webp', 'image-720.webp']) expect(isPictureName(name)).toBe(true)
    for (const name of ['original', '../original', 'p1-360.webp', 'p1-720.webp/..', 'cover-card.webp', '']) expect(isPictureName(name)).toBe(false)
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
  expect(dayIn('Asia/Shanghai', lateEvening)).toBe('2026-03-05')
  expect(dayIn('UTC', lateEvening)).toBe('2026-03-04')
})
