import { formatDwell } from './format.ts'

/** @property pages of the material, null without; `depth` 0…100; `readingNow` and `lastPage` where somebody may be reading at the moment */
interface ReadingProgress { pages: number | null; maxPage: number | null; depth: number; readingNow?: boolean; lastPage?: number | null }

/** How far a reader has come: 正在看第 3 页, 看到第 3 页（共 8 页）, 看到最后一页, 读完, 读到 62%. Null when there is nothing to tell. */
export function progressWords({ pages, maxPage, depth, readingNow = false, lastPage = null }: ReadingProgress): string | null {
  if (pages !== null && pages > 1) {
    if (readingNow && lastPage !== null) return `正在看第 ${lastPage} 页`
    if (maxPage === null) return null
    return maxPage >= pages ? '看到最后一页' : `看到第 ${maxPage} 页（共 ${pages} 页）`
  }
  if (depth >= 98) return '读完'
  return depth > 0 ? `读到 ${depth}%` : null
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

/** Where a reader stayed longest, from the milliseconds per page: 第 3 页停留最久，40秒. */
export function longestPageWords(pageMs: readonly number[]): string {
  const longest = Math.max(...pageMs, 0)
  return longest === 0 ? '还没有停留' : `第 ${pageMs.indexOf(longest) + 1} 页停留最久，${formatDwell(longest)}`
}
