import type { RankedBy } from '@zhike/shared'
import type { RankedDepartment, RankedMaterial, RankedStaff } from '@zhike/shared/contract'
import { api } from '../../common/api.ts'
import type { Ranking } from './ranking.ts'

export type RankedRow = RankedMaterial | RankedStaff | RankedDepartment
interface Asked { from: string; to: string; by: RankedBy; skip?: number; limit?: number }

/** One part of a ranking, whatever it is about. */
export async function loadRanking(about: Ranking, asked: Asked, signal?: AbortSignal): Promise<{ items: RankedRow[]; total: number }> {
  if (about === 'materials') return await api('GET /api/radar/ranking/materials', { query: asked, signal })
  if (about === 'staff') return await api('GET /api/radar/ranking/staff', { query: asked, signal })
  const { from, to, by } = asked
  const all = await api('GET /api/radar/ranking/departments', { query: { from, to, by }, signal })
  // There are few departments: they come all at once.
  const start = asked.skip ?? 0
  return { items: all.items.slice(start, start + (asked.limit ?? all.items.length)), total: all.total }
}

/** Names a row within its ranking. */
export function keyOfRanked(row: RankedRow): number {
  if ('material' in row) return row.material.materialId
  return 'staff' in row ? row.staff.staffId : row.departmentId
}
