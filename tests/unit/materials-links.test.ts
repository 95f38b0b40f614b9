import { describe, expect, it } from 'vitest'
import { LIMITS } from '@zhike/shared'
import { pageFacts } from '../../server/src/modules/materials/links/page-facts.ts'
import type { OutsidePage } from '../../server/src/platform/outside/outside.ts'

const OURS = 'https://crm.example.com'
const AT = 'https://www.example.cn/news/1.html'

const pageOf = (body: string | Buffer, changes: Partial<OutsidePage> = {}): OutsidePage => ({
  url: AT, status: 200, contentType: 'text/html', charset: null, headers: { 'x-frame-options': null, 'content-security-policy': null }, body: Buffer.from(body), cut: false, ...changes,
})
const factsOf = (body: string | Buffer, changes?: Partial<OutsidePage>) => pageFacts(pageOf(body, changes), OURS)

describe('what the form of a link is filled with', () => {
  it('is what the page says of itself for sharing · MAT-6', () => {
    expect(factsOf(`<?xml version="1.0"?><!DOCTYPE html><!-- 首页 --><html><head><title>新闻 - 某某网</title>
      <meta property="og:title" content="春季新品 &amp; 价目"><meta property="og:description" content="三月起，全线八折"><meta property="og:image" content="/img/cover.jpg"><meta property="og:site_name" content="某某网">
      <meta name="description" content="别的">`)).toEqual({ title: '春季新品 & 价目', summary: '三月起，全线八折', cover: 'https://www.example.cn/img/cover.jpg', siteName: '某某网', framing: 'allowed' })
  })

  it.each([
    ['<meta name="TWITTER:TITLE" content="甲"><title>乙</title>', '甲'],
    ['<meta property="og:title" content="  "><title>\n 乙&nbsp;&#x4e19; \n</title>', '乙 丙'],
    ['<svg><title>图标</title></svg><title>甲</title>', '甲'],
    ['<body><h1>甲<small>乙</small></h1>', '甲乙'],
    ['<title>&lt;script&gt;alert(1)&lt;/script&gt;</title>', '<script>alert(1)</script>'],
    ['<title>a\u0000\u202Eb\u200Bc\ufeffd&#8238;e👨‍👩‍👧</title>', 'abcde👨‍👩‍👧'],
    ['<title>没有结束', '没有结束'],
    ['', ''],
  ])('title of %j', (html, title) => expect(factsOf(html).title).toBe(title))

  it('has a summary from the description, or from the first paragraph that is prose', () => {
    expect(factsOf('<meta name="Description" content="简介">').summary).toBe('简介')
    expect(factsOf(`<nav><p>${'导航'.repeat(20)}</p></nav><p>2026-03-01</p><p>这一段<b>才是</b>正文，<script>var a</script>它有足够多的字来说明这个网页的内容。</p>`).summary).toBe('这一段才是正文，它有足够多的字来说明这个网页的内容。')
    const long = factsOf(`<meta name="description" content="${'😀'.repeat(400)}">`).summary
    expect(long).toBe('😀'.repeat(LIMITS.materialSummary / 2))
    expect(factsOf('<p>短</p>').summary).toBe('')
  })

  it.each([
    ['<meta property="og:image" content="//cdn.example.cn/a.png">', 'https://cdn.example.cn/a.png'],
    ['<meta property="og:image" content="javascript:alert(1)"><meta name="twitter:image" content="b.png">', 'https://www.example.cn/news/b.png'],
    ['<meta property="og:image" content="http://user:pass@10.0.0.1/x.png">', null],
    ['<meta property="og:image" content="data:image/png;base64,AAAA">', null],
    ['<base href="https://static.example.cn/x/"><link rel="image_src" href="c.jpg">', 'https://static.example.cn/x/c.jpg'],
    ['<script>var msg_cdn_url = "http://mmbiz.qpic.cn/m/0?wx_fmt=jpeg\\x26amp;tp=1"; // 首图</script>', 'http://mmbiz.qpic.cn/m/0?wx_fmt=jpeg&tp=1'],
    ['<img src="/logo.png"><img src="dot.gif" width="1" height="1"><img src="ad.png" width="400" height="60"><img src="some.jpg"><img src="blank.gif" data-src="/big.jpg" width="640" height="360">', 'https://www.example.cn/big.jpg'],
    ['<img src="/logo.png"><img src="photo.jpg">', 'https://www.example.cn/news/photo.jpg'],
    ['<img src="data:image/gif;base64,AA"><img>', null],
  ])('cover of %j', (html, cover) => expect(factsOf(html).cover).toBe(cover))

  it('has no cover whose address is too long to be one', () => {
    expect(factsOf(`<meta property="og:image" content="https://a.cn/${'x'.repeat(3000)}">`).cover).toBeNull()
  })

  it('names the site: the account of a WeChat article, the site itself, or its host', () => {
    expect(factsOf('<meta property="og:site_name" content="微信公众平台"><a id="js_name"> 某某旗舰店 </a>').siteName).toBe('某某旗舰店')
    expect(factsOf('<meta name="application-name" content="商城">').siteName).toBe('商城')
    expect(factsOf('').siteName).toBe('example.cn')
    expect(factsOf('', { url: 'https://xn--fsqu00a.xn--fiqs8s/' }).siteName).toBe('例子.中国')
  })
})

