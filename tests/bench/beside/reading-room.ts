// A PDF of the demo shop in the library, and links to it that a member has sent.
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { until } from '../../../server/launch/for-tests.mjs'
import { customers } from '../../../server/src/modules/customers/tables.ts'
import { shares } from '../../../server/src/modules/radar/tables.ts'
import type { Stand } from './stand.ts'

const DRAWN_WITHIN_MS = 60_000
const PDF = new URL('../../../server/src/demo/files/prices-2026-spring.pdf', import.meta.url)

/** Makes a corp with a member, a PDF whose pages are drawn, and links to it, each to a customer of its own; gives their paths. */
export async function makeReadingRoom({ platform, modules }: Stand, links: number): Promise<{ corpId: number; materialId: number; paths: string[] }> {
  const { db, clock } = platform
  const corp = await modules.corps.add({ wecomCorpId: 'wwreading0000001', name: '小树苗母婴', adminUserids: ['linzhixia'] })
  const { staffId } = await modules.identity.ensureStaff(corp.id, 'linzhixia')
  const editor = { corpId: corp.id, staffId, from: null }
  const [group] = await modules.materials.groups(corp.id)
  const { fileId } = await modules.materials.upload(editor, 'pdf', '2026 春季价目表.pdf', await readFile(PDF))
  const materialId = await modules.materials.create(editor, { type: 'pdf', fileId, title: '2026 春季价目表', summary: '奶粉、尿裤、洗护的春季价格，会员另有折扣。', groupId: group?.groupId ?? 0, score: 0, tagIds: [] })
  const drawn = await until(async () => (await modules.materials.forReader(corp.id, materialId))?.state === 'ready', DRAWN_WITHIN_MS)
  if (!drawn) throw new Error('the pages of the PDF were not drawn')

  const now = clock.now()
  const tokens = Array.from({ length: links }, () => randomBytes(16).toString('base64url'))
  await db.insert(customers).values(tokens.map((_, i) => ({ corpId: corp.id, externalUserId: `wmreader${i}`, name: `客户${i}`, type: 1, syncedAt: now, createdAt: now })))
  const readers = await db.select({ id: customers.id }).from(customers)
  await db.insert(shares).values(tokens.map((token, i) => ({
    corpId: corp.id, token, materialId, staffId, context: 'single_chat' as const, customerId: readers[i]?.id ?? 0, requestId: `bench-${i}`, state: 'sent' as const, createdAt: now, sentAt: now,
  })))
  return { corpId: corp.id, materialId, paths: tokens.map((token) => `/r/${token}`) }
}
