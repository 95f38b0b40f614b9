import { systemClock } from '../../../platform/clock.ts'
import type { Clock } from '../../../platform/clock.ts'
import { invalid } from '../../../platform/http/errors.ts'
import type { Outside, OutsidePage } from '../../../platform/outside/outside.ts'
import { OutsideRefused } from '../../../platform/outside/refusals.ts'
import { cleanLine, elementsIn, htmlTree, isElement, lineOf } from '../html-tree.ts'
import type { HtmlNode } from '../html-tree.ts'
import { baseOf, pageTitle, pictureAddress, webAddress } from '../links/page-facts.ts'
import { pageText } from '../links/page-text.ts'
import { articleContent } from './article-content.ts'
import { cleanArticle } from './article-html.ts'
import type { CleanArticle } from './article-html.ts'
import { openTag } from './article-inline.ts'
import { writeArticle } from './article-writer.ts'

/** Of one import. Bytes are those of the files as the sites send them; time is all of them together, in milliseconds. */
const PICTURES = { most: 20, bytesOfOne: 10 * 1024 * 1024, bytes: 40 * 1024 * 1024, ms: 20_000, atOnce: 3 }
/** A picture this small, in pixels, is a point that counts visitors. */
const POINT = 8

export interface ReadArticle {
  title: string
  /** Its pictures are `<img data-picture="n">`, the n-th of `pictures`. */
  html: string
  /** Where the pictures are, each once, in order of appearance. */
  pictures: string[]
}

/** Finds the article in a page: text without what is around it, links as absolute addresses. Empty when there is none. */
export function readArticle(page: OutsidePage): ReadArticle {
  const tree = htmlTree(pageText(page))
  const elements = elementsIn(tree)
  const base = baseOf(elements, new URL(page.url))
  const title = pageTitle(elements)
  const numbers = new Map<string, number>()
  for (const { name, attribs } of elements) if (name === 'a') attribs['href'] = linkOf(attribs['href'] ?? '', base)
  const html = writeArticle(withoutTitle(articleContent(tree), title), (picture) => {
    const address = pictureAddress(picture, base)
    if (address === null || ['width', 'height'].some((side) => Number.parseInt(picture.attribs[side] ?? '', 10) <= POINT)) return null
    const number = numbers.get(address) ?? numbers.size
    numbers.set(address, number)
    return openTag('img', { 'data-picture': number, alt: cleanLine(picture.attribs['alt'] ?? '') || null })
  })
  return { title, html, pictures: [...numbers.keys()] }
}

const linkOf = (href: string, base: URL): string => (/^\s*tel:/i.test(href) ? href : webAddress(href, base) ?? '')

/** The material has a title of its own: the same words again as the first heading are left out. */
function withoutTitle(content: readonly HtmlNode[], title: string): HtmlNode[] {
  const first = content.findIndex((node) => isElement(node) && /^h[12]$/.test(node.name))
  const heading = content[first]
  return heading && title !== '' && lineOf([heading]) === title ? content.filter((node) => node !== heading) : [...content]
}

export interface ImportedArticle extends CleanArticle {
  title: string
  /** Pictures that could not be taken over: too many, too large, unreachable, or of a kind that we don't show. */
  left: number
  /** Where the article was found in the end. */
  source: string
  /** The page was longer than what was read of it, so the end may be missing. */
  cut: boolean
}

interface Import {
  page: OutsidePage
  outside: Outside
  /** Stores a picture; null when it is none that we show. What it throws ends the import. */
  takePicture(name: string, bytes: Buffer): Promise<{ fileId: number } | null>
  clock?: Clock
}

/**
 * Makes an article of ours from a page that was read, with its own copies of the pictures.
 * @throws AppError `invalid` when there is no article in the page, and as `cleanArticle`
 */
export async function importArticle({ page, outside, takePicture, clock = systemClock }: Import): Promise<ImportedArticle> {
  const { title, html, pictures } = readArticle(page)
  // Before anything is stored: an article without text may still be one of pictures.
  if (html === '') throw invalid('没有在这个网页里找到正文，请打开网页，把正文复制后粘贴进来')
  cleanArticle(html)
  const fileIds = await takePictures(pictures, { outside, takePicture, clock })
  const cleaned = cleanArticle(withFiles(html, fileIds))
  if (cleaned.html === '') throw invalid('没有在这个网页里找到正文，请打开网页，把正文复制后粘贴进来')
  return { title, ...cleaned, left: pictures.length - fileIds.size, source: page.url, cut: page.cut }
}

/** @returns the files by the number of their picture */
async function takePictures(pictures: readonly string[], { outside, takePicture, clock }: Pick<Import, 'outside' | 'takePicture'> & { clock: Clock }): Promise<Map<number, number>> {
  const taken = new Map<number, number>()
  const until = clock.now() + PICTURES.ms
  const waiting = [...pictures.slice(0, PICTURES.most).entries()]
  let bytes = 0
  const takeOne = async (number: number, address: string): Promise<void> => {
    const timeoutMs = until - clock.now()
    const maxBytes = Math.min(PICTURES.bytesOfOne, PICTURES.bytes - bytes)
    if (timeoutMs <= 0 || maxBytes <= 0) return
    const body = await bodyOf(outside.get(address, { maxBytes, overflow: 'refuse', timeoutMs, accept: 'image' }))
    if (body === null || bytes + body.length > PICTURES.bytes) return
    bytes += body.length
    const file = await takePicture(`文章图片 ${number + 1}`, body)
    if (file) taken.set(number, file.fileId)
  }
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await takeOne(...next)
  }
  const ends = await Promise.allSettled(Array.from({ length: PICTURES.atOnce }, worker))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return taken
}

/** Null for what can't be fetched: the article is worth having without it. `outside` has told the log why. */
async function bodyOf(answer: Promise<OutsidePage>): Promise<Buffer | null> {
  try {
    return (await answer).body
  } catch (error) {
    if (error instanceof OutsideRefused) return null
    throw error
  }
}

function withFiles(html: string, fileIds: ReadonlyMap<number, number>): string {
  return writeArticle(htmlTree(html), ({ attribs }) => {
    const fileId = fileIds.get(Number(attribs['data-picture']))
    return fileId === undefined ? null : openTag('img', { 'data-file': fileId, alt: attribs['alt'] ?? null })
  })
}