describe('the charset of a page', () => {
  // 价目 in the charsets of Chinese pages.
  const GB = Buffer.from([0xbc, 0xdb, 0xc4, 0xbf])
  const BIG5 = Buffer.from([0xbb, 0xf9, 0xa5, 0xd8])
  const title = (text: Buffer, head = '') => Buffer.concat([Buffer.from(`${head}<title>`), text, Buffer.from('</title>')])

  it.each([
    ['its first bytes, whatever the header says', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), title(Buffer.from('价目'))]), 'gbk'],
    ['its first bytes: UTF-16', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('<title>价目</title>', 'utf16le')]), null],
    ['its header: gb2312', title(GB), 'gb2312'], ['its header: gbk', title(GB), 'gbk'], ['its header, before its head', title(GB, '<meta charset=utf-8>'), 'gb18030'],
    ['its head', title(GB, '<meta charset="GBK">'), null], ['its head, the old way', title(GB, '<META http-equiv=Content-Type content="text/html; charset=gb2312">'), null],
    ['its head, when the header names one that does not exist', title(GB, '<meta charset=gbk>'), 'chinese-of-my-own'],
    ['UTF-8 when a head claims UTF-16', title(Buffer.from('价目'), '<meta charset=utf-16>'), null],
    ['UTF-8 when nothing is said', title(Buffer.from('价目')), null], ['GB 18030 when nothing is said and it is not UTF-8', title(GB), null],
  ])('is told by %s', (_how, body, charset) => expect(factsOf(body, { charset }).title).toBe('价目'))

  it('is told by its header: big5', () => expect(factsOf(title(BIG5), { charset: 'big5' }).title).toBe('價目'))

  it('does not stumble over the half character at which a page was cut', () => {
    expect(factsOf(Buffer.from('<title>价目').subarray(0, -1), { cut: true }).title).toBe('价')
  })
})

