import type { ContactWayView } from '@zhike/shared/contract'
import { outsideOf } from '../../platform/outside/sandbox-web.ts'
import type { Platform } from '../../platform/platform.ts'
import { repeatedly } from '../../platform/repeat.ts'
import type { Repeated } from '../../platform/repeat.ts'
import type { Register } from '../identity/index.ts'
import { createMaking } from './making.ts'
import type { MakingNeeds } from './making.ts'
import { codePictures, nameOf } from './picture.ts'
import { contactWayRoutes } from './routes.ts'
import { contactWaysOf } from './store.ts'

/** A picture to answer with. */
interface CodePicture { body: Buffer; type: string; etag: string }

/** Members' own codes (联系我), by which readers of customer pages become their customers. */
export interface ContactWays {
  /** Where the code lies beside a customer page; null while there is none to show. From a memory of some seconds. */
  codeOf(corpId: number, staffId: number): Promise<{ src: string } | null>
  picture(corpId: number, staffId: number): Promise<CodePicture | null>
  /** Has a code made, in the background, if the member has none. Waits for nothing. */
  want(corpId: number, staffId: number): void
  routes(register: Register): void
  /** Starts making codes in this process (worker role). */
  work(): Promise<void>
  stop(): Promise<void>
}

const ROUND_MS = 1000
const KEEP_MS = 10_000
/** A code that is being made is there in a moment. */
const KEEP_NONE_MS = 2_000
const KEPT = 5000
/** Changes with the code, so that pictures may be kept by browsers. */
const VERSION_LENGTH = 8

/** Makes the area; see `ContactWays`. */
export function createContactWays(platform: Platform, needs: MakingNeeds): ContactWays {
  const { db, clock, log, files } = platform
  const round = createMaking(platform, needs, outsideOf(platform))
  const memory = new Map<string, { configId: Promise<string | null>; until: number }>()
  let making: Repeated | null = null

  async function shownOf(corpId: number, staffId: number): Promise<string | null> {
    const [row, staff] = await Promise.all([contactWaysOf(db, corpId).of(staffId), needs.identity.knownStaff(corpId, staffId)])
    if (staff?.state !== 'active') return null
    if (!row) writeDown(corpId, staffId)
    return row?.state === 'ready' ? row.configId : null
  }

  async function configOf(corpId: number, staffId: number): Promise<string | null> {
    const key = `${corpId}:${staffId}`
    const known = memory.get(key)
    const now = clock.now()
    if (known && now < known.until) return await known.configId
    const asked = { configId: shownOf(corpId, staffId), until: now + KEEP_NONE_MS }
    if (memory.size >= KEPT) memory.clear()
    memory.set(key, asked)
    asked.configId.then((configId) => { if (configId !== null) asked.until = now + KEEP_MS }, () => memory.delete(key))
    return await asked.configId
  }

  function writeDown(corpId: number, staffId: number): void {
    contactWaysOf(db, corpId).want(staffId, clock.now()).then(() => making?.hurry(), (error: unknown) => log.warn({ err: error, staffId }, 'a contact way is not wanted yet'))
  }

  return {
    async codeOf(corpId, staffId) {
      const configId = await configOf(corpId, staffId)
      return configId === null ? null : { src: `contact.png?v=${nameOf(configId).slice(0, VERSION_LENGTH)}` }
    },
    async picture(corpId, staffId) {
      const configId = await configOf(corpId, staffId)
      if (configId === null) return null
      const found = await codePictures(files, corpId).get(configId)
      if (found) return { ...found, etag: `"${nameOf(configId)}"` }
      // The store of files has lost it: the worker fetches it again.
      await contactWaysOf(db, corpId).checkSoon(staffId, clock.now())
      return null
    },
    want(corpId, staffId) {
      // Who sends all day is written down once.
      configOf(corpId, staffId).catch((error: unknown) => log.debug({ err: error, staffId }, 'a contact way is not wanted yet'))
    },
    routes(register) {
      contactWayRoutes(register, async (corpId, staffId): Promise<ContactWayView | null> => {
        const [row, staff] = await Promise.all([contactWaysOf(db, corpId).of(staffId), needs.identity.knownStaff(corpId, staffId)])
        if (!staff) return null
        if (!row) return { state: 'none', reason: null }
        return { state: row.state === 'ready' || row.state === 'failed' ? row.state : 'making', reason: row.error }
      })
    },
    async work() {
      making ??= repeatedly(ROUND_MS, 'contact ways', round, log)
    },
    async stop() {
      await making?.stop()
      making = null
    },
  }
}
