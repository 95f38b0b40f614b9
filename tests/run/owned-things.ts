// Things of the demo corp that another tenant, and another member, must not reach.
import { and, eq, sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { callbacks } from '../../server/src/modules/callbacks/tables.ts'
import { customers, relations } from '../../server/src/modules/customers/tables.ts'
import { groupChats } from '../../server/src/modules/group-chats/tables.ts'
import { staff } from '../../server/src/modules/identity/tables.ts'
import { jobs } from '../../server/src/modules/jobs/tables.ts'
import { files, materialFiles, materialGroups, materials, uploads } from '../../server/src/modules/materials/tables.ts'
import { officialAccounts } from '../../server/src/modules/official-account/tables.ts'
import { customerHeat, materialSenderDays, senderDays, shares, views } from '../../server/src/modules/radar/tables.ts'
import { callerFor, type Caller, type House } from './house.ts'

export interface OwnedThings {
  wecomCorpId: string
  staffId: number
  customerId: number
  customerName: string
  externalUserId: string
  tagId: string
  tagGroupId: string
  materialId: number
  materialGroupId: number
  fileId: number; uploadId: number
  shareId: number
  jobId: number
  callbackId: number
  groupChatId: number
  chatId: string
  roleKey: string
  /** A member who has nothing to do with this customer. */
  otherUserid: string
  /** Texts that only this corp's answers may contain. */
  secrets: string[]
  /** A super administrator of another corp. */
  foreignAdmin(): Promise<Caller>
  /** Changes when anything of this corp's changed. */
  fingerprint(): Promise<unknown>
}

const OWNER = 'chensiyuan'
const OTHER = 'wuxiaoyan'

/** Fills the synced demo corp of a house with one of everything. */
export async function seedOwnedThings(house: House): Promise<OwnedThings> {
  const { platform: { db, clock }, corpId } = house
  const now = clock.now()
  const find = async (userid: string) => {
    const [row] = await db.select().from(staff).where(and(eq(staff.corpId, corpId), eq(staff.useridKey, userid)))
    if (!row) throw new Error(`the demo corp has no ${userid}`)
    return row
  }
  const [owner, other] = await Promise.all([find(OWNER), find(OTHER)])
  const [customer] = await db.select({ customer: customers }).from(customers).innerJoin(relations, and(eq(relations.corpId, corpId), eq(relations.customerId, customers.id)))
    .where(and(eq(customers.corpId, corpId), eq(relations.staffId, owner.id), sql`(SELECT COUNT(*) FROM customer_relations r WHERE r.corp_id = ${corpId} AND r.customer_id = ${customers.id}) = 1`)).limit(1)
  const [group] = await db.select().from(groupChats).where(and(eq(groupChats.corpId, corpId), eq(groupChats.ownerUserid, OWNER))).limit(1)
  const admin = await house.signIn('linzhixia')
  const { groups: [tagGroup] } = await admin.call('GET /api/tags')
  if (!customer || !group || !tagGroup?.tags[0]) throw new Error('the demo corp lacks a customer, group or tag')

  const [file] = await db.insert(files).values({ corpId, key: `c${corpId}/test/secret`, kind: 'pdf', name: '机密价目表.pdf', bytes: 10, mime: 'application/pdf', sha256: 'x', pages: 1, drawn: [], state: 'ready', createdAt: now })
  const [materialGroup] = await db.insert(materialGroups).values({ corpId, scope: 'corp', name: '机密分组' })
  const [material] = await db.insert(materials).values({ corpId, scope: 'corp', groupId: materialGroup.insertId, type: 'pdf', title: '机密素材甲', tagIds: [], createdAt: now, updatedAt: now, createdBy: owner.id })
  await db.insert(materialFiles).values({ corpId, materialId: material.insertId, position: 0, fileId: file.insertId })
  const [share] = await db.insert(shares).values({ corpId, token: `tok${randomUUID().slice(0, 20)}`, materialId: material.insertId, staffId: owner.id, context: 'single_chat', customerId: customer.customer.id, requestId: randomUUID(), state: 'prepared', createdAt: now })
  await db.insert(views).values({
    corpId, viewKey: 'tenancyview', shareId: share.insertId, materialId: material.insertId, staffId: owner.id, visitorId: 'v', customerId: customer.customer.id, reader: 'customer', openedAt: now, lastSeenAt: now, visibleMs: 5000, announced: 2,
  })
  const figures = { corpId, staffId: owner.id, day: new Date(now).toISOString().slice(0, 10), views: 1, shares: 1, readings: 1, readMs: 5000 }
  await db.insert(senderDays).values(figures)
  await db.insert(materialSenderDays).values({ ...figures, materialId: material.insertId })
  await db.insert(customerHeat).values({ corpId, staffId: owner.id, customerId: customer.customer.id, heat: now / 86_400_000, lastAt: now })
  const [upload] = await db.insert(uploads).values({ corpId, staffId: owner.id, key: `u${corpId}/secret`, kind: 'pdf', name: '机密上传.pdf', bytes: 10, mark: '', createdAt: now })
  const [callback] = await db.insert(callbacks).values({ corpId, digest: Buffer.alloc(32, 7), event: 'change_external_contact', body: '<xml><Secret>机密回调</Secret></xml>', state: 'done', createdAt: now, receivedAt: now, dueAt: now })
  const [job] = await db.select().from(jobs).where(eq(jobs.corpId, corpId)).limit(1)
  await db.insert(officialAccounts).values({ corpId, appId: 'wxdeadbeefdeadbeef', appSecret: 'sealed', proofs: {}, createdAt: now, updatedAt: now })
  const role = await admin.call('POST /api/roles', { body: { name: '机密角色', permissions: [], dataScope: 'self' } })

  return {
    wecomCorpId: house.wecomCorpId, staffId: owner.id, customerId: customer.customer.id, customerName: customer.customer.name, externalUserId: customer.customer.externalUserId, tagId: tagGroup.tags[0].tagId, tagGroupId: tagGroup.groupId,
    materialId: material.insertId, materialGroupId: materialGroup.insertId, fileId: file.insertId, uploadId: upload.insertId, shareId: share.insertId, jobId: job?.id ?? 0, callbackId: callback.insertId,
    groupChatId: group.id, chatId: group.chatId, roleKey: role.key, otherUserid: other.userid,
    secrets: [customer.customer.externalUserId, '机密素材甲', '机密分组', '机密角色', '机密价目表', '机密上传', '机密回调', 'wxdeadbeefdeadbeef', group.chatId, tagGroup.groupId, '周敏'],
    foreignAdmin: async () => {
      const corp = await house.modules.corps.add({ wecomCorpId: 'wwforeign000000001', name: '另一家企业', adminUserids: ['boss'] })
      await house.modules.corps.change(corp.id, { agentId: 1000009, agentSecret: 'a-secret-of-nobody-00000000000000000000000' })
      return await callerFor(house, corp.id, 'boss')
    },
    fingerprint: async () => {
      const tables = ['customers', 'customer_relations', 'customer_relation_tags', 'materials', 'material_groups', 'material_files', 'material_favourites', 'files', 'uploads', 'shares', 'views', 'staff', 'staff_roles', 'roles', 'jobs', 'group_chats', 'official_accounts', 'radar_settings'] as const
      const sums = await Promise.all(tables.map(async (table) => {
        const [rows] = await house.platform.database.pool.query(`SELECT * FROM ${table} WHERE corp_id = ? ORDER BY 1, 2, 3 LIMIT 2000`, [corpId])
        return [table, JSON.stringify(rows).replace(/"(seen_at|synced_at|moved_at|finished_at|state|holder|started_at)":"?[^,}]*/g, '')]
      }))
      return sums.filter(([table]) => table !== 'jobs')
    },
  }
}
