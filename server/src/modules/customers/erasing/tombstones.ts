import type { Queries } from '../../../platform/db/connect.ts'
import { createKeyedHash } from '../../../platform/crypto/secret-box.ts'
import type { Platform } from '../../../platform/platform.ts'
import { ERASED_MEMBER } from '../../group-chats/index.ts'
import type { ErasedAmong } from '../../group-chats/index.ts'
import type { ReadRelation } from '../wecom-answers.ts'
import { erasuresOf } from './store.ts'

export type Tombstones = ReturnType<typeof createTombstones>
type SeenRelation = ReadRelation & { staffId: number }

/**
 * Whose data was deleted on request (SYS-17): known by a keyed hash only. WeCom goes on naming them as friends; what it answers
 * about them is passed over, until a friendship begins after the deletion.
 */
export function createTombstones(platform: Pick<Platform, 'config' | 'clock'>) {
  const hash = createKeyedHash(platform.config.appKey, 'erased-customer')
  const keyOf = (corpId: number, externalUserId: string): Buffer => hash(`${corpId}:${externalUserId}`)
  const unionKeyOf = (corpId: number, unionId: string): Buffer => hash(`${corpId}:unionid:${unionId}`)

  /** When the data of these people was deleted, epoch ms; the others are left out. */
  async function erasedAt(q: Queries, corpId: number, externalIds: readonly string[]): Promise<Map<string, number>> {
    const keys = new Map([...new Set(externalIds)].map((id) => [keyOf(corpId, id).toString('base64'), id]))
    const rows = await erasuresOf(q, corpId).standing([...keys.values()].map((id) => keyOf(corpId, id)))
    return new Map(rows.flatMap((row): [string, number][] => {
      const id = keys.get(row.personKey.toString('base64'))
      return id === undefined ? [] : [[id, row.erasedAt]]
    }))
  }

  /** For groups: a person whose data was deleted is one nobody, the same one in every group. */
  const among: ErasedAmong = async (q, corpId, externalIds) => {
    const erased = await erasedAt(q, corpId, externalIds)
    return new Map([...erased.keys()].map((id) => [id, `${ERASED_MEMBER}${keyOf(corpId, id).toString('base64url').slice(0, 24)}`]))
  }

  return {
    keyOf, unionKeyOf, among,
    async has(q: Queries, corpId: number, externalUserId: string): Promise<boolean> {
      return (await erasedAt(q, corpId, [externalUserId])).size > 0
    },
    /** The same for a person of whom only the unionid is known. */
    async hasUnion(q: Queries, corpId: number, unionId: string): Promise<boolean> {
      return (await erasuresOf(q, corpId).standing([unionKeyOf(corpId, unionId)])).length > 0
    },
    /** Does a deletion of this person stand at this moment, whatever the transaction has read before? Locks it until the transaction ends. */
    async stands(tx: Queries, corpId: number, externalUserId: string): Promise<boolean> {
      return await erasuresOf(tx, corpId).lockStanding(keyOf(corpId, externalUserId))
    },
    /**
     * What of an answer of WeCom may be written, in the transaction that writes it. A friendship that began after the deletion
     * lifts it.
     * @param heard when WeCom told by callback that a friendship began, by staff id
     */
    async allowed(tx: Queries, corpId: number, relations: readonly SeenRelation[], heard: ReadonlyMap<number, number> = new Map()): Promise<SeenRelation[]> {
      const erased = await erasedAt(tx, corpId, relations.map((relation) => relation.customer.externalUserId))
      if (erased.size === 0) return [...relations]
      for (const [externalUserId, at] of erased) {
        const hers = relations.filter((relation) => relation.customer.externalUserId === externalUserId)
        if (!hers.some((relation) => relation.addedAt > at || (heard.get(relation.staffId) ?? 0) > at)) continue
        const unionId = hers[0]?.customer.unionId ?? null
        for (const key of [keyOf(corpId, externalUserId), ...(unionId === null ? [] : [unionKeyOf(corpId, unionId)])]) await erasuresOf(tx, corpId).lift(key, platform.clock.now())
        erased.delete(externalUserId)
      }
      return relations.filter((relation) => !erased.has(relation.customer.externalUserId))
    },
  }
}
