import { formatDwell } from '@zhike/shared'
import type { ViewRow } from '@zhike/shared/contract'

type Progress = Pick<ViewRow, 'depth' | 'maxPage' | 'lastPage' | 'readingNow'> & { material: Pick<ViewRow['material'], 'pages'> }

/** How far a reader has come: 正在看第 3 页, 看到第 3 页（共 8 页）, 读完, 读到 62%. Null when there is nothing to tell. */
export function progressWords(view: Progress): string | null {
  const { pages } = view.material
  if (pages !== null && pages > 1) {
    if (view.readingNow && view.lastPage !== null) return `正在看第 ${view.lastPage} 页`
    if (view.maxPage === null) return null
    return view.maxPage >= pages ? '看到最后一页' : `看到第 ${view.maxPage} 页（共 ${pages} 页）`
  }
  if (view.depth >= 98) return '读完'
  return view.depth > 0 ? `读到 ${view.depth}%` : null
}

/** How long and how often: 第 2 次打开 · 1分20秒. */
export function dwellWords(view: Pick<ViewRow, 'openNumber' | 'visibleMs'>): string {
  const dwell = view.visibleMs > 0 ? `读了${formatDwell(view.visibleMs)}` : '刚打开'
  return view.openNumber > 1 ? `第 ${view.openNumber} 次打开 · ${dwell}` : dwell
}

/** Where a reader stayed longest, from the milliseconds per page: 第 3 页停留最久，40秒. */
export function longestPageWords(pageMs: readonly number[]): string {
  const longest = Math.max(...pageMs, 0)
  return longest === 0 ? '还没有停留' : `第 ${pageMs.indexOf(longest) + 1} 页停留最久，${formatDwell(longest)}`
}
