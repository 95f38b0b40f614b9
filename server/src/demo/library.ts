import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NewMaterial } from '@zhike/shared/contract'
import type { Modules } from '../modules.ts'
import { createMaterials } from '../modules/materials/index.ts'
import type { Editor, Materials } from '../modules/materials/index.ts'
import { radarFigures } from '../modules/radar/index.ts'
import type { Platform } from '../platform/platform.ts'
import { DEMO_GROUPS, DEMO_MATERIALS } from './contents.ts'
import type { DemoFile, DemoMaterial } from './contents.ts'
import type { HistoryMaterial } from './history.ts'
import { titlesIn } from './people.ts'
import { pause } from './waiting.ts'

const DRAWING_LIMIT_MS = 300_000
const HOUR_MS = 60 * 60_000

/**
 * Puts the demo shop's materials into the library, through the same rules as people do, and waits until the worker has
 * drawn all pages. What an interrupted loading has made is kept.
 */
export async function fillLibrary(platform: Platform, modules: Modules, by: Editor, say: (line: string) => void): Promise<HistoryMaterial[]> {
  // A library with a clock of its own: materials are as old as the demo says.
  const clock = { hoursAgo: 0, now: () => Date.now() - clock.hoursAgo * HOUR_MS }
  const library = createMaterials({ ...platform, clock }, { ...modules, radarFigures: radarFigures(platform.db), mayReadCustomer: modules.customers.mayRead })
  const groups = new Map((await library.groups(by.corpId)).map((group) => [group.name, group.groupId]))
  for (const name of DEMO_GROUPS) if (!groups.has(name)) groups.set(name, (await library.addGroup(by, name)).groupId)

  const known = await titlesIn(platform.db, by.corpId)
  const made: HistoryMaterial[] = []
  for (const one of DEMO_MATERIALS) {
    clock.hoursAgo = 0
    const form = known.has(one.title) ? null : await formOf(one, groups.get(one.group) ?? 0, async ({ file, name }) => (await library.upload(by, name, await readFile(join(demoFiles(), file)))).fileId)
    clock.hoursAgo = one.hoursAgo
    const materialId = form ? await library.create(by, form) : known.get(one.title) ?? 0
    made.push({ materialId, title: one.title, type: one.type, pages: null, createdAt: clock.now(), liking: one.liking })
  }
  say(`素材 ${made.length} 份已放进素材库，正在生成页面`)
  const finished = await drawn(library, by.corpId, made)
  say('素材页面已全部生成')
  return finished
}

async function formOf(one: DemoMaterial, groupId: number, take: (file: DemoFile) => Promise<number>): Promise<NewMaterial> {
  const common = { title: one.title, summary: one.summary, score: one.score, tagIds: [], groupId }
  if (one.type === 'link') return { type: 'link', url: one.url, coverFileId: one.cover && (await take(one.cover)), ...common }
  return { type: one.type, fileId: await take(one.from), ...common }
}

/** @returns the materials with their number of pages */
async function drawn(library: Materials, corpId: number, made: readonly HistoryMaterial[]): Promise<HistoryMaterial[]> {
  const until = Date.now() + DRAWING_LIMIT_MS
  const finished: HistoryMaterial[] = []
  for (const one of made) {
    let reader = await library.forReader(corpId, one.materialId)
    while (reader?.state === 'preparing') {
      if (Date.now() > until) throw new Error('后台任务没有生成素材页面，请看日志 worker.log')
      await pause(300)
      reader = await library.forReader(corpId, one.materialId)
    }
    finished.push({ ...one, pages: one.type === 'pdf' ? reader?.pageCount ?? null : null })
  }
  return finished
}

/** From the sources as from the bundle in dist/. */
function demoFiles(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  return existsSync(join(here, 'files')) ? join(here, 'files') : join(here, '..', 'src', 'demo', 'files')
}
