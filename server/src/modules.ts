import type { FastifyInstance } from 'fastify'
import { auditRetention, createAudit } from './modules/audit/index.ts'
import { callbacksRetention, createCallbacks } from './modules/callbacks/index.ts'
import { createContactWays } from './modules/contact-ways/index.ts'
import { corpsRetention, createCorps } from './modules/corps/index.ts'
import { createCustomers, createStaffFigures, customersRetention } from './modules/customers/index.ts'
import { createGroupChats } from './modules/group-chats/index.ts'
import { createIdentity, identityRetention } from './modules/identity/index.ts'
import type { Register } from './modules/identity/index.ts'
import { createJobs, jobsRetention } from './modules/jobs/index.ts'
import { createLive } from './modules/live/index.ts'
import { createMaterials } from './modules/materials/index.ts'
import { createNotices, noticesRetention } from './modules/notices/index.ts'
import { createOfficialAccounts } from './modules/official-account/index.ts'
import { createOperations } from './modules/operations/index.ts'
import { createRadar, radarFigures, sharesUsing } from './modules/radar/index.ts'
import { createSetup } from './modules/setup/index.ts'
import { readerScript } from './paths.ts'
import { partsRetention } from './platform/files/parts.ts'
import type { Platform } from './platform/platform.ts'
import type { Repeated } from './platform/repeat.ts'
import { startForgetting } from './platform/retention.ts'

export type Modules = ReturnType<typeof createModules>

/** All areas, each given just what it needs of the others. The order is the order of dependence. */
export function createModules(platform: Platform) {
  const corps = createCorps(platform)
  const audit = createAudit(platform)
  const jobs = createJobs(platform)
  const identity = createIdentity(platform, { corps, audit, jobs, figures: createStaffFigures(platform) })
  const groupChats = createGroupChats(platform, { corps, identity, jobs, people: () => customers.inGroups })
  const customers = createCustomers(platform, { corps, identity, audit, jobs, groupChats, elsewhere: () => ({ forget: [groupChats, radar, callbacks, audit, jobs].map((area) => area.forgetCustomer), readings: radar.views, materialsWithTag: materials.withTag }) })
  const materials = createMaterials(platform, { audit, identity, radarFigures: radarFigures(platform.db), uses: [sharesUsing(platform.db)], mayReadCustomer: customers.mayRead, knownTags: customers.knownTags })
  const notices = createNotices(platform, { corps, identity, quietAt: (corpId, at) => radar.quietAt(corpId, at) })
  const officialAccounts = createOfficialAccounts(platform, { corps, audit })
  const contactWays = createContactWays(platform, { corps, identity })
  const radar = createRadar(platform, { audit, jobs, corps, identity, officialAccounts, materials, notices, customers, groupChats, contactWays, readerScript })
  const live = createLive(platform, { identity })
  const callbacks = createCallbacks(platform, { corps, identity, audit })
  const setup = createSetup(platform, { corps, identity, audit, jobs })
  const operations = createOperations(platform, { jobs, audit, identity })
  callbacks.use(customers.events)
  callbacks.use(groupChats.events)
  customers.onEvent('material_opened', materials.whenOpened)
  const retentions = [...[partsRetention, auditRetention, callbacksRetention, corpsRetention, customersRetention, identityRetention, jobsRetention, noticesRetention].flatMap((of) => of(platform)), ...radar.retentions]
  const forgetting: Repeated[] = []

  return {
    corps, audit, jobs, identity, groupChats, customers, materials, notices, officialAccounts, contactWays, radar, live, callbacks, setup, retentions,
    /** The JSON API. */
    routes(register: Register): void {
      for (const area of [identity, groupChats, customers, materials, notices, officialAccounts, contactWays, radar, live, callbacks, setup, operations]) area.routes(register)
    },
    /** Pages and endpoints outside of the contract. */
    async plainRoutes(app: FastifyInstance): Promise<void> {
      identity.plainRoutes(app)
      officialAccounts.plainRoutes(app)
      radar.plainRoutes(app)
      live.plainRoutes(app)
      await callbacks.plainRoutes(app)
    },
    /** Starts the background work of all areas in this process (worker role). */
    async work(): Promise<void> {
      for (const area of [identity, groupChats, customers, materials, notices, contactWays, radar, callbacks, jobs]) await area.work()
      forgetting.push(...startForgetting(platform, retentions))
    },
    /** Ends what `work` began; queues are closed with the platform. */
    async stop(): Promise<void> {
      await Promise.all([identity, customers, materials, notices, contactWays, radar, callbacks, jobs, ...forgetting.splice(0)].map((area) => area.stop()))
    },
  }
}
