import type { LiveMessage } from '../../platform/live.ts'
import type { Viewer } from '../identity/index.ts'

/**
 * May this viewer hear this message? News of customers and views go to those whose scope holds one of the owners.
 * Jobs and materials belong to nobody: materials are everyone's, jobs are for those who may see the job centre.
 */
export function concerns(viewer: Pick<Viewer, 'staffId' | 'owners' | 'permissions'>, message: LiveMessage): boolean {
  if (message.to !== undefined) return message.to === viewer.staffId
  if (message.owners.length === 0) return message.event.kind === 'material' || (message.event.kind === 'job' && viewer.permissions.has('jobs.read'))
  const { owners } = viewer
  return owners.all || message.owners.some((staffId) => owners.staffIds.includes(staffId))
}
