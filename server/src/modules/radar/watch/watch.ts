import { isDatabaseAway } from '../../../platform/db/connect.ts'
import type { Platform } from '../../../platform/platform.ts'
import { isRedisAway } from '../../../platform/redis.ts'
import { repeatedly } from '../../../platform/repeat.ts'
import type { LiveEvent } from '@zhike/shared'
import { friendshipsOf } from '../../customers/index.ts'
import type { Entry } from '../../../platform/streams.ts'
import { createAnnouncer } from './announce.ts'
import { createAside } from './aside.ts'
import type { Aside } from './aside.ts'
import { createBeatWriter } from '../beats/writer.ts'
import { SILENT_MS, createEndings } from './endings.ts'
import { createMessenger } from '../messages/messenger.ts'
import type { RadarNeeds } from '../needs.ts'
import type { RadarSettingsArea } from '../settings.ts'
import { createViewNews } from '../views/live-news.ts'
import { VIEW_STATE, silentViews, unannouncedViews } from '../views/store.ts'
import type { ViewDbRow } from '../views/store.ts'

const BATCH = { batch: 500, lingerMs: 100, claimAfterMs: 15_000 }
const SWEEP_EVERY_MS = 5000
/** A view this old that nobody announced was left behind by a process that died. */
const FORGOTTEN_MS = 10_000
const SWEPT_AT_ONCE = 500

/** The worker's side of the radar: beacons into the database, then timeline, notices and live news. */
export function createWatch(platform: Platform, needs: RadarNeeds, settings: RadarSettingsArea) {
  const { db, clock } = platform
  const messenger = createMessenger(platform, needs, settings)
  const unannounced = createAside(clock)
  const unended = createAside(clock)
  const announce = createAnnouncer(platform, needs, { messenger, settings, aside: unannounced })
  const end = createEndings(platform, needs, { messenger, settings, aside: unended })
  const tell = createViewNews(platform, needs)

  let behind = false

  async function announceAndTell(corpId: number, viewIds: readonly number[]): Promise<void> {
    const announced = await announce(corpId, viewIds)
    if (announced.length === 0) return
    needs.notices.hurry()
    await tell(corpId, announced, 'always')
    const owners = await friendshipsOf(db, corpId).activeOwners(announced.flatMap((view) => view.customerId ?? []))
    for (const customerId of new Set(announced.flatMap((view) => view.customerId ?? []))) {
      const event: LiveEvent = { kind: 'customer', customerId }
      const staffIds = announced.filter((view) => view.customerId === customerId && view.reader === 'customer').map((view) => view.staffId)
      await platform.live.publish(corpId, { owners: [...new Set([...staffIds, ...(owners.get(customerId) ?? [])])], event })
    }
  }

  async function endAndTell(corpId: number, viewIds: readonly number[]): Promise<void> {
    const ended = await end(corpId, viewIds)
    await tell(corpId, ended.map((view) => ({ ...view, left: 1 })), 'always')
  }

  /** The beacons are in the database already: what fails here is found again by the sweeper, and never holds up the stream. */
  async function written(corpId: number, views: ViewDbRow[]): Promise<void> {
    try {
      await spread(corpId, views)
    } catch (error) {
      if (!isDatabaseAway(error) && !isRedisAway(error)) platform.log.error({ err: error, corpId }, 'views could not be announced; the sweeper tries again')
    }
  }

  async function spread(corpId: number, views: readonly ViewDbRow[]): Promise<void> {
    const fresh = views.filter((view) => view.announced === VIEW_STATE.fresh)
    await announceAndTell(corpId, fresh.map((view) => view.id))
    const gone = views.filter((view) => view.left === 1 && view.announced !== VIEW_STATE.finished)
    await endAndTell(corpId, gone.map((view) => view.id))
    const onScreen = views.filter((view) => view.left === 0 && view.announced === VIEW_STATE.announced)
    await tell(corpId, onScreen)
    await messenger.readOn(corpId, onScreen)
  }

  /** Finds what a crash left undone, and readers who fell silent. */
  async function sweep(): Promise<void> {
    const now = clock.now()
    await forEachCorp(await unannouncedViews(db, now - FORGOTTEN_MS, SWEPT_AT_ONCE, unannounced.now()), unannounced, announceAndTell)
    // While beacons wait in the stream, silence only means that we haven't listened yet.
    if (!behind) await forEachCorp(await silentViews(db, now - SILENT_MS, SWEPT_AT_ONCE, unended.now()), unended, endAndTell)
  }

  /** What goes wrong with one corp is none of the others' business. */
  async function forEachCorp(rows: readonly { corpId: number; id: number }[], aside: Aside, work: (corpId: number, viewIds: readonly number[]) => Promise<void>): Promise<void> {
    for (const [corpId, ids] of byCorp(rows)) {
      try {
        await work(corpId, ids)
      } catch (error) {
        if (isDatabaseAway(error) || isRedisAway(error)) throw error
        platform.log.error({ err: error, corpId }, 'views of a corp could not be swept; tried again later')
        ids.forEach(aside.put)
      }
    }
  }

  const writeBeats = createBeatWriter(platform, written)
  const write = async (entries: readonly Entry[]): Promise<void> => {
    behind = entries.length >= BATCH.batch
    await writeBeats(entries)
  }
  let running: { stop(): Promise<void> }[] = []
  return {
    write, sweep,
    work(): void {
      if (running.length > 0) return
      running = [platform.stream('beats').consume(write, BATCH), repeatedly(SWEEP_EVERY_MS, 'radar sweep', sweep, platform.log)]
    },
    async stop(): Promise<void> {
      await Promise.all(running.map((part) => part.stop()))
      running = []
    },
  }
}

function byCorp(rows: readonly { corpId: number; id: number }[]): Map<number, number[]> {
  const groups = new Map<number, number[]>()
  for (const { corpId, id } of rows) groups.set(corpId, [...(groups.get(corpId) ?? []), id])
  return groups
}
