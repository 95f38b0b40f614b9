import { formatDwell } from './format.ts'
import type { MaterialType } from './materials.ts'

/** The parts reading is told by: pages of a PDF, pictures of a set, tenths of a video. */
interface Parts { type?: MaterialType; pages: number | null }
/** @property pages of the material, null without; `depth` 0…100; `readingNow` and `lastPage` where somebody may be reading at the moment */
interface ReadingProgress extends Parts { maxPage: number | null; depth: number; readingNow?: boolean; lastPage?: number | null }

/** 第 3 页, 第 2 张, of a video how far it has played: 30%. */
function partWords({ type, pages }: Parts, page: number): string {
  if (type === 'video') return `${Math.round((page / (pages ?? page)) * 100)}%`
  return `第 ${page} ${type === 'image' ? '张' : '页'}`
}

/** How far down, or how far into a video, counts as the end: nobody scrolls to the very last line. */
const READ_THROUGH = 98

/** How far a reader has come: 正在看第 3 页, 看到第 3 页（共 8 页）, 看到最后一张, 读完, 看到 62%. Null when there is nothing to tell. */
export function progressWords({ type, pages, maxPage, depth, readingNow = false, lastPage = null }: ReadingProgress): string | null {
  if (type === 'video') return depth >= READ_THROUGH ? '看完' : depth > 0 ? `看到 ${depth}%` : null
  if (type === 'file') return depth > 0 ? '下载了' : null
  if (pages !== null && pages > 1) {
    const unit = type === 'image' ? '张' : '页'
    if (readingNow && lastPage !== null) return `正在看${partWords({ type, pages }, lastPage)}`
    if (maxPage === null) return null
    return maxPage >= pages ? `看到最后一${unit}` : `看到${partWords({ type, pages }, maxPage)}（共 ${pages} ${unit}）`
  }
  if (depth >= READ_THROUGH) return type === 'link' ? '打开了原文' : '读完'
  return depth > 0 ? `读到 ${depth}%` : null
}

/** Has she come to the end? Of what opens elsewhere (a link, a file) nobody can tell. */
export function isReadThrough({ type, pages, maxPage, depth }: ReadingProgress): boolean {
  if (type === 'file' || type === 'link') return false
  if (type !== 'video' && pages !== null && pages > 1) return maxPage !== null && maxPage >= pages
  return depth >= READ_THROUGH
}

/** Where somebody is at the moment: 第 3 页 / 共 8 页; empty where there are no parts. */
export function placeWords({ type, pages, page }: Parts & { page: number | null }): string {
  if (pages === null || pages <= 1 || page === null || page === 0) return ''
  return type === 'video' ? partWords({ type, pages }, page) : `${partWords({ type, pages }, page)} / 共 ${pages} ${type === 'image' ? '张' : '页'}`
}

/** How long somebody read: 读了1分20秒. Null when not yet. */
export function readWords(visibleMs: number): string | null {
  return visibleMs > 0 ? `读了${formatDwell(visibleMs)}` : null
}

/** How long and how often: 第 2 次打开 · 读了1分20秒. */
export function dwellWords({ openNumber, visibleMs }: { openNumber: number; visibleMs: number }): string {
  const dwell = readWords(visibleMs) ?? '刚打开'
  return openNumber > 1 ? `第 ${openNumber} 次打开 · ${dwell}` : dwell
}

/** Where a reader stayed longest, from the milliseconds per part: 第 3 页停留最久，40秒. */
export function longestPageWords(pageMs: readonly number[], type?: MaterialType): string {
  const longest = Math.max(...pageMs, 0)
  if (longest === 0) return '还没有停留'
  const page = pageMs.indexOf(longest) + 1
  if (type === 'video') return `${(page - 1) * 10}%–${page * 10}% 停留最久，${formatDwell(longest)}`
  return `${partWords({ type, pages: pageMs.length }, page)}停留最久，${formatDwell(longest)}`
}
