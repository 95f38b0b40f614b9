import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { articleText, cleanArticle, readingMinutes, showArticle } from '../../server/src/modules/materials/articles/article-html.ts'
import { importArticle, readArticle } from '../../server/src/modules/materials/articles/article-import.ts'
import { AppError } from '../../server/src/platform/http/errors.ts'
import type { GetOptions, Outside, OutsidePage } from '../../server/src/platform/outside/outside.ts'
import { OutsideRefused } from '../../server/src/platform/outside/refusals.ts'

interface Parsed { html(): string }
interface BrowserParser { load(html: string, options: null, isDocument: boolean): Parsed }
/** parse5 through cheerio: reads HTML as browsers do, which is not how our code reads it. */
const browser: BrowserParser = createRequire(new URL('../../server/package.json', import.meta.url))('cheerio')

const clean = (html: string): string => cleanArticle(html).html
const show = (html: string): string => showArticle(html, (fileId) => ({ src: `/api/files/${fileId}?a=1&b="2"`, width: 640, height: 360 }))
const LINK = 'target="_blank" rel="noopener noreferrer nofollow"'

/** Every tag that may appear, letter by letter. There is no other `<` and no `>`: no parser can see anything else in it. */
const VALUE = '[^"<>]*'
const PLAIN = 'p|h2|h3|h4|strong|b|em|i|u|s|sub|sup|br|hr|ul|ol|li|blockquote|pre|code|figure|figcaption|table|thead|tbody|tr|td|th'
const COMMON = `<(?:${PLAIN})>|</(?:${PLAIN}|a)>|<(?:p|h2|h3|h4|td|th)(?: colspan="\\d+")?(?: rowspan="\\d+")?(?: style="text-align:(?:left|center|right|justify)")?>|<a href="(?:https?://[^/]|tel:[+\\d])${VALUE}" ${LINK}>`
const STORED = new RegExp(`^(?:[^<>]|${COMMON}|<img data-file="[1-9]\\d*"(?: alt="${VALUE}")?>)*$`)
const SHOWN = new RegExp(`^(?:[^<>]|${COMMON}|<img src="/api/files/\\d+\\?a=1&amp;b=&quot;2&quot;" alt="${VALUE}" width="640" height="360" loading="lazy" decoding="async">)*$`)

const unescaped = (html: string) => html.replace(/&quot;/g, '"').replace(/&nbsp;/g, '\u00a0').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&')
/** What a browser makes of it, written again: the same, if nothing moves when it is read. */
const asBrowsersRead = (html: string) => browser.load(html, null, false).html()

function assertSafe(given: string): void {
  const stored = clean(given)
  expect(stored, given).toMatch(STORED)
  expect(clean(stored), `cleaned twice: ${given}`).toBe(stored)
  expect(unescaped(asBrowsersRead(stored)), `moves when read: ${given}`).toBe(unescaped(stored))
  for (const shown of [show(stored), show(given)]) {
    expect(shown, given).toMatch(SHOWN)
    expect(unescaped(asBrowsersRead(shown)), `moves when shown: ${given}`).toBe(unescaped(shown))
  }
}

