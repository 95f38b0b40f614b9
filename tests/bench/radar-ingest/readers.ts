// Readers for the bench: shares in the database, and signed tickets of pages that were opened twenty minutes ago.
import { randomBytes } from 'node:crypto'
import { createCorps } from '../../../server/src/modules/corps/index.ts'
import { customers, relations } from '../../../server/src/modules/customers/tables.ts'
import { staff } from '../../../server/src/modules/identity/tables.ts'
import { files, materialFiles, materials } from '../../../server/src/modules/materials/tables.ts'
import { shares } from '../../../server/src/modules/radar/tables.ts'
import { createViewTickets } from '../../../server/src/modules/radar/pages/view-ticket.ts'
import type { Platform } from '../../../server/src/platform/platform.ts'

export const PAGES = 8
const STAFF = 20
const PER_CUSTOMER = 4

export interface Reader { viewKey: string; path: string; ticket: string }

/** Makes a corp with members, customers and a material, and gives `count` readers of links to it. */
export async function makeReaders(platform: Platform, count: number): Promise<{ corpId: number; readers: Reader[] }> {
  const { db, config } = platform
  const now = Date.now()
  const corp = await createCorps(platform).add({ wecomCorpId: 'wwbench', name: '压测', adminUserids: [] })
  const corpId = corp.id
  await db.insert(staff).values(Array.from({ length: STAFF }, (_, i) => ({ corpId, userid: `s${i}`, useridKey: `s${i}`, name: `员工${i}`, directLeaders: [], state: 'active' as const, seenAt: now, createdAt: now })))
  const staffIds = (await db.select({ id: staff.id }).from(staff)).map((row) => row.id)
  const [file] = await db.insert(files).values({ corpId, key: 'bench', kind: 'pdf', name: 'bench.pdf', bytes: 1, mime: 'application/pdf', sha256: 'x', pages: PAGES, drawn: [], state: 'ready', createdAt: now })
  const [material] = await db.insert(materials).values({ corpId, scope: 'corp', groupId: 1, type: 'pdf', title: '压测资料', tagIds: [], createdAt: now, updatedAt: now })
  await db.insert(materialFiles).values({ corpId, materialId: material.insertId, position: 0, fileId: file.insertId })
  const people = Math.ceil(count / PER_CUSTOMER)
  await inSlices(people, async (from, to) => {
    await db.insert(customers).values(range(from, to).map((i) => ({ corpId, externalUserId: `wm${i}`, name: `客户${i}`, type: 1, syncedAt: now, createdAt: now })))
  })
  const customerIds = (await db.select({ id: customers.id }).from(customers)).map((row) => row.id)
  const staffOf = (i: number) => staffIds[Math.floor(i / PER_CUSTOMER) % STAFF] ?? 0
  await inSlices(people, async (from, to) => {
    await db.insert(relations).values(range(from, to).map((i) => ({ corpId, customerId: customerIds[i] ?? 0, staffId: staffOf(i * PER_CUSTOMER), state: 'active' as const, addedAt: now, syncedAt: now })))
  })
  const tokens = Array.from({ length: count }, () => randomBytes(16).toString('base64url'))
  await inSlices(count, async (from, to) => {
    await db.insert(shares).values(range(from, to).map((i) => ({
      corpId, token: tokens[i] ?? '', materialId: material.insertId, staffId: staffOf(i), context: 'single_chat' as const, customerId: customerIds[Math.floor(i / PER_CUSTOMER)] ?? 0,
      requestId: `bench-${i}`, state: 'sent' as const, createdAt: now, sentAt: now,
    })))
  })
  const ids = new Map((await db.select({ id: shares.id, token: shares.token }).from(shares)).map((row) => [row.token, row.id]))
  const tickets = createViewTickets(config.appKey)
  const readers = tokens.map((token, i) => {
    const viewKey = randomBytes(12).toString('base64url')
    const ticket = tickets.issue(token, {
      corpId, shareId: ids.get(token) ?? 0, materialId: material.insertId, staffId: staffOf(i), viewKey, visitorId: randomBytes(12).toString('base64url'), pages: PAGES, openedAt: now - 20 * 60_000, device: 'iPhone · 微信',
    })
    return { viewKey, path: `/r/${token}/beat`, ticket }
  })
  return { corpId, readers }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

async function inSlices(count: number, write: (from: number, to: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < count; from += 500) await write(from, Math.min(count, from + 500))
}
