// Fills the demo corp: waits for its people from (simulated) WeCom, puts the demo shop's materials into the library and
// writes some days of history. Run after every start; does nothing when that was done before.
import { readConfig } from '../config.ts'
import type { FirstCorp } from '../config.ts'
import { createModules } from '../modules.ts'
import type { Modules } from '../modules.ts'
import { createPlatform } from '../platform/platform.ts'
import type { Platform } from '../platform/platform.ts'
import { demoHistory } from './history.ts'
import { fillLibrary } from './library.ts'
import { connectOfficialAccount } from './official-account.ts'
import { friendshipsIn, groupsIn, hasHistory } from './people.ts'
import { setUpDemoCorp } from './set-up.ts'
import { tourHistory } from './tour.ts'
import { brought } from './waiting.ts'

async function main(): Promise<void> {
  const config = readConfig()
  if (!config.sandboxUrl || !config.firstCorp) throw new Error('演示数据只能载入到模拟企业微信的演示企业')
  const platform = await createPlatform(config, { name: 'demo' })
  try {
    await load(platform, createModules(platform), config.firstCorp, config.sandboxUrl)
  } finally {
    await platform.close()
  }
}

async function load(platform: Platform, modules: Modules, { wecomCorpId, adminUserids: [admin] }: FirstCorp, sandboxUrl: string): Promise<void> {
  const corp = await modules.corps.byWecomId(wecomCorpId)
  if (!corp || admin === undefined) throw new Error('演示企业还没有建立，请先启动服务')
  await connectOfficialAccount(modules, corp, { sandboxUrl, baseUrl: platform.config.baseUrl })
  if (await hasHistory(platform.db, corp.id)) return say('演示数据已经载入过')

  await brought(modules, corp.id, 'contacts_sync', say)
  const { staffId } = await modules.identity.ensureStaff(corp.id, admin)
  const syncAll = async () => {
    await brought(modules, corp.id, 'tags_sync', say)
    await brought(modules, corp.id, 'customers_sync', say)
    await brought(modules, corp.id, 'group_chats_sync', say)
  }
  const [materials] = await Promise.all([fillLibrary(platform, modules, { corpId: corp.id, staffId, from: null }, say), syncAll()])

  const from = { friendships: await friendshipsIn(platform.db, corp.id), groups: await groupsIn(platform.db, corp.id), materials, now: Date.now(), zone: corp.zone }
  const written = await modules.radar.importHistory(corp.id, [...demoHistory(from), ...tourHistory(from)])
  await setUpDemoCorp(modules, corp, sandboxUrl)
  say(`写入近期的发送记录 ${written.shares} 条、浏览记录 ${written.views} 条`)
}

function say(line: string): void {
  console.log(line)
}

main().then(() => process.exit(0), (error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack ?? error.message : String(error)}\n`)
  process.exit(1)
})