const ATTACKS = [
  '<script>alert(1)</script>', '<SCRIPT SRC=//evil.cn/x.js></SCRIPT>', '<scr<script>ipt>alert(1)</scr</script>ipt>', '<script >alert(1)</script\n>', '<script/x>alert(1)</script>', '<<script>alert(1)//<</script>', '</p><script>alert(1)',
  '<img src=x onerror=alert(1)>', '<img data-file=1 src=x onerror=alert(1)>', '<img/src="x"/onerror=alert(1)>', '<img data-file="1" onload="alert(1)" alt="\\"><script>alert(1)</script>">', '<img data-file=1 alt=\'"onmouseover="alert(1)\'>', '<img data-file="1\' onerror=alert(1) \'">',
  '<img srcset="https://evil.cn/a.png 1x" data-file=2 style="background:url(https://evil.cn)">', '<image src=x onerror=alert(1)>', '<picture><source srcset=x onerror=alert(1)><img data-file=3></picture>',
  '<a href="javascript:alert(1)">甲</a>', '<a href="JaVaScRiPt:alert(1)">甲</a>', '<a href=" &#14; javascript:alert(1)">甲</a>', '<a href="java\tscript:alert(1)">甲</a>', '<a href="java&#10;script:alert(1)">甲</a>', '<a href="java&Tab;script&colon;alert(1)">甲</a>',
  '<a href="&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A&#x61&#x6C&#x65&#x72&#x74(1)">甲</a>', '<a href="\u0001javascript:alert(1)">甲</a>', '<a href="vbscript:msgbox(1)">甲</a>', '<a href="data:text/html;base64,PHNjcmlwdD4=">甲</a>', '<a href="//evil.cn">甲</a>', '<a href="/api/logout">甲</a>',
  '<a href="https:javascript:alert(1)">甲</a>', '<a href="http://a.cn/&quot; onclick=&quot;alert(1)">甲</a>', '<a href="https://a.cn/" onclick="alert(1)" target="_self" rel="opener" style="position:fixed" name=x id=y>甲</a>', '<a href="tel:110" ping="https://evil.cn">甲</a>', '<a href="tel:javascript:1">甲</a>', '<a href="https://user:pass@a.cn/">甲</a>',
  '<a href="mailto:a@b.cn">甲</a>', '<a href="blob:https://a.cn/1">甲</a>', '<a href="filesystem:https://a.cn/1">甲</a>', '<a xlink:href="javascript:alert(1)">甲</a>', '<a href="feed:javascript:alert(1)">甲</a>',
  '<svg onload=alert(1)>', '<svg><script>alert(1)</script></svg>', '<svg><a xlink:href="javascript:alert(1)"><text>甲</text></a></svg>', '<svg><foreignObject><img data-file=1 onerror=alert(1)></foreignObject></svg>', '<svg><animate onbegin=alert(1) attributeName=x dur=1s>', '<svg><style><!--</style><img title="--><img src=x onerror=alert(1)>"></svg>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;"></table></mtext></math>', '<math href="javascript:alert(1)">甲</math>', '<math><annotation-xml encoding="text/html"><style><img src=x onerror=alert(1)></style></annotation-xml></math>', '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>', '<textarea><img src=x onerror=alert(1)></textarea>', '<title><img src=x onerror=alert(1)></title>', '<xmp><img src=x onerror=alert(1)></xmp>', '<noembed><img src=x onerror=alert(1)></noembed>', '<plaintext><img src=x onerror=alert(1)>', '<template><img src=x onerror=alert(1)></template>',
  '<p title="</p><img src=x onerror=alert(1)>">甲</p>', '<listing>&lt;img onerror="alert(1)" src=x&gt;</listing>', '<select><option><img src=x onerror=alert(1)></select>', '<table><caption><script>alert(1)</script></caption><tr onclick=alert(1)><td background="javascript:alert(1)">甲</table>',
  '<iframe src="javascript:alert(1)"></iframe>', '<iframe srcdoc="<script>alert(1)</script>"></iframe>', '<object data="javascript:alert(1)"></object>', '<embed src="javascript:alert(1)">', '<applet code=x>', '<base href="https://evil.cn/">', '<link rel=stylesheet href=https://evil.cn>', '<meta http-equiv=refresh content="0;url=javascript:alert(1)">',
  '<style>*{background:url(https://evil.cn)}</style>', '<style>@import "https://evil.cn";</style><p>甲', '<p style="width:expression(alert(1))">甲', '<p style="text-align:center;background:url(javascript:alert(1))">甲', '<p style="text-align:expression(alert(1))">甲', '<p style="text-align:center/*"*/;x:y">甲', '<p style="TEXT-ALIGN : RIGHT !important">甲',
  '<p style="behavior:url(x)">甲', '<p style="-moz-binding:url(x)">甲', '<p style="}</style><script>alert(1)</script>">甲', '<div style="position:fixed;inset:0;z-index:99">甲</div>', '<p align="center onclick=alert(1)">甲', '<video><source onerror=alert(1)></video>', '<audio src=x onerror=alert(1)>', '<body onload=alert(1)><p>甲', '<html onclick=alert(1)>', '<frameset onload=alert(1)>',
  '<form action="javascript:alert(1)"><button formaction="javascript:alert(1)">甲</button><input autofocus onfocus=alert(1)></form>', '<details open ontoggle=alert(1)><summary>甲</summary>乙</details>', '<marquee onstart=alert(1)>甲</marquee>', '<isindex action=javascript:alert(1)>', '<keygen autofocus onfocus=alert(1)>', '<x onclick=alert(1)>甲</x>', '<x-y is=z>甲</x-y>',
  '<!--><img src=x onerror=alert(1)>-->', '<!-- --!><img src=x onerror=alert(1)>', '<![CDATA[<img src=x onerror=alert(1)>]]>', '<?xml version="1.0"?><p>甲', '<?php echo 1 ?>', '<!DOCTYPE html [<!ENTITY x "y">]><p>&x;', '&lt;script&gt;alert(1)&lt;/script&gt;', '&amp;lt;img src=x onerror=alert(1)&amp;gt;', '\u0000<scr\u0000ipt>alert(1)</scr\u0000ipt>', '<img \u0000data-file=1 on\u0000error=alert(1)>',
  '<p>甲\ud800乙\u202e丙\u200b丁', '<', '<a', '<a href="', '<p', '</', '<!', '<!--', '&', '&#', '&#x110000;', '"\'`', '<p "<b">甲', '<b/onclick=alert(1)>甲', '<p><p><p></b></i></table>', '<td><tr><table><li><figcaption><thead>甲', '<__proto__>甲</__proto__>', '<constructor>甲</constructor>', '<a __proto__=x constructor=y href=https://a.cn>甲</a>',
]

