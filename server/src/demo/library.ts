import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MaterialForm } from '@zhike/shared/contract'
import { VIDEO_PARTS, isTracked } from '@zhike/shared'
import type { UploadKind } from '@zhike/shared'
import type { Modules } from '../modules.ts'
import { createMaterials } from '../modules/materials/index.ts'
import type { Editor, Materials } from '../modules/materials/index.ts'
import { radarFigures } from '../modules/radar/index.ts'
import type { Platform } from '../platform/platform.ts'
import { DEMO_GROUPS, DEMO_MATERIALS, DEMO_TEAM_GROUPS } from './contents.ts'
import type { DemoFile, DemoMaterial } from './contents.ts'
import type { HistoryMaterial } from './history.ts'
import { titlesIn } from './people.ts'
import { pause } from './waiting.ts'

const DRAWING_LIMIT_MS = 300_000
const HOUR_MS = 60 * 60_000

interface Made extends HistoryMaterial { everybodys: boolean }

/**
 * Puts the demo shop's materials into the library, through the same rules as people do, and waits until the worker has
 * drawn all pages. What an interrupted loading has made is kept.
 */
export async function fillLibrary(platform: Platform, modules: Modules, by: Editor, say: (line: string) => void): Promise<HistoryMaterial[]> {
  // A library with a clock of its own: materials are as old as the demo says.
  const clock = { hoursAgo: 0, now: () => Date.now() - clock.hoursAgo * HOUR_MS }
  const library = createMaterials({ ...platform, clock }, { ...modules, radarFigures: radarFigures(platform.db), uses: [], mayReadCustomer: modules.customers.mayRead, knownTags: modules.customers.knownTags })
  const groups = new Map((await library.groups(by.corpId)).map((group) => [group.name, group.groupId]))
  for (const name of DEMO_GROUPS) if (!groups.has(name)) groups.set(name, await library.addGroup(by, 'corp', { name, departmentIds: [] }))
  const teams = new Map((await library.teamGroups(by.corpId)).map((group) => [group.name, group.groupId]))
  for (const { name, departmentIds } of DEMO_TEAM_GROUPS) teams.set(name, teams.get(name) ?? await library.addGroup(by, 'team', { name, departmentIds: [...departmentIds] }))
  const placeOf = async ({ group }: DemoMaterial): Promise<{ groupId: number; editor: Editor }> => {
    if (typeof group === 'string') return { groupId: groups.get(group) ?? teams.get(group) ?? 0, editor: by }
    const { staffId } = await modules.identity.ensureStaff(by.corpId, group.personal)
    return { groupId: await library.personalGroup(by.corpId, staffId), editor: { ...by, staffId } }
  }

  const known = await titlesIn(platform.db, by.corpId)
  const made: Made[] = []
  for (const one of DEMO_MATERIALS) {
    clock.hoursAgo = 0
    const { groupId, editor } = await placeOf(one)
    const take = async (kind: UploadKind, { file, name }: DemoFile) => (await library.upload(editor, kind, name, await readFile(join(demoFiles(), file)))).fileId
    const form = known.has(one.title) ? null : await formOf(one, groupId, platform.config.baseUrl, take)
    clock.hoursAgo = one.hoursAgo
    const materialId = form ? await library.create(editor, form) : known.get(one.title) ?? 0
    made.push({ materialId, title: one.title, type: one.type, pages: null, createdAt: clock.now(), liking: one.liking, everybodys: typeof one.group === 'string' && groups.has(one.group) })
  }
  say(`素材 ${made.length} 份已放进素材库，正在生成页面`)
  const finished = await drawn(library, by.corpId, made)
  say('素材页面已全部生成')
  // What everybody may send and what can be followed: that is what the demo's history tells of.
  return finished.filter((one) => one.everybodys && isTracked(one.type))
}

async function formOf(one: DemoMaterial, groupId: number, baseUrl: string, take: (kind: UploadKind, file: DemoFile) => Promise<number>): Promise<MaterialForm> {
  const common = { title: one.title, summary: one.summary, score: one.score, tagIds: [], groupId }
  switch (one.type) {
    case 'pdf': case 'file': return { type: one.type, fileId: await take(one.type, one.from), ...common }
    case 'video': return { type: 'video', fileId: await take('video', one.from), coverFileId: one.cover ? await take('image', one.cover) : null, ...common }
    case 'image': return { type: 'image', fileIds: await inOrder(one.pictures, (picture) => take('image', picture)), ...common }
    case 'article': return { type: 'article', body: one.body, source: null, coverFileId: await take('image', one.cover), ...common }
    case 'link': return { type: 'link', url: `${baseUrl}${one.place}`, coverFileId: one.cover && (await take('image', one.cover)), ...common }
    case 'miniprogram': return { type: 'miniprogram', appId: one.appId, path: one.path, coverFileId: await take('image', one.cover), ...common }
  }
}

async function inOrder<T, R>(list: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = []
  for (const one of list) done.push(await work(one))
  return done
}

/** @returns the materials with their number of pages */
async function drawn(library: Materials, corpId: number, made: readonly Made[]): Promise<Made[]> {
  const until = Date.now() + DRAWING_LIMIT_MS
  const finished: Made[] = []
  for (const one of made) {
    let reader = await library.forReader(corpId, one.materialId)
    while (reader?.state === 'preparing') {
      if (Date.now() > until) throw new Error('后台任务没有生成素材页面，请看日志 worker.log')
      await pause(300)
      reader = await library.forReader(corpId, one.materialId)
    }
    finished.push({ ...one, pages: one.type === 'video' ? VIDEO_PARTS : reader?.pageCount ?? null })
  }
  return finished
}

/** From the sources as from the bundle in dist/. */
function demoFiles(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  return existsSync(join(here, 'files')) ? join(here, 'files') : join(here, '..', 'src', 'demo', 'files')
}
