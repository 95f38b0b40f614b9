// Readers, and a worker that does what they sent when it is told to: nothing happens by itself, and the clock stands in between.
import { expect } from 'vitest'
import { departmentLeaders, departments, staffDepartments } from '../../server/src/modules/identity/tables.ts'
import { organisationStore } from '../../server/src/modules/identity/organisation-store.ts'
import { createRadarSettings } from '../../server/src/modules/radar/settings.ts'
import { createWatch } from '../../server/src/modules/radar/watch/watch.ts'
import type { Device, OpenPage, Stage } from './radar-stage.ts'

export type Person = Awaited<ReturnType<Stage['person']>>

export function createReading(stage: Stage) {
  const watch = createWatch(stage.platform, stage.radarNeeds, createRadarSettings(stage.platform, stage.radarNeeds))

  /** Writes the beacons that have come in since the last time. */
  async function work(): Promise<void> {
    const entries = await stage.platform.redis.xrange('{zk:beats}:stream', '-', '+')
    await watch.write(entries.map(([id, fields]) => ({ id, text: String(fields[1]) })))
    await stage.platform.redis.del('{zk:beats}:stream')
  }

  /** Reads an open page up to `ms` in all; goes away unless she stays. */
  async function readOn(page: OpenPage, ms: number, { stays = false, pages = { 1: ms } }: { stays?: boolean; pages?: Record<number, number> } = {}): Promise<void> {
    expect(await page.beat({ ms, page: Math.max(...Object.keys(pages).map(Number)), pages, left: stays ? 0 : 1 })).toBe(204)
    await work()
  }

  return {
    work, readOn,
    sweep: watch.sweep,
    /** Opens a link, reads it for so long, and goes away. */
    async read(device: Device, link: string, ms: number): Promise<OpenPage> {
      const page = await device.open(link)
      stage.clock.pass(ms)
      await readOn(page, ms)
      return page
    },
  }
}

/** Departments below each other, who is in them, and who leads them. */
export async function organise(stage: Stage, corpId: number, list: readonly { id: number; under: number | null; name: string; members?: readonly Person[]; leaders?: readonly Person[] }[]): Promise<void> {
  const { db } = stage.platform
  await db.insert(departments).values(list.map(({ id, under, name }) => ({ corpId, departmentId: id, name, parentId: under })))
  for (const { id, members = [], leaders = [] } of list) {
    if (members.length > 0) await db.insert(staffDepartments).values(members.map(({ staffId }) => ({ corpId, staffId, departmentId: id })))
    if (leaders.length > 0) await db.insert(departmentLeaders).values(leaders.map(({ staffId }) => ({ corpId, staffId, departmentId: id })))
  }
  await organisationStore(db, corpId).changed()
}

export const chatOf = ({ externalUserId }: { externalUserId: string }) => ({ kind: 'customer' as const, externalUserId })
