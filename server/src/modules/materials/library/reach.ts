import type { Queries } from '../../../platform/db/connect.ts'
import { forbidden } from '../../../platform/http/errors.ts'
import { can } from '../../identity/index.ts'
import type { Viewer } from '../../identity/index.ts'
import { groupsOf } from './groups-store.ts'
import type { GroupRow } from './groups-store.ts'

/** Whatever lies in a library: a material or a group. */
export interface Shelved { scope: GroupRow['scope']; ownerId: number; groupId: number }

/** What a member may do in the three libraries (MAT-1, MAT-20). */
export interface Reach {
  /** May send it: the corp's, a team group's that is open to one of her departments, her own. */
  sends(one: Shelved): boolean
  /** May change it: with the permission for the corp's, for team groups of departments she leads, her own. */
  edits(one: Shelved): boolean
  /** What she can't see doesn't exist for her. */
  sees(one: Shelved): boolean
  /** Team groups by what she may do with them. */
  teamGroups: { sends: readonly number[]; sees: readonly number[] }
  editsTeams: boolean
}

/** May she open a group to these departments? Without departments a team group is only for who sees the whole corp (MAT-2). */
export function leadsAll(viewer: Viewer, departmentIds: readonly number[]): boolean {
  const { leads } = viewer.places
  return leads === 'all' || (departmentIds.length > 0 && departmentIds.every((id) => leads.has(id)))
}

export async function reachOf(q: Queries, viewer: Viewer): Promise<Reach> {
  const groups = await groupsOf(q, viewer.corpId).teamDepartments()
  const editsTeams = can(viewer, 'team_materials.write')
  const sendable = new Set<number>()
  const editable = new Set<number>()
  for (const [groupId, departmentIds] of groups) {
    if (departmentIds.some((id) => viewer.places.within.has(id))) sendable.add(groupId)
    if (editsTeams && leadsAll(viewer, departmentIds)) editable.add(groupId)
  }
  const own = (one: Shelved) => one.scope === 'personal' && one.ownerId === viewer.staffId
  const sends = (one: Shelved) => one.scope === 'corp' || own(one) || (one.scope === 'team' && sendable.has(one.groupId))
  const edits = (one: Shelved) => own(one) || (one.scope === 'corp' && can(viewer, 'materials.write')) || (one.scope === 'team' && editable.has(one.groupId))
  return {
    sends, edits, sees: (one) => sends(one) || edits(one), editsTeams,
    teamGroups: { sends: [...sendable], sees: [...new Set([...sendable, ...editable])] },
  }
}

/** For programs that fill libraries: the demo corp. */
export const REACH_OF_PROGRAMS: Reach = { sends: () => true, edits: () => true, sees: () => true, teamGroups: { sends: [], sees: [] }, editsTeams: true }

/** @throws AppError `forbidden` with what she would need */
export function requireEdits(reach: Reach, one: Shelved): void {
  if (reach.edits(one)) return
  throw forbidden(one.scope === 'corp' ? '没有管理企业素材的权限，请联系管理员' : '没有管理这个团队分组的权限，请联系管理员')
}
