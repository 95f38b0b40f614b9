import { formatCount, formatDwell, type RankedBy } from '@zhike/shared'
import type { PeriodSums } from '@zhike/shared/contract'

/** What a ranking is about, as its address names it. */
export const RANKINGS = { materials: '热门素材', staff: '员工对比', departments: '部门对比' } as const
export type Ranking = keyof typeof RANKINGS

/** The figure that a ranking is sorted by. */
export function rankedValue(sums: PeriodSums, by: RankedBy): string {
  return by === 'readMs' ? (sums.readMs > 0 ? formatDwell(sums.readMs) : '—') : formatCount(sums[by])
}

/** The other figures of a row, below its name. */
export function otherFigures(sums: PeriodSums, by: RankedBy): string[] {
  return [
    by === 'views' ? null : `打开 ${formatCount(sums.views)} 次`, by === 'shares' ? null : `发送 ${formatCount(sums.shares)} 次`,
    sums.averageMs > 0 ? `平均阅读 ${formatDwell(sums.averageMs)}` : null,
  ].filter((fact) => fact !== null)
}