describe('hostile HTML', () => {
  it.each(ATTACKS)('leaves nothing but what articles have, the same when cleaned twice, shown, and read by a browser: %j', (attack) => {
    assertSafe(attack)
    assertSafe(`<p>前</p>${attack}<p>后</p>`)
    assertSafe(`<ul><li>${attack}<table><tr><td>${attack}</td></tr></table></li></ul>`)
    assertSafe(`<a href="https://a.cn/"><b>${attack}</b></a><figure>${attack}<figcaption>${attack}</figcaption></figure><pre>${attack}</pre><h2>${attack}`)
  })

  it.each([
    ['a style of braces', `<p style="${'{'.repeat(390_000)}">甲</p>`], ['a style of blanks', `<p style="${' '.repeat(900_000)}">甲</p>`], ['nine thousand styles', '<p style="color:red;font-size:12px;line-height:1.5">甲</p>'.repeat(9000)],
    ['brackets', '<'.repeat(400_000)], ['entities', '&'.repeat(900_000)], ['attributes', `<p ${'a=1 '.repeat(200_000)}>甲`], ['comments', '<!-'.repeat(300_000)],
  ])('takes no time: %s', (_what, html) => {
    const began = performance.now()
    try {
      cleanArticle(html)
    } catch (error) {
      expect(error).toBeInstanceOf(AppError)
    }
    expect(performance.now() - began).toBeLessThan(2500)
  })

  it('holds for any mixture of tags', () => {
    let seed = 20260304
    const drawn = (below: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below
    const names = 'p p p h1 h2 h6 div section b strong em i u s del ins code sub sup a a br hr ul ol li li blockquote pre figure figcaption img img table thead tbody tfoot tr td th caption span svg math style script title textarea select option noscript template form center nobr font'.split(' ')
    const attributes = ['', '', ' style="text-align:center"', ' style="text-align:left;color:red"', ' align=right', ' href="https://a.cn/?x=<&y"', ' href="javascript:x"', ' data-file="3"', ' data-file="0"', ' alt="<b>&quot;"', ' onclick=x', ' colspan=2', ' rowspan="9999"']
    const texts = ['甲', ' ', '\n', 'a b ', ' c', '&nbsp;', '&lt;b&gt;', '<', '&amp;lt;', '\n\n  x', '<br>', '<!-- x -->', '"']
    for (let round = 0; round < 500; round++) {
      const pieces = Array.from({ length: 3 + drawn(25) }, () => {
        const name = names[drawn(names.length)] ?? ''
        const kind = drawn(10)
        if (kind < 5) return `<${name}${attributes[drawn(attributes.length)] ?? ''}>`
        return kind < 7 ? `</${name}>` : texts[drawn(texts.length)] ?? ''
      })
      assertSafe(pieces.join(''))
    }
  })

  it('shows even a body that was never cleaned safely', () => {
    expect(show('<p onclick="x"><script>alert(1)</script><img data-file="1" src="https://evil.cn/x.png" onerror="alert(1)"><img src="https://evil.cn/y.png">甲</p>')).toBe('<p><img src="/api/files/1?a=1&amp;b=&quot;2&quot;" alt="" width="640" height="360" loading="lazy" decoding="async">甲</p>')
  })

  it.each([
    ['div', '<div>'], ['b', '<b>'], ['blockquote', '<blockquote>'], ['ul', '<ul><li>'], ['table', '<table><tr><td>'], ['figure', '<figure>'],
  ])('may be nested as deep as it likes: %s', (_name, open) => {
    const deep = `${open.repeat(3000)}最深处`
    assertSafe(deep)
    expect(articleText(clean(deep))).toBe('最深处')
  })

  it('is refused when it is a flood of tags or signs, before it costs anything', () => {
    for (const flood of ['<div>'.repeat(200_000), '</b>'.repeat(200_000), '字'.repeat(1_000_001)]) expect(() => clean(flood)).toThrow(/正文太长/)
    expect(show('<div>'.repeat(100_000))).toBe('')
  })
})

describe('an article as it is stored', () => {
  it.each([
    ['甲<div>乙<div>丙</div>丁</div>', '<p>甲</p><p>乙</p><p>丙</p><p>丁</p>'],
    ['<h1>一</h1><h2>二</h2><h3>三</h3><h4>四</h4><h5>五</h5><h6>六</h6>', '<h2>一</h2><h2>二</h2><h3>三</h3><h4>四</h4><h4>五</h4><h4>六</h4>'],
    ['<h2><div>甲</div></h2><p><h3>乙</h3></p>', '<h2>甲</h2><h3>乙</h3>'],
    ['<p>甲</p><p></p><p>&nbsp; <br></p><p><b> </b></p>\n<section><section></section></section><p>乙</p>', '<p>甲</p><p>乙</p>'],
    ['甲<br>乙<br><br>丙<br>', '<p>甲<br>乙</p><p>丙</p>'],
    ['<p>  多个\n\n 空格　全角留着 </p>', '<p>多个 空格　全角留着</p>'],
    ['<b>甲</b><b>乙</b><b><b>丙</b></b><strong><i>丁</i></strong>', '<p><b>甲乙丙</b><strong><i>丁</i></strong></p>'],
    ['<strong><p>甲</p><p>乙</p></strong>', '<p><strong>甲</strong></p><p><strong>乙</strong></p>'],
    ['<strike>甲</strike><del>乙</del><ins>丙</ins><sub>丁</sub><sup>戊</sup><span style="color:red">己</span>', '<p><s>甲乙</s><u>丙</u><sub>丁</sub><sup>戊</sup>己</p>'],
    ['<section style="text-align: center"><p>甲</p><p style="text-align:right">乙</p></section><center>丙</center><p align="justify">丁', '<p style="text-align:center">甲</p><p style="text-align:right">乙</p><p style="text-align:center">丙</p><p style="text-align:justify">丁</p>'],
    ['<ul>\n<li>甲<ul><li>乙</ul>\n<li><p>丙</p><p>丁</p>\n<li>\n</ul><ol><li><b>戊</b></ol><li>己', '<ul><li>甲<ul><li>乙</li></ul></li><li><p>丙</p><p>丁</p></li></ul><ol><li><b>戊</b></li></ol><p>己</p>'],
    ['<blockquote>甲<p>乙</p></blockquote><blockquote> </blockquote>', '<blockquote><p>甲</p><p>乙</p></blockquote>'],
    ['<pre>\n\n  if (a &lt; b) {\n    c()<br>  }\n\n</pre><pre><code>x</code></pre>', '<pre>  if (a &lt; b) {\n    c()\n  }</pre><pre><code>x</code></pre>'],
    ['<table border=1><caption>价目</caption><thead><tr><th>品名<th align=right>价格</thead><tr><td colspan="2"><p>甲</p></td></tr><tr></tr></table>', '<p>价目</p><table><thead><tr><th>品名</th><th style="text-align:right">价格</th></tr></thead><tbody><tr><td colspan="2">甲</td></tr></tbody></table>'],
    ['<figure><a href="https://a.cn/"><img data-file="7" src="x.png" alt=" 门店 "></a><figcaption><p>图一</p></figcaption></figure><figure><figcaption>没有图</figcaption></figure>', `<figure><a href="https://a.cn/" ${LINK}><img data-file="7" alt="门店"></a><figcaption>图一</figcaption></figure><p>没有图</p>`],
    ['<a href="HTTPS://A.cn:443/x y?q=1&amp;r=<2>#z">甲</a> <a href="tel:(021) 6088-0000">乙</a> <a>丙</a>', `<p><a href="https://a.cn/x%20y?q=1&amp;r=%3C2%3E#z" ${LINK}>甲</a> <a href="tel:0216088-0000" ${LINK}>乙</a> 丙</p>`],
    ['<hr><hr>甲', '<hr><hr><p>甲</p>'],
    ['', ''], [' \n ', ''],
  ])('%j', (given, stored) => {
    expect(clean(given)).toBe(stored)
    expect(clean(stored)).toBe(stored)
  })

  it('names its pictures by our files, in order, each once', () => {
    const { html, fileIds } = cleanArticle('<img data-file="9"><p>甲<img data-file="3"></p><ul><li><img data-file="9"></ul><img data-file="-1"><img data-file="1e3"><img data-file="99999999999999999"><img src="https://a.cn/x.png"><img data-file=" 5">')
    expect(fileIds).toEqual([9, 3])
    expect(html).toBe('<p><img data-file="9"></p><p>甲<img data-file="3"></p><ul><li><img data-file="9"></li></ul>')
    expect(clean(`<img data-file="1" alt="${'长'.repeat(300)}">`)).toBe(`<p><img data-file="1" alt="${'长'.repeat(100)}"></p>`)
  })

  it('has at most 30 pictures and 200 KB', () => {
    const pictures = (count: number) => Array.from({ length: count }, (_, i) => `<img data-file="${i + 1}">`).join('')
    expect(cleanArticle(pictures(30) + pictures(30)).fileIds).toHaveLength(30)
    expect(() => clean(pictures(31))).toThrow('一篇文章最多 30 张图片，现在有 31 张，请删去一些')
    const most = (200 * 1024 - '<p></p>'.length)
    expect(clean('a'.repeat(most))).toHaveLength(200 * 1024)
    expect(() => clean('a'.repeat(most + 1))).toThrow(AppError)
    expect(() => clean('字'.repeat(70_000))).toThrow(/正文太长（最多 200/)
  })

  it('counts the characters one reads, and the minutes it takes', () => {
    expect(cleanArticle('<p>价目 表</p><p>a&amp;b 👍</p>').characters).toBe(7)
    expect([0, 1, 400, 599, 600, 4000].map(readingMinutes)).toEqual([1, 1, 1, 1, 2, 10])
  })

  it('gives its text in one line', () => {
    expect(articleText('<h2>标题</h2><p>第<b>一</b>段&lt;&amp;<br>换行</p><ul><li>甲</li><li>乙</li></ul><script>x</script>')).toBe('标题 第一段<& 换行 甲 乙')
  })
})

describe('an article as it is shown', () => {
  it('has its pictures with their sizes, and does without those that are gone', () => {
    const stored = clean('<p>甲<img data-file="1" alt="门店"></p><img data-file="2"><figure><img data-file="2"><figcaption>说明</figcaption></figure>')
    const shown = showArticle(stored, (fileId) => (fileId === 1 ? { src: '/api/p/1?v=1&s="x"', width: 720, height: 480 } : null))
    expect(shown).toBe('<p>甲<img src="/api/p/1?v=1&amp;s=&quot;x&quot;" alt="门店" width="720" height="480" loading="lazy" decoding="async"></p><p>说明</p>')
  })
})

const pageOf = (html: string, url = 'https://www.example.cn/a/1.html'): OutsidePage => ({
  url, status: 200, contentType: 'text/html', charset: 'utf-8', headers: { 'x-frame-options': null, 'content-security-policy': null }, body: Buffer.from(html), cut: false,
})
const PROSE = '这是正文的一段，它有足够多的字，好让人看出来这里才是文章，而不是菜单、广告或者页脚。'.repeat(4)

describe('the article in a page', () => {
  it('is the content of a WeChat article, with pictures that load late · MAT-6', () => {
    const read = readArticle(pageOf(`<head><meta property="og:title" content="春季上新"></head><body><h1 id="activity-name">春季上新</h1><a id="js_name">某某店</a>
      <div id="js_content" style="visibility: hidden; opacity: 0;"><section style="text-align:center"><img class="rich_pages" data-src="https://mmbiz.qpic.cn/a/640?wx_fmt=jpeg" src="data:image/gif;base64,AA" alt="图片"></section>
      <section><section><span>第一段</span></section></section><p>第二段<a href="/s/2">上一篇</a></p><mpvoice name="x"></mpvoice><iframe class="video_iframe"></iframe><script>var x</script><p style="display: none;">藏着的</p></div><div>阅读原文</div>`, 'https://mp.weixin.qq.com/s/1'))
    expect(read).toEqual({
      title: '春季上新', pictures: ['https://mmbiz.qpic.cn/a/640?wx_fmt=jpeg'],
      html: `<p style="text-align:center"><img data-picture="0" alt="图片"></p><p>第一段</p><p>第二段<a href="https://mp.weixin.qq.com/s/2" ${LINK}>上一篇</a></p>`,
    })
  })

  const around = (content: string) => `<body><nav><ul><li><a href="/">首页</a></li></ul></nav><div class="side"><p>热门 ${'推荐'.repeat(10)}</p></div>${content}<footer>版权所有 ${PROSE}</footer></body>`
  it.each([
    ['article', around(`<article>短的一篇</article><article><p>${PROSE}</p></article>`)],
    ['main', around(`<main><p>${PROSE}</p><aside>广告</aside></main>`)],
    ['its usual class', around(`<div class="x article-content y"><p>${PROSE}</p><form>评论</form></div><main>${PROSE}别的</main>`)],
    ['the block with most text', around(`<div><div class="a1"><p>${PROSE}</p></div></div><div><a href="/x">${PROSE.repeat(9)}</a></div>`)],
    ['the block around paragraphs that are blocks themselves', around(`<div><div><div>${PROSE.slice(0, 84)}</div><div>${PROSE.slice(84)}</div></div></div>`)],
  ])('is found by %s', (_how, html) => expect(articleText(readArticle(pageOf(html)).html).replace(/ /g, '')).toBe(PROSE))

  it('begins after its title, and has each picture once, but no counters and no blanks', () => {
    const read = readArticle(pageOf(`<title>价目</title><base href="/static/"><article><h1>价目</h1><p>${PROSE}</p><img src="a.png"><img src="a.png"><img src="b.png" data-original="/c.png"><img src="t.gif" width="1" height="1"><img src="data:image/png;base64,AA"></article>`))
    expect(read.html).toBe(`<p>${PROSE}</p><p><img data-picture="0"><img data-picture="0"><img data-picture="1"></p>`)
    expect(read.pictures).toEqual(['https://www.example.cn/static/a.png', 'https://www.example.cn/c.png'])
  })

  it('is found in bounds, however wide the page', () => {
    const began = performance.now()
    expect(readArticle(pageOf('<br><p style="x">'.repeat(100_000))).html).toBe('')
    expect(performance.now() - began).toBeLessThan(5000)
  })

  it('is empty when the page is', () => expect(readArticle(pageOf('<script>app()</script>'))).toEqual({ title: '', html: '', pictures: [] }))
})

describe('importing an article', () => {
  const JPEG = Buffer.from([0xff, 0xd8, 0xff])
  /** Sites that answer with the given pictures; what isn't given is refused. */
  function sites(pictures: Record<string, Buffer>) {
    const asked: { url: string; options: GetOptions }[] = []
    let now = 0
    let most = 0
    let underWay = 0
    const outside: Outside = {
      get: async (url, options) => {
        asked.push({ url, options })
        most = Math.max(most, ++underWay)
        await Promise.resolve()
        underWay--
        const body = pictures[new URL(url).pathname]
        if (!body) throw new OutsideRefused('status')
        if (body.length > options.maxBytes) throw new OutsideRefused('too_large')
        return { ...pageOf('', url), contentType: 'image/jpeg', body }
      },
    }
    return { outside, asked, clock: { now: () => now }, pass: (ms: number) => { now += ms }, most: () => most }
  }
  const articleWith = (pictures: readonly string[]) => pageOf(`<title>上新</title><article><p>${PROSE}</p>${pictures.map((src) => `<img src="${src}">`).join('')}</article>`)
  const taker = () => {
    const taken: { name: string; bytes: Buffer }[] = []
    return { taken, takePicture: async (name: string, bytes: Buffer) => ({ fileId: 100 + taken.push({ name, bytes }) }) }
  }

  it('keeps copies of its pictures and says where it came from', async () => {
    const { outside, asked } = sites({ '/a.jpg': JPEG, '/b.jpg': Buffer.concat([JPEG, JPEG]) })
    const { takePicture, taken } = taker()
    const imported = await importArticle({ page: articleWith(['/a.jpg', '/b.jpg', '/a.jpg']), outside, takePicture })
    expect(imported).toMatchObject({ title: '上新', fileIds: [101, 102], left: 0, source: 'https://www.example.cn/a/1.html', cut: false })
    expect(imported.html).toBe(`<p>${PROSE}</p><p><img data-file="101"><img data-file="102"><img data-file="101"></p>`)
    expect(taken.map(({ bytes }) => bytes.length)).toEqual([3, 6])
    expect(asked.map(({ options }) => options)).toMatchObject([{ accept: 'image', overflow: 'refuse', maxBytes: 10 * 1024 * 1024 }, {}])
  })

  it('leaves out pictures that can’t be had or that we don’t show, and says how many', async () => {
    const { outside } = sites({ '/a.jpg': JPEG, '/no.svg': Buffer.from('<svg/>') })
    const imported = await importArticle({ page: articleWith(['/a.jpg', '/gone.jpg', '/no.svg']), outside, takePicture: async (_name, bytes) => (bytes.equals(JPEG) ? { fileId: 7 } : null) })
    expect(imported).toMatchObject({ left: 2, fileIds: [7], html: `<p>${PROSE}</p><p><img data-file="7"></p>` })
  })

  it('cannot be made to show files of ours that the page names', async () => {
    const { outside } = sites({ '/a.jpg': JPEG })
    const page = pageOf(`<article><p>${PROSE}</p><img data-file="1"><img data-picture="0"><img data-file="2" data-picture="0" src="/gone.jpg"><img data-file="3" src="/a.jpg"></article>`)
    expect((await importArticle({ page, outside, ...taker() })).fileIds).toEqual([101])
  })

  it('takes 20 pictures, three at once', async () => {
    const names = Array.from({ length: 25 }, (_, i) => `/${i}.jpg`)
    const { outside, asked, most } = sites(Object.fromEntries(names.map((name) => [name, JPEG])))
    const imported = await importArticle({ page: articleWith(names), outside, ...taker() })
    expect(imported.left).toBe(5)
    expect(asked.map(({ url }) => new URL(url).pathname)).toEqual(names.slice(0, 20))
    expect(most()).toBe(3)
  })

  it('takes 10 MB of one picture and 40 MB of all', async () => {
    const MB = 1024 * 1024
    const names = Array.from({ length: 8 }, (_, i) => `/${i}.jpg`)
    const big = Buffer.alloc(9 * MB)
    const { outside } = sites({ ...Object.fromEntries(names.map((name) => [name, big])), '/0.jpg': Buffer.alloc(10 * MB + 1) })
    const { takePicture, taken } = taker()
    const imported = await importArticle({ page: articleWith(names), outside, takePicture })
    expect(taken).toHaveLength(4)
    expect(imported.left).toBe(4)
  })

  it('gives all pictures together 20 seconds', async () => {
    const names = Array.from({ length: 9 }, (_, i) => `/${i}.jpg`)
    const { outside, asked, clock, pass } = sites(Object.fromEntries(names.map((name) => [name, JPEG])))
    const { takePicture, taken } = taker()
    const imported = await importArticle({ page: articleWith(names), outside, clock, takePicture: (name, bytes) => { pass(6000); return takePicture(name, bytes) } })
    expect(asked.every(({ options }) => options.timeoutMs > 0 && options.timeoutMs <= 20_000)).toBe(true)
    expect(taken.length).toBeGreaterThan(0)
    expect(imported.left).toBe(9 - taken.length)
    expect(imported.left).toBeGreaterThan(0)
  })

  it('ends with what storing a picture threw', async () => {
    const { outside } = sites({ '/a.jpg': JPEG })
    await expect(importArticle({ page: articleWith(['/a.jpg']), outside, takePicture: () => Promise.reject(new Error('the store is away')) })).rejects.toThrow('the store is away')
  })

  it('refuses a page without text, or with too much of it, before a picture is fetched', async () => {
    const { outside, asked } = sites({})
    await expect(importArticle({ page: pageOf('<div id="app"></div>'), outside, ...taker() })).rejects.toThrow(/没有在这个网页里找到正文/)
    await expect(importArticle({ page: pageOf(`<article><img src="/a.jpg">${`<p>${PROSE}</p>`.repeat(2000)}</article>`), outside, ...taker() })).rejects.toThrow(/正文太长/)
    expect(asked).toEqual([])
    await expect(importArticle({ page: pageOf('<div id="js_content"><img src="/gone.jpg"></div>'), outside, ...taker() })).rejects.toThrow(/没有在这个网页里找到正文/)
  })

  it('takes over nothing hostile', async () => {
    const { outside } = sites({ '/a.jpg': JPEG })
    for (const attack of ATTACKS) {
      const { html } = await importArticle({ page: pageOf(`<div id="js_content"><p>${PROSE}</p><div>${attack}</div></div>`), outside, ...taker() })
      expect(html, attack).toMatch(STORED)
      expect(clean(html), attack).toBe(html)
    }
  })
})
