import { eq } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { MySqlColumn } from 'drizzle-orm/mysql-core'
import type { FiguresScope } from '@zhike/shared'
import { can, withinScope } from '../../identity/index.ts'
import type { Viewer } from '../../identity/index.ts'

/**
 * Whose links a viewer's figures are of (GEN-9, MAT-22): with the permission for statistics those within her scope, else her own.
 * `links` is the condition on a column of senders; undefined where there is none.
 */
export function figuresFor(viewer: Viewer): { scope: FiguresScope; links(staffId: MySqlColumn): SQL | undefined } {
  if (!can(viewer, 'materials.stats')) return { scope: 'own', links: (staffId) => eq(staffId, viewer.staffId) }
  return { scope: viewer.owners.all ? 'all' : 'managed', links: (staffId) => withinScope(viewer, staffId) }
}
