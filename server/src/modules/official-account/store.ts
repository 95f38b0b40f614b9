import { eq, sql } from 'drizzle-orm'
import type { Queries } from '../../platform/db/connect.ts'
import { officialAccounts } from './tables.ts'
import type { AccountProofs } from './tables.ts'

export type AccountRow = typeof officialAccounts.$inferSelect
export type AccountFields = Pick<AccountRow, 'appId' | 'appSecret' | 'readerSignIn' | 'proofs'>
/** Null takes a proof away. */
export type ProofChanges = { [K in keyof AccountProofs]: AccountProofs[K] | null }

/** The official account of one corp. */
export function accountOf(q: Queries, corpId: number) {
  const mine = eq(officialAccounts.corpId, corpId)
  return {
    async read(): Promise<AccountRow | undefined> {
      return (await q.select().from(officialAccounts).where(mine))[0]
    },
    async save(fields: AccountFields, now: number): Promise<void> {
      await q.insert(officialAccounts).values({ ...fields, corpId, createdAt: now, updatedAt: now })
        .onDuplicateKeyUpdate({ set: { ...fields, updatedAt: now, version: sql`${officialAccounts.version} + 1` } })
    },
    /** Adds proofs without losing those that another process adds at the same time. */
    async mergeProofs(proofs: ProofChanges): Promise<void> {
      await q.update(officialAccounts).set({ proofs: sql`JSON_MERGE_PATCH(${officialAccounts.proofs}, ${JSON.stringify(proofs)})` }).where(mine)
    },
    async remove(): Promise<void> {
      await q.delete(officialAccounts).where(mine)
    },
  }
}

/** Does the account of any corp name this ownership file? There is one row per corp, and WeChat asks once. */
export async function namesDomainFile(q: Queries, fileName: string): Promise<boolean> {
  const rows = await q.select({ id: officialAccounts.id }).from(officialAccounts).where(sql`JSON_UNQUOTE(JSON_EXTRACT(${officialAccounts.proofs}, '$.domainFile')) = ${fileName}`).limit(1)
  return rows.length > 0
}
