import { and, desc, eq, inArray, isNotNull, or, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { ShareState } from '@zhike/shared'
import type { Queries } from '../../../platform/db/connect.ts'
import { shares, visitors } from '../tables.ts'

export type ShareRow = typeof shares.$inferSelect
export type VisitorRow = typeof visitors.$inferSelect

/** What the column holds; a longer chain goes on at this depth. */
const DEEPEST = 30_000
/** Nobody reads on more devices than these. */
const DEVICES = 50

/** Tracked links of one corp, and the devices that opened them. */
export function sharesOf(q: Queries, corpId: number) {
  const mine = eq(shares.corpId, corpId)
  return {
    /** Writes a prepared share; the same request of the same member gives the share there is already (GEN-8). */
    async prepare(row: Omit<typeof shares.$inferInsert, 'corpId' | 'id'>): Promise<ShareRow> {
      await q.insert(shares).values({ ...row, corpId }).onDuplicateKeyUpdate({ set: { id: sql`id` } })
      const [made] = await q.select().from(shares).where(and(mine, eq(shares.staffId, row.staffId), eq(shares.requestId, row.requestId)))
      if (!made) throw new Error('a new share cannot be read')
      return made
    },
    async insert(row: Omit<typeof shares.$inferInsert, 'corpId' | 'id'>): Promise<number> {
      const [result] = await q.insert(shares).values({ ...row, corpId })
      return result.insertId
    },
    /** The link that a reader of `parent` passed on: a share of its own, made when somebody else first opens it. */
    async forwarded(parent: ShareRow, token: string, forwardedBy: string, now: number): Promise<ShareRow> {
      await q.insert(shares).values({
        corpId, token, parentId: parent.id, rootId: parent.rootId ?? parent.id, depth: Math.min(parent.depth + 1, DEEPEST), forwardedBy, materialId: parent.materialId, staffId: parent.staffId,
        context: 'forward', requestId: token.slice(0, 36), state: parent.state, createdAt: now, sentAt: null,
      }).onDuplicateKeyUpdate({ set: { id: sql`id` } })
      const [made] = await q.select().from(shares).where(eq(shares.token, token))
      if (!made) throw new Error('a forwarded share cannot be read')
      return made
    },
    /** A link and everything that became of it, the first ones first. */
    async chain(rootId: number, limit: number): Promise<ShareRow[]> {
      return await q.select().from(shares).where(and(mine, or(eq(shares.id, rootId), eq(shares.rootId, rootId)))).orderBy(shares.id).limit(limit)
    },
    /** prepared → an end state; false when it had left `prepared` before. */
    async conclude(shareId: number, staffId: number, outcome: { state: Exclude<ShareState, 'prepared'>; sentAt: number | null; failReason: string | null }): Promise<boolean> {
      const [result] = await q.update(shares).set(outcome).where(and(mine, eq(shares.id, shareId), eq(shares.staffId, staffId), eq(shares.state, 'prepared')))
      return result.affectedRows === 1
    },
    async byId(shareId: number): Promise<ShareRow | undefined> {
      return (await q.select().from(shares).where(and(mine, eq(shares.id, shareId))))[0]
    },
    async byIds(ids: readonly number[]): Promise<Map<number, ShareRow>> {
      if (ids.length === 0) return new Map()
      const rows = await q.select().from(shares).where(and(mine, inArray(shares.id, [...new Set(ids)])))
      return new Map(rows.map((row) => [row.id, row]))
    },
    /** The same as `byIds` and the first links of their chains, locked until the transaction ends: what is told of a chain is told by one. */
    async lock(ids: readonly number[]): Promise<Map<number, ShareRow>> {
      if (ids.length === 0) return new Map()
      const chains = await q.select({ rootId: shares.rootId }).from(shares).where(and(mine, inArray(shares.id, [...new Set(ids)]), isNotNull(shares.rootId)))
      const all = new Set([...ids, ...chains.flatMap(({ rootId }) => rootId ?? [])])
      const rows = await q.select().from(shares).where(and(mine, inArray(shares.id, [...all]))).orderBy(shares.id).for('update')
      return new Map(rows.map((row) => [row.id, row]))
    },
    /** Binds addressed shares, locked by the caller, to the first device that read them; null frees one again. */
    async bind(bindings: ReadonlyMap<number, string | null>): Promise<void> {
      if (bindings.size === 0) return
      const cases = [...bindings].map(([shareId, visitorId]) => sql`WHEN ${shareId} THEN ${visitorId}`)
      await q.update(shares).set({ boundVisitor: sql`CASE ${shares.id} ${sql.join(cases, sql` `)} END` }).where(and(mine, inArray(shares.id, [...bindings.keys()])))
    },
    async visitor(visitorId: string): Promise<VisitorRow | undefined> {
      return (await q.select().from(visitors).where(and(eq(visitors.corpId, corpId), eq(visitors.visitorId, visitorId))))[0]
    },
    async visitors(ids: readonly string[]): Promise<Map<string, VisitorRow>> {
      if (ids.length === 0) return new Map()
      const rows = await q.select().from(visitors).where(and(eq(visitors.corpId, corpId), inArray(visitors.visitorId, [...new Set(ids)])))
      return new Map(rows.map((row) => [row.visitorId, row]))
    },
    /** Writes what is known of a device, whatever was known of it. */
    async know({ visitorId, createdAt, externalUserId, openId, accountOpenId, unionId, customerId, knownBy }: Omit<VisitorRow, 'corpId'>): Promise<void> {
      const known = { externalUserId, openId, accountOpenId, unionId, customerId, knownBy }
      await q.insert(visitors).values({ corpId, visitorId, createdAt, ...known }).onDuplicateKeyUpdate({ set: known })
    },
    /** Which customer WeCom, or her unionid, has named on another device of this person; the device seen last counts. */
    async namedElsewhere({ accountOpenId, unionId }: { accountOpenId: string; unionId: string | null }): Promise<number | null> {
      const named = async (hers: SQL) => await q.select({ customerId: visitors.customerId, createdAt: visitors.createdAt }).from(visitors)
        .where(and(eq(visitors.corpId, corpId), hers, eq(visitors.knownBy, 'wechat'), isNotNull(visitors.customerId))).limit(DEVICES)
      const devices = (unionId === null ? [] : await named(eq(visitors.unionId, unionId))).concat(await named(eq(visitors.accountOpenId, accountOpenId)))
      return devices.sort((a, b) => b.createdAt - a.createdAt)[0]?.customerId ?? null
    },
    /** The first to open links addressed to customers; never overrules what is known. */
    async knowByShare(known: ReadonlyMap<string, number>, now: number): Promise<void> {
      if (known.size === 0) return
      await q.insert(visitors).values([...known].sort(([a], [b]) => (a < b ? -1 : 1)).map(([visitorId, customerId]) => ({ corpId, visitorId, customerId, knownBy: 'share' as const, createdAt: now })))
        .onDuplicateKeyUpdate({ set: { customerId: sql`COALESCE(customer_id, VALUES(customer_id))`, knownBy: sql`COALESCE(known_by, VALUES(known_by))` } })
    },
    /** Materials the member sent, the latest first. */
    async recentMaterials(staffId: number, limit: number): Promise<number[]> {
      const rows = await q.select({ materialId: shares.materialId }).from(shares).where(and(mine, eq(shares.staffId, staffId), eq(shares.state, 'sent'), isNotNull(shares.sentAt))).orderBy(desc(shares.sentAt)).limit(limit * 10)
      return [...new Set(rows.map((row) => row.materialId))].slice(0, limit)
    },
  }
}

/** The share of a public link. The only look-up by token: the tenant is what it tells. Each opening needs it, so its SQL is made once. */
export function sharesByToken(q: Queries): (token: string) => Promise<ShareRow | undefined> {
  const statement = q.select().from(shares).where(eq(shares.token, sql.placeholder('token'))).prepare()
  return async (token) => (await statement.execute({ token }))[0]
}
