import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { ReaderMaterial } from '../../server/src/modules/materials/index.ts'
import type { Sender } from '../../server/src/modules/radar/pages/tracked-page.ts'
import { inlineScriptsOf, withInlineScripts } from '../../server/src/platform/http/page-policy.ts'
import { extentOf, framedOrigin, partsOf } from '../../server/src/modules/radar/pages/content.ts'
import { firstPictureDigest } from '../../server/src/modules/radar/pages/first-picture.ts'
import { trackedPage, withdrawnPage } from '../../server/src/modules/radar/pages/tracked-page.ts'

const material = (more: Partial<ReaderMaterial>): ReaderMaterial => ({
  materialId: 1, type: 'link', title: '标题', summary: '', url: null, framing: 'unknown', pageCount: null, pages: [], state: 'ready', stateNote: null, article: null, media: null, miniprogram: null,
  fileVersion: 'v1', hasCover: false, updatedAt: 0, deleted: false, ...more,
})
const secure = { baseUrl: 'https://crm.example.com', secure: true }
const page = (shown: ReaderMaterial, framed = false, sender: Sender | null = null): string =>
  trackedPage({ token: 't'.repeat(22), baseUrl: secure.baseUrl, material: shown, sender, counted: null, framed, script: null, preview: false, now: 0, zone: 'Asia/Shanghai' })

describe('the page of a link is shown inside ours · MAT-6', () => {
  test.each([
    ['where its site allows it', { url: 'https://shop.example.cn/a', framing: 'allowed' }, 'https://shop.example.cn'],
    ['not where the site refuses', { url: 'https://shop.example.cn/a', framing: 'refused' }, null],
    ['not before the site was asked', { url: 'https://shop.example.cn/a', framing: 'unknown' }, null],
    ['not when it is insecure and we are not', { url: 'http://shop.example.cn/a', framing: 'allowed' }, null],
    ['not when it is one of our own pages', { url: 'https://crm.example.com/workbench', framing: 'allowed' }, null],
  ] as const)('%s', (_rule, link, origin) => expect(framedOrigin(material(link), secure)).toBe(origin))

  test('else it is a card that says where it leads', () => {
    const shown = page(material({ url: 'https://shop.example.cn/a?x="><script>', framing: 'refused' }))
    expect(shown).toContain('将前往 shop.example.cn')
    expect(shown).not.toContain('<script>')
    expect(shown).not.toContain('<iframe')
  })
})

test('reading is told by pages, pictures and tenths of a video', () => {
  expect([material({ type: 'pdf', pageCount: 8 }), material({ type: 'image', pageCount: 3 }), material({ type: 'video' }), material({ type: 'article' }), material({})].map(partsOf)).toEqual([8, 3, 10, 0, 0])
  expect(extentOf(material({ type: 'image', pageCount: 1 }))).toBeNull()
  expect(extentOf(material({ type: 'video', media: { name: 'a.mp4', bytes: 1, mime: 'video/mp4', durationMs: 80_000, width: null, height: null } }))).toBe('1分20秒')
})

test('what people typed stays text in every type of page', () => {
  const evil = '"><img src=x onerror=alert(1)>'
  const media = { name: evil, bytes: 10, mime: 'text/plain', durationMs: 1000, width: null, height: null }
  for (const type of ['pdf', 'image', 'article', 'video', 'file', 'link', 'miniprogram'] as const) {
    const shown = page(material({
      type, title: evil, summary: evil, url: `https://shop.example.cn/${evil}`, pages: [{ width: 1, height: 1 }], pageCount: 1, media, miniprogram: { appId: evil, path: evil },
      article: { body: `<p>${evil}</p><script>alert(2)</script>`, minutes: 1, pictures: [] },
    }))
    expect(shown, type).not.toMatch(/<img src=x|<script>alert/)
  }
})

describe('who sent it, and one way to reach her', () => {
  const lu: Sender = { name: '陆遥', avatar: null, department: '浦东店', position: '母婴顾问', code: '/r/t/contact.png?v=v1' }

  test('the code is in the page, closed, and loaded when it is opened', () => {
    const shown = page(material({}), false, lu)
    expect(shown).toContain('<details class="ask"><summary>')
    expect(shown).toMatch(/<img src="\/r\/t\/contact\.png\?v=v1"[^>]* alt="陆遥的微信二维码" loading="lazy">/)
  })

  test('without a code there is no button', () => {
    const shown = page(material({}), false, { ...lu, code: null })
    expect(shown).toContain('陆遥')
    expect(shown).not.toMatch(/<details|联系我/)
  })

  test('what was withdrawn says how to ask for it · MAT-11', () => {
    expect(withdrawnPage(lu)).toContain('可以点下面的「联系我」，加陆遥的微信')
    expect(withdrawnPage({ ...lu, code: null })).toContain('可以在微信里联系陆遥')
    expect(withdrawnPage(null)).toContain('请联系发给您的人')
  })

  test('what it adds to a page is some hundred bytes as they are sent', () => {
    const weigh = (sender: Sender) => gzipSync(page(material({}), false, sender)).length
    expect(weigh(lu) - weigh({ ...lu, code: null })).toBeLessThan(700)
    expect(gzipSync(/<style>[^]*<\/style>/.exec(withdrawnPage(lu))?.[0] ?? '').length).toBeLessThan(3 * 1024)
  })
})

describe('the first picture comes first', () => {
  const pages = [{ width: 720, height: 1018 }, { width: 720, height: 1018 }]

  test('the others wait for it by a script that the policy names, and no other that stands in the page may run', () => {
    const shown = page(material({ type: 'pdf', pages, pageCount: 2 }))
    expect(inlineScriptsOf(shown)).toEqual([firstPictureDigest])
    expect(withInlineScripts("default-src 'self';script-src 'self';img-src 'self'", [firstPictureDigest])).toBe(`default-src 'self';script-src 'self' ${firstPictureDigest};img-src 'self'`)
  })

  test('a picture alone waits for nothing', () => {
    expect(inlineScriptsOf(page(material({ type: 'image', pages: pages.slice(1), pageCount: 1 })))).toEqual([])
  })
})
