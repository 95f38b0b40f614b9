// A corp of about a thousand members, as the contacts, customers and materials areas would have written it.
import type { Connection } from 'mysql2/promise'
import { createCorps } from '../../../server/src/modules/corps/index.ts'
import { departmentLeaders, departments, organisationVersions, staff, staffDepartments } from '../../../server/src/modules/identity/tables.ts'
import { files, materialFiles, materials } from '../../../server/src/modules/materials/tables.ts'
import type { Platform } from '../../../server/src/platform/platform.ts'
import { loadRows, utc } from './bulk.ts'
import { createDice } from '../../run/dice.ts'

export const STAFF = 1000
export const MATERIALS = 500
export const CUSTOMERS_EACH = 100
const REGIONS = 10
const STORES_EACH = 5
export const ADMIN = 'admin'
const SURNAMES = ['王', '李', '张', '刘', '陈', '杨', '赵', '黄', '周', '吴', '徐', '孙', '朱', '马', '胡', '郭', '林', '何', '高', '梁'] as const
const GIVEN = ['小树', '晓燕', '思远', '知夏', '果果', '沐沐', '安安', '子涵', '雨桐', '一诺', '欣怡', '浩然', '梓萱', '嘉怡', '明轩', '若溪'] as const
const REMARKS = ['浦东金桥', '徐汇店', '二胎妈妈', '老客户介绍', '九月上课', '问过价', '团购', '企业采购', ''] as const
const MATERIAL_NAMES = ['春季价目表', '新品画册', '门店地图', '育儿手册', '课程介绍', '会员权益', '常见问题', '案例集'] as const

/** A corp whose clock shows early evening now, so that the day so far is a whole one. @property aheadHours of UTC */
export interface BenchCorp { corpId: number; zone: string; aheadHours: number; firstStaff: number; firstCustomer: number; materials: readonly { id: number; pages: number }[]; managerId: number; memberId: number; adminId: number }

const EVENING = 18

export function eveningZone(now: number): { zone: string; aheadHours: number } {
  const aheadHours = ((EVENING - new Date(now).getUTCHours() + 36) % 24) - 12
  // POSIX counts the other way round.
  return { zone: aheadHours === 0 ? 'Etc/UTC' : `Etc/GMT${aheadHours > 0 ? '-' : '+'}${Math.abs(aheadHours)}`, aheadHours }
}

/** Writes the corp with its members, departments, materials and customers. */
export async function makeCorp(platform: Platform, bulk: Connection, now: number): Promise<BenchCorp> {
  const { db } = platform
  const dice = createDice(7)
  const { id: corpId } = await createCorps(platform).add({ wecomCorpId: 'wwradarreport1', name: '报表测速', adminUserids: [ADMIN] })
  const { zone, aheadHours } = eveningZone(now)
  await bulk.query('UPDATE corps SET zone = ? WHERE id = ?', [zone, corpId])

  const people = Array.from({ length: STAFF }, (_, i) => ({ corpId, userid: i === 0 ? ADMIN : `staff${i}`, useridKey: i === 0 ? ADMIN : `staff${i}`, name: `${dice.pick(SURNAMES)}${dice.pick(GIVEN)}`, directLeaders: [], state: 'active' as const, seenAt: now, createdAt: now }))
  await db.insert(staff).values(people)
  const firstStaff = (await db.select({ id: staff.id }).from(staff).limit(1))[0]?.id ?? 0
  // One at the top, regions below it, stores below these: a region has about a hundred members.
  const stores = REGIONS * STORES_EACH
  await db.insert(departments).values([
    { corpId, departmentId: 1, name: '报表测速', parentId: null },
    ...Array.from({ length: REGIONS }, (_, i) => ({ corpId, departmentId: 2 + i, name: `大区${i + 1}`, parentId: 1 })),
    ...Array.from({ length: stores }, (_, i) => ({ corpId, departmentId: 100 + i, name: `门店${i + 1}`, parentId: 2 + Math.floor(i / STORES_EACH) })),
  ])
  await db.insert(staffDepartments).values(people.map((_, i) => ({ corpId, staffId: firstStaff + i, departmentId: i === 0 ? 1 : 100 + Math.floor(((i - 1) * stores) / (STAFF - 1)) })))
  const managerId = firstStaff + 5
  await db.insert(departmentLeaders).values({ corpId, staffId: managerId, departmentId: 2 })
  await db.insert(organisationVersions).values({ corpId })

  const shelf = Array.from({ length: MATERIALS }, (_, i) => ({ title: `${dice.pick(MATERIAL_NAMES)} ${i + 1}`, pages: i === 0 ? 40 : 1 + dice.below(40, 1.5) }))
  await db.insert(materials).values(shelf.map(({ title }) => ({ corpId, scope: 'corp' as const, groupId: 1, type: 'pdf' as const, title, searchText: title, tagIds: [], createdAt: now, updatedAt: now })))
  const firstMaterial = (await db.select({ id: materials.id }).from(materials).limit(1))[0]?.id ?? 0
  await db.insert(files).values(shelf.map(({ title, pages }, i) => ({ corpId, key: `bench/${i}`, kind: 'pdf' as const, name: `${title}.pdf`, bytes: 1, mime: 'application/pdf', sha256: 'x', pages, drawn: [], state: 'ready' as const, createdAt: now })))
  const firstFile = (await db.select({ id: files.id }).from(files).limit(1))[0]?.id ?? 0
  await db.insert(materialFiles).values(shelf.map((_, i) => ({ corpId, materialId: firstMaterial + i, position: 0, fileId: firstFile + i })))

  const count = STAFF * CUSTOMERS_EACH
  const firstCustomer = 1
  await loadRows(bulk, 'customers', ['id', 'corp_id', 'external_user_id', 'name', 'type', 'synced_at', 'created_at'], (function* () {
    for (let i = 0; i < count; i++) yield [firstCustomer + i, corpId, `wm${i}`, `${dice.pick(SURNAMES)}${dice.pick(GIVEN)}`, 1, utc(now), utc(now)]
  })())
  await loadRows(bulk, 'customer_relations', ['corp_id', 'customer_id', 'staff_id', 'remark', 'state', 'added_at', 'ended_at', 'synced_at'], (function* () {
    for (let i = 0; i < count; i++) {
      const friends = dice.roll() < 0.1 ? [0, 1] : [0]
      for (const friend of friends) {
        const staffId = firstStaff + ((Math.floor(i / CUSTOMERS_EACH) + friend) % STAFF)
        const addedAt = now - dice.lasting(400) * 86_400_000
        const lost = dice.roll() < 0.05
        yield [corpId, firstCustomer + i, staffId, dice.pick(REMARKS), lost ? 'lost' : 'active', utc(addedAt), lost ? utc(addedAt + (now - addedAt) * dice.roll()) : null, utc(now)]
      }
    }
  })())
  return { corpId, zone, aheadHours, firstStaff, firstCustomer, materials: shelf.map(({ pages }, i) => ({ id: firstMaterial + i, pages })), managerId, memberId: firstStaff + 7, adminId: firstStaff }
}
