import type { FastifyInstance } from 'fastify'
import { createAudit } from './modules/audit/index.ts'
import { createCallbacks } from './modules/callbacks/index.ts'
import { createCorps } from './modules/corps/index.ts'
import { createCustomers, createStaffFigures } from './modules/customers/index.ts'
import { createGroupChats } from './modules/group-chats/index.ts'
import { createIdentity } from './modules/identity/index.ts'
import type { Register } from './modules/identity/index.ts'
import { createJobs } from './modules/jobs/index.ts'
import { createLive } from './modules/live/index.ts'
import { createMaterials } from './modules/materials/index.ts'
import { createNotices } from './modules/notices/index.ts'
import { operationsRoutes } from './modules/operations/index.ts'
import { createRadar, radarFigures } from './modules/radar/index.ts'
import { createSetup } from './modules/setup/index.ts'
import { readerScript } from './paths.ts'
import type { Platform } from './platform/platform.ts'

export type Modules = ReturnType<typeof createModules>

/** All areas, each given just what it needs of the others. The order is the order of dependence. */
export function createModules(platform: Platform) {
  const corps = createCorps(platform)
  const audit = createAudit(platform)
  const jobs = createJobs(platform)
  const identity = createIdentity(platform, { corps, audit, jobs, figures: createStaffFigures(platform) })
  const groupChats = createGroupChats(platform, { corps, identity, jobs, people: () => customers.inGroups })
  const customers = createCustomers(platform, { corps, identity, audit, jobs, groupChats, elsewhere: () => ({ forget: [groupChats, radar, callbacks, jobs, audit].map((area) => area.forgetCustomer) }) })
  const materials = createMaterials(platform, { audit, identity, radarFigures: radarFigures(platform.db), mayReadCustomer: customers.mayRead })
  const notices = createNotices(platform, { corps, identity })
  const radar = createRadar(platform, { corps, identity, materials, notices, customers, groupChats, readerScript })
  const live = createLive(platform, { identity })
  const callbacks = createCallbacks(platform, { corps, identity, audit })
  const setup = createSetup(platform, { corps, identity, audit, jobs })
  callbacks.use(customers.events)
  callbacks.use(groupChats.events)

  return {
    corps, audit, jobs, identity, groupChats, customers, materials, notices, radar, live, callbacks, setup,
    /** The JSON API. */
    routes(register: Register): void {
      for (const area of [identity, groupChats, customers, materials, notices, radar, live, callbacks, setup]) area.routes(register)
      operationsRoutes(register, { platform, jobs, audit, identity })
    },
    /** Pages and endpoints outside of the contract. */
    async plainRoutes(app: FastifyInstance): Promise<void> {
      identity.plainRoutes(app)
      radar.plainRoutes(app)
      live.plainRoutes(app)
      await callbacks.plainRoutes(app)
    },
    /** Starts the background work of all areas in this process (worker role). */
    async work(): Promise<void> {
      for (const area of [identity, groupChats, customers, materials, notices, radar, callbacks, jobs]) await area.work()
    },
    /** Ends what `work` began; queues are closed with the platform. */
    async stop(): Promise<void> {
      await Promise.all([identity, customers, materials, notices, radar, callbacks, jobs].map((area) => area.stop()))
    },
  }
}
