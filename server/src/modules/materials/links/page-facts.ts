import { domainToUnicode } from 'node:url'
import { LIMITS } from '@zhike/shared'
import type { Framing } from '@zhike/shared'
import type { OutsidePage } from '../../../platform/outside/outside.ts'
import { cut } from '../../../platform/text.ts'
import { cleanLine, elementsIn, htmlTree, isInside, lineOf } from '../html-tree.ts'
import type { HtmlElement } from '../html-tree.ts'
import { framingOf } from './framing.ts'
import { pageText } from './page-text.ts'

/** What the form of a link is filled with, and how its customers will see the page (MAT-6). Texts are empty where the page has none. */
export interface PageFacts {
  /** Whole, up to 120 characters: a form with a tighter limit cuts it. */
  title: string
  /** At most `LIMITS.materialSummary`. */
  summary: string
  /** An http(s) address that the page names; not yet fetched. */
  cover: string | null
  siteName: string
  framing: Framing
}

const TITLE = 120
const SITE_NAME = 40
const LONGEST_URL = 2048
/** Of pages without a description: a paragraph this long is prose, shorter ones are menus and dates. */
const PROSE = 20
/** Of pages without a picture for sharing: in pixels, either way. */
const BIG = 200
/** So many paragraphs and pictures are looked at. */
const LOOKED_AT = 300
const AROUND_THE_CONTENT = new Set(['nav', 'header', 'footer', 'aside', 'form'])
const DRAWINGS = new Set(['svg'])

/**
 * Reads title, summary, picture and rules for frames out of a page. Never fails: what isn't there or makes no sense is left out.
 * @param ours origin of our pages, in one of which it may be framed
 */
export function pageFacts(page: OutsidePage, ours: string): PageFacts {
  const html = pageText(page)
  const elements = elementsIn(htmlTree(html))
  const metas = metasOf(elements)
  const of = (...names: string[]) => names.map((name) => metas.get(name)).find((value) => value !== undefined) ?? ''
  const address = new URL(page.url)
  return {
    title: pageTitle(elements),
    summary: cut(of('og:description', 'description', 'twitter:description') || firstProse(elements), LIMITS.materialSummary).trim(),
    cover: coverOf(elements, html, of, baseOf(elements, address)),
    // WeChat names itself as the site of every article; the account is what people know.
    siteName: cut(lineOf(elements.filter(({ attribs }) => attribs['id'] === 'js_name').slice(0, 1), SITE_NAME) || of('og:site_name', 'application-name') || domainToUnicode(address.hostname).replace(/^www\./, ''), SITE_NAME),
    framing: framingOf(page, ours),
  }
}

/** The first value of each name that says something. */
function metasOf(elements: readonly HtmlElement[]): Map<string, string> {
  const metas = new Map<string, string>()
  for (const { attribs } of named(elements, 'meta')) {
    const name = (attribs['property'] ?? attribs['name'] ?? attribs['itemprop'] ?? '').trim().toLowerCase()
    // One more than what an address may have: too long stays too long.
    const value = cleanLine((attribs['content'] ?? '').slice(0, LONGEST_URL + 1))
    if (name !== '' && value !== '' && !metas.has(name)) metas.set(name, value)
  }
  return metas
}

/** At most 120 characters; empty when the page has none. */
export function pageTitle(elements: readonly HtmlElement[]): string {
  const metas = metasOf(elements)
  // Drawings have titles too.
  const title = named(elements, 'title').find((each) => !isInside(each, DRAWINGS))
  return cut(metas.get('og:title') ?? metas.get('twitter:title') ?? (lineOf(title?.children ?? [], TITLE) || lineOf(named(elements, 'h1').slice(0, 1), TITLE)), TITLE)
}

function firstProse(elements: readonly HtmlElement[]): string {
  for (const paragraph of named(elements, 'p').slice(0, LOOKED_AT)) {
    const text = lineOf(paragraph.children, LIMITS.materialSummary)
    if (text.length >= PROSE && !isInside(paragraph, AROUND_THE_CONTENT)) return text
  }
  return ''
}

/** What relative addresses of a page start from. */
export function baseOf(elements: readonly HtmlElement[], address: URL): URL {
  const href = named(elements, 'base').map(({ attribs }) => attribs['href']).find((each) => each !== undefined)
  return href !== undefined && URL.canParse(href, address.href) ? new URL(href, address) : address
}

const named = (elements: readonly HtmlElement[], name: string): HtmlElement[] => elements.filter((element) => element.name === name)

function coverOf(elements: readonly HtmlElement[], html: string, of: (...names: string[]) => string, base: URL): string | null {
  const said = [
    of('og:image'), of('og:image:url', 'og:image:secure_url'), of('twitter:image', 'twitter:image:src'),
    named(elements, 'link').find(({ attribs }) => attribs['rel']?.toLowerCase() === 'image_src')?.attribs['href'], wechatCover(html),
  ]
  for (const text of said) {
    const url = webAddress(text, base)
    if (url !== null) return url
  }
  return bigPicture(elements, base)
}

/** WeChat's articles keep their cover in a script, written for its own templates. */
function wechatCover(html: string): string | undefined {
  return /\bmsg_cdn_url\s*=\s*["']([^"'\s]{8,2000})["']/.exec(html)?.[1]?.replace(/\\x26/g, '&').replace(/&amp;/g, '&')
}

/** A picture that says it is big, or else one that says nothing and doesn't look like a sign. */
function bigPicture(elements: readonly HtmlElement[], base: URL): string | null {
  let unmeasured: string | null = null
  for (const picture of named(elements, 'img').slice(0, LOOKED_AT)) {
    const url = pictureAddress(picture, base)
    if (url === null) continue
    const sizes = ['width', 'height', 'data-w'].map((name) => Number.parseInt(picture.attribs[name] ?? '', 10)).filter((size) => size >= 0)
    if (sizes.length > 0 && sizes.every((size) => size >= BIG)) return url
    if (sizes.length === 0 && !/logo|icon|avatar|sprite|blank|pixel|spacer|loading|\.(svg|gif)\b/i.test(url)) unmeasured ??= url
  }
  return unmeasured
}

/** Where pictures that are loaded late really are; the ordinary place then holds a blank. */
const LATE = ['data-src', 'data-original', 'data-lazy-src', 'data-actualsrc', 'data-url', 'src']

/** The address of an `img`, or null when it has none of the web. */
export function pictureAddress(picture: HtmlElement, base: URL): string | null {
  for (const name of LATE) {
    const url = webAddress(picture.attribs[name], base)
    if (url !== null) return url
  }
  return null
}

/** An absolute http(s) address without credentials, or null. */
export function webAddress(text: string | undefined, base: URL): string | null {
  const trimmed = text?.trim() ?? ''
  if (trimmed === '' || trimmed.length > LONGEST_URL || !URL.canParse(trimmed, base.href)) return null
  const url = new URL(trimmed, base)
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || url.username !== '' || url.password !== '') return null
  return url.href.length > LONGEST_URL ? null : url.href
}
