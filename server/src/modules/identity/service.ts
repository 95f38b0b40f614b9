import type { FastifyInstance } from 'fastify'
import type { Platform } from '../../platform/platform.ts'
import { repeatedly } from '../../platform/repeat.ts'
import type { Repeated } from '../../platform/repeat.ts'
import type { Audit } from '../audit/index.ts'
import type { Corps } from '../corps/index.ts'
import type { Jobs } from '../jobs/index.ts'
import { createAccess } from './access.ts'
import { createContactsSync } from './contacts-sync.ts'
import { createContactsWriter } from './contacts-write.ts'
import { createDirectory } from './directory.ts'
import { createRoles } from './roles.ts'
import { identityRoutes } from './routes.ts'
import { createSignIn } from './sign-in.ts'
import { createStaffList } from './staff-list.ts'
import type { StaffFigures } from './staff-list.ts'
import type { Register } from './viewer.ts'

export type Identity = ReturnType<typeof createIdentity>

const CONTACTS_EVERY_MS = 10 * 60 * 1000
const TIMETABLE_MS = 60 * 1000

/** Members, departments, roles, sessions. */
export function createIdentity(platform: Platform, needs: { corps: Corps; audit: Audit; jobs: Jobs; figures: StaffFigures }) {
  const access = createAccess(platform, needs.corps)
  const directory = createDirectory(platform)
  const writer = createContactsWriter(platform)
  const signIn = createSignIn(platform, { ...needs, access, contacts: writer })
  const contacts = createContactsSync(platform, { corps: needs.corps, contacts: writer })
  const roles = createRoles(platform, needs)
  const staffList = createStaffList(platform, { access, figures: needs.figures })
  needs.jobs.define('contacts_sync', contacts.run)
  let timetable: Repeated | null = null

  const identity = {
    ...directory,
    access, signIn, contacts, roles, staffList,
    routes(register: Register): void {
      identityRoutes(register, identity, { ...needs, platform })
    },
    plainRoutes(app: FastifyInstance): void {
      signIn.routes(app)
    },
    async work(): Promise<void> {
      timetable ??= repeatedly(TIMETABLE_MS, 'contacts', async () => {
        const due = platform.clock.now() - CONTACTS_EVERY_MS
        for (const corp of await needs.corps.active()) {
          if (corp.hasSecret && ((await needs.jobs.lastBegun(corp.id, 'contacts_sync')) ?? 0) < due) await needs.jobs.start(corp.id, 'contacts_sync', { staffId: null })
        }
      }, platform.log)
    },
    async stop(): Promise<void> {
      await timetable?.stop()
      timetable = null
    },
  }
  return identity
}
