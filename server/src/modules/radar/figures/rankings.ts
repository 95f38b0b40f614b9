import type { RankedBy } from '@zhike/shared'
import type { AnswerOf } from '@zhike/shared/contract'
import type { Platform } from '../../../platform/platform.ts'
import { mayOwn } from '../../identity/index.ts'
import type { Viewer } from '../../identity/index.ts'
import type { RadarNeeds } from '../needs.ts'
import { DELETED_MATERIAL, leftMember } from '../views/gone.ts'
import { NOTHING, periodOf, periodSums, rankedBy, shownSums } from './period.ts'
import type { Period, Sums } from './period.ts'

interface Asked extends Partial<Period> { by: RankedBy; skip?: number; limit: number }

/**
 * Materials, members and departments compared over a period (MAT-23), within the viewer's scope. Whoever and whatever had nothing
 * is listed with 0: that is what a manager looks for.
 */
export function createRankings({ db, clock }: Platform, needs: RadarNeeds) {
  const part = <T>(rows: readonly T[], { skip = 0, limit }: Pick<Asked, 'skip' | 'limit'>): T[] => rows.slice(skip, skip + limit)

  /** Members of the scope who have not left, and those who have, as far as they still count. */
  async function membersOf(viewer: Viewer, counted: Iterable<number>): Promise<number[]> {
    const { organisation } = await needs.identity.access.peopleNow(viewer.corpId)
    return [...new Set([...organisation.everybody().filter((staffId) => mayOwn(viewer, staffId)), ...counted])]
  }

  return {
    async materials(viewer: Viewer, asked: Asked): Promise<AnswerOf<'GET /api/radar/ranking/materials'>> {
      const period = periodOf(asked, clock.now(), viewer.corp.zone)
      const [sums, listed] = await Promise.all([periodSums(db, viewer).byMaterial(period), needs.materials.listedFor(viewer)])
      const rows = rankedBy([...new Set([...listed, ...sums.keys()])].map((materialId) => ({ materialId, ...(sums.get(materialId) ?? NOTHING) })), asked.by, (row) => row.materialId)
      const shown = part(rows, asked)
      const ids = shown.map((row) => row.materialId)
      const [titles, within] = await Promise.all([needs.materials.titles(db, viewer.corpId, ids), needs.materials.knownAmong(viewer, ids)])
      return {
        ...period, total: rows.length,
        items: shown.map(({ materialId, ...sums }) => {
          const known = titles.get(materialId)
          // What her people sent out of libraries that she can't look into is told as their readings tell it; there is no way to it (MAT-1).
          const reachable = within.has(materialId)
          return { ...shownSums(sums), material: { materialId, title: known?.title ?? DELETED_MATERIAL, type: known?.type ?? 'link', deleted: known?.deleted ?? true, reachable } }
        }),
      }
    },
    async staff(viewer: Viewer, asked: Asked & { materialId?: number }): Promise<AnswerOf<'GET /api/radar/ranking/staff'>> {
      const period = periodOf(asked, clock.now(), viewer.corp.zone)
      const sums = await periodSums(db, viewer).byStaff(period, asked.materialId)
      // Of one material those who neither sent it nor were read are no news.
      const members = asked.materialId === undefined ? await membersOf(viewer, sums.keys()) : [...sums.keys()]
      const rows = rankedBy(members.map((staffId) => ({ staffId, ...(sums.get(staffId) ?? NOTHING) })), asked.by, (row) => -row.staffId)
      const shown = part(rows, asked)
      const refs = await needs.identity.staffRefs(viewer.corpId, shown.map((row) => row.staffId))
      return {
        ...period, total: rows.length,
        items: shown.map(({ staffId, ...figures }) => ({ ...shownSums(figures), staff: refs.get(staffId) ?? leftMember(staffId) })),
      }
    },
    async departments(viewer: Viewer, asked: Pick<Asked, 'from' | 'to' | 'by'>): Promise<AnswerOf<'GET /api/radar/ranking/departments'>> {
      const period = periodOf(asked, clock.now(), viewer.corp.zone)
      const [sums, { organisation }] = await Promise.all([periodSums(db, viewer).byStaff(period), needs.identity.access.peopleNow(viewer.corpId)])
      const { leads } = viewer.places
      const led = organisation.tree().filter((one) => leads === 'all' || leads.has(one.departmentId)).map((one) => ({ ...one, staffIds: [...organisation.membersUnder([one.departmentId])] }))
      // A sum over only those of its members whom she may see would pass for the department's.
      const seen = led.filter(({ staffIds }) => staffIds.every((staffId) => staffId === viewer.staffId || mayOwn(viewer, staffId)))
      const rows = seen.map(({ staffIds, ...one }) => ({ ...one, members: staffIds.length, ...together(staffIds.flatMap((staffId) => sums.get(staffId) ?? [])) }))
      return { ...period, total: rows.length, items: rankedBy(rows, asked.by, (row) => -row.departmentId).map((row) => ({ ...row, ...shownSums(row) })) }
    },
  }
}

function together(list: readonly Sums[]): Sums {
  const sum = (of: (one: Sums) => number) => list.reduce((all, one) => all + of(one), 0)
  return { views: sum((one) => one.views), shares: sum((one) => one.shares), readings: sum((one) => one.readings), readMs: sum((one) => one.readMs) }
}