describe('a page in a frame of ours', () => {
  const framing = (headers: Partial<OutsidePage['headers']>, url = AT) => factsOf('', { url, headers: { 'x-frame-options': null, 'content-security-policy': null, ...headers } }).framing

  it.each([
    [null, 'allowed'], ['', 'allowed'], ['DENY', 'refused'], [' deny ', 'refused'], ['SAMEORIGIN', 'refused'], ['sameorigin, SAMEORIGIN', 'refused'], ['ALLOWALL', 'allowed'],
    ['ALLOW-FROM https://crm.example.com', 'allowed'], ['ALLOWALL, DENY', 'refused'], ['nonsense', 'allowed'], ['nonsense, other', 'allowed'],
  ])('X-Frame-Options %j: %s · MAT-6', (value, expected) => expect(framing({ 'x-frame-options': value })).toBe(expected))

  it.each([
    ["default-src 'none'", 'allowed'], ["frame-ancestors 'none'", 'refused'], ['frame-ancestors', 'refused'], ["frame-ancestors 'self'", 'refused'], ['frame-ancestors *', 'allowed'],
    ['frame-ancestors https:', 'allowed'], ['frame-ancestors http:', 'allowed'], ['frame-ancestors data:', 'refused'], ['frame-ancestors crm.example.com', 'allowed'], ['FRAME-ANCESTORS HTTPS://CRM.EXAMPLE.COM', 'allowed'],
    ['frame-ancestors https://crm.example.com/', 'allowed'], ['frame-ancestors http://crm.example.com', 'allowed'], ['frame-ancestors https://crm.example.com:443', 'allowed'], ['frame-ancestors https://crm.example.com:*', 'allowed'],
    ['frame-ancestors http://crm.example.com:80', 'allowed'], ['frame-ancestors https://crm.example.com:8443', 'refused'], ['frame-ancestors *.example.com', 'allowed'], ['frame-ancestors *.crm.example.com', 'refused'],
    ['frame-ancestors example.com', 'refused'], ['frame-ancestors https://evilcrm.example.com', 'refused'], ['frame-ancestors *.ample.com', 'refused'], ["script-src 'self'; frame-ancestors 'self' https://crm.example.com; img-src *", 'allowed'],
    ["frame-ancestors 'none'; frame-ancestors *", 'refused'], ["frame-ancestors *, frame-ancestors 'none'", 'refused'], ['frame-ancestors *, default-src *', 'allowed'], ["frame-ancestors 'unsafe' ,;;", 'refused'],
  ])('Content-Security-Policy %j: %s · MAT-6', (value, expected) => expect(framing({ 'content-security-policy': value })).toBe(expected))

  it('follows its policy and not X-Frame-Options where both speak', () => {
    expect(framing({ 'x-frame-options': 'DENY', 'content-security-policy': 'frame-ancestors *' })).toBe('allowed')
    expect(framing({ 'x-frame-options': 'ALLOWALL', 'content-security-policy': "frame-ancestors 'none'" })).toBe('refused')
    expect(framing({ 'x-frame-options': 'DENY', 'content-security-policy': 'default-src *' })).toBe('refused')
  })

  it('may be one of our own', () => {
    expect(framing({ 'x-frame-options': 'SAMEORIGIN' }, `${OURS}/v/abc`)).toBe('allowed')
    expect(framing({ 'content-security-policy': "frame-ancestors 'self'" }, `${OURS}/v/abc`)).toBe('allowed')
  })

  it('is not loaded over http into our https, nor asked by a meta of its own', () => {
    expect(framing({}, 'http://www.example.cn/')).toBe('refused')
    expect(pageFacts(pageOf('', { url: 'http://www.example.cn/' }), 'http://localhost:3000').framing).toBe('allowed')
    expect(factsOf(`<meta http-equiv="Content-Security-Policy" content="frame-ancestors 'none'"><meta http-equiv="X-Frame-Options" content="DENY">`).framing).toBe('allowed')
  })
})

describe('garbage', () => {
  /** Any byte, the same ones every time. */
  const noise = Buffer.alloc(200_000)
  let seed = 1
  for (let i = 0; i < noise.length; i++) noise[i] = (seed = (seed * 1103515245 + 12345) % 2147483648) >> 16
  const CASES: [string, string | Buffer][] = [
    ['noise', noise], ['noise in tags', Buffer.concat([Buffer.from('<title>'), noise, Buffer.from('<meta property=og:title content="'), noise])],
    ['a million tags inside one another', `<title>深</title>${'<div>'.repeat(1_000_000)}`], ['tags that close what isn’t open', `${'<b>'.repeat(200_000)}${'</i>'.repeat(200_000)}`],
    ['as many elements side by side as are read', '<br>'.repeat(100_000)], ['a flood of attributes', `<meta ${Array.from({ length: 50_000 }, (_, i) => `a${i}=1`).join(' ')}>`], ['a flood of signs', '<'.repeat(500_000)], ['comments without end', '<!--'.repeat(200_000)],
    ['a title of a megabyte', `<title>${'长'.repeat(400_000)}`], ['a meta of a megabyte', `<meta property="og:title" content="${' x'.repeat(500_000)}"><meta name=description content="${'y'.repeat(900_000)}">`],
    ['names of objects', '<meta property="__proto__" content="x"><meta name="constructor" content="y"><base href="javascript:1"><img src="x">'],
  ]

  it.each(CASES)('is read without failing, in bounds: %s', (_what, body) => {
    const began = performance.now()
    const facts = factsOf(body)
    expect(facts.title.length).toBeLessThanOrEqual(120)
    expect(facts.summary.length).toBeLessThanOrEqual(LIMITS.materialSummary)
    expect(facts.siteName.length).toBeLessThanOrEqual(40)
    // Without the bounds some of these take minutes.
    expect(performance.now() - began).toBeLessThan(5000)
  })

  it('still gives its text from any depth', () => {
    const prose = '这一段在最深处，却仍然是这个网页的正文，所以应该被读到。'
    expect(factsOf(`<p>${'<b>'.repeat(14_000)}${prose}`).summary).toBe(prose)
  })
})
