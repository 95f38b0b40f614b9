import { LIMITS, formatBytes } from '@zhike/shared'
import sanitize from 'sanitize-html'
import { invalid } from '../../../platform/http/errors.ts'
import { cut } from '../../../platform/text.ts'
import { cleanLine, endOfReadable, htmlTree, lineOf } from '../html-tree.ts'
import type { HtmlElement } from '../html-tree.ts'
import { openTag } from './article-inline.ts'
import { HOLDERS, WITHOUT_CONTENT, writeArticle } from './article-writer.ts'

const ALT = 100
/** Of what is given to be cleaned: pasted HTML is mostly styles. */
const GIVEN_CHARACTERS = 1_000_000
/** Deeper tags are dropped, their text stays. What we write ourselves is never this deep. */
const DEPTH = 100

export interface CleanArticle {
  html: string
  /** Our files that it shows, in order of appearance, each once. Whose they are is for the caller to check. */
  fileIds: number[]
  /** Those one reads: blanks don't count. */
  characters: number
}

/**
 * Makes what an editor or another site gave into an article that can be stored: twice over, first by a filter that drops what isn't
 * allowed, then by writing the rest anew. Cleaning what is clean changes nothing.
 * @throws AppError `invalid` when it is too long, too complicated or has too many pictures
 */
export function cleanArticle(html: string): CleanArticle {
  if (html.length > GIVEN_CHARACTERS || endOfReadable(html) < html.length) throw invalid('正文太长或格式太复杂，请删去一部分，或只粘贴文字')
  const fileIds = new Set<number>()
  const written = writeArticle(htmlTree(sanitize(html, FILTER)), (picture) => {
    const fileId = fileIdOf(picture)
    if (fileId === null) return null
    fileIds.add(fileId)
    return openTag('img', { 'data-file': fileId, alt: altOf(picture) || null })
  })
  if (fileIds.size > LIMITS.articlePictures) throw invalid(`一篇文章最多 ${LIMITS.articlePictures} 张图片，现在有 ${fileIds.size} 张，请删去一些`)
  if (Buffer.byteLength(written) > LIMITS.articleBytes) throw invalid(`正文太长（最多 ${formatBytes(LIMITS.articleBytes)}，约 6 万字），请删去一部分`)
  return { html: written, fileIds: [...fileIds], characters: [...articleText(written).replace(/\s/g, '')].length }
}

/** The text of an article in one line, for its summary. */
export const articleText = (html: string): string => lineOf(htmlTree(html))

/** Chinese characters that people read in a minute. */
const READ_IN_A_MINUTE = 400

/** How long an article takes to read: whole minutes, at least one. */
export const readingMinutes = (characters: number): number => Math.max(1, Math.round(characters / READ_IN_A_MINUTE))

/** A picture as a page shows it; width and height are those of the file, in pixels. */
export interface ShownPicture { src: string; width: number; height: number }

/** What a page shows of a stored body: written anew, with the pictures in their places. Those that are gone (null) are left out. */
export function showArticle(html: string, pictureOf: (fileId: number) => ShownPicture | null): string {
  return writeArticle(htmlTree(html), (picture) => {
    const fileId = fileIdOf(picture)
    const shown = fileId === null ? null : pictureOf(fileId)
    return shown && openTag('img', { src: shown.src, alt: altOf(picture), width: shown.width, height: shown.height, loading: 'lazy', decoding: 'async' })
  })
}

/** Pictures are our own files, by their ids. */
function fileIdOf({ attribs }: HtmlElement): number | null {
  const fileId = Number(/^[1-9]\d{0,15}$/.exec(attribs['data-file'] ?? '')?.[0])
  return Number.isSafeInteger(fileId) ? fileId : null
}

const altOf = ({ attribs }: HtmlElement): string => cut(cleanLine(attribs['alt'] ?? ''), ALT).trim()

const FILTER: sanitize.IOptions = {
  allowedTags: [
    'p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'strong', 'b', 'em', 'i', 'u', 'ins', 's', 'strike', 'del', 'sub', 'sup', 'br', 'hr', 'ul', 'ol', 'blockquote', 'pre', 'code', 'a', 'img', 'figure', 'table',
    // They say where paragraphs end; the article itself has none of them.
    ...HOLDERS,
  ],
  nonTextTags: WITHOUT_CONTENT,
  allowedAttributes: { a: ['href'], img: ['data-file', 'alt'], td: ['colspan', 'rowspan'], th: ['colspan', 'rowspan'], '*': ['style', 'align'] },
  // The writer takes the alignment out of them, and nothing else. Parsing them as CSS takes seconds of a hostile one.
  parseStyleAttributes: false,
  allowedSchemes: ['http', 'https', 'tel'],
  allowProtocolRelative: false,
  nestingLimit: DEPTH,
}
