import type { Platform } from '../../../platform/platform.ts'
import type { SignedInPerson } from '../../../wecom/index.ts'
import type { AccountPerson } from '../../official-account/index.ts'
import type { RadarNeeds } from '../needs.ts'
import { sharesOf } from '../shares/store.ts'

type WecomVisitor = Extract<SignedInPerson, { kind: 'visitor' }>

/** What WeCom and the corp's official account tell of the person at a device, put together (MAT-15). Nickname and picture are not looked at. */
export function createRecognition(platform: Pick<Platform, 'db' | 'clock'>, { customers }: Pick<RadarNeeds, 'customers'>) {
  const { clock, db } = platform

  /** The customer with this unionid, or whom WeCom has named on another device of the same person. */
  async function customerOf(corpId: number, person: { accountOpenId: string; unionId: string | null }): Promise<number | null> {
    const customer = person.unionId === null ? null : await customers.customerByUnion(corpId, person.unionId)
    if (customer) return customer.customerId
    const elsewhere = await sharesOf(db, corpId).namedElsewhere(person)
    // Her data may have been deleted a moment ago.
    return elsewhere !== null && (await customers.customerNames(db, corpId, [elsewhere])).has(elsewhere) ? elsewhere : null
  }

  return {
    /** `named`: as a customer. `nameless`: the account has told her unionid, which is no customer's. */
    async known(corpId: number, visitorId: string): Promise<'named' | 'nameless' | 'unknown'> {
      const store = sharesOf(db, corpId)
      const device = await store.visitor(visitorId)
      if (device?.knownBy === 'wechat' && device.customerId !== null) return 'named'
      if (!device || device.accountOpenId === null) return 'unknown'
      // She may have become a customer since, or been named on another device.
      const customerId = await customerOf(corpId, { accountOpenId: device.accountOpenId, unionId: device.unionId })
      if (customerId === null) return device.unionId === null ? 'unknown' : 'nameless'
      await store.know({ ...device, customerId, knownBy: 'wechat' })
      return 'named'
    },

    /** @returns whether nothing is left to ask: she is a customer, or somebody whose data was deleted on request, who stays a stranger (SYS-17) */
    async byAccount(corpId: number, visitorId: string, { openId, unionId: told }: AccountPerson): Promise<boolean> {
      const store = sharesOf(db, corpId)
      const device = await store.visitor(visitorId)
      const same = device?.accountOpenId === openId
      const ids = { accountOpenId: openId, unionId: told ?? (same ? device.unionId : null) }
      const customerId = await customerOf(corpId, ids)
      if (customerId === null && ids.unionId !== null && await customers.isErasedUnion(corpId, ids.unionId)) return true
      // Naming nobody decides nothing: what was guessed or told before stands, unless it was told of somebody else.
      const before = device && (same || device.accountOpenId === null) ? device : { externalUserId: null, openId: null, customerId: null, knownBy: null, createdAt: clock.now() }
      await store.know({ ...before, visitorId, ...ids, ...(customerId === null ? {} : { customerId, knownBy: 'wechat' }) })
      return customerId !== null
    },

    /** What WeCom tells overrules what was guessed. @param account whether the account told who this is a moment ago */
    async byWecom(corpId: number, visitorId: string, { externalUserId, openId }: WecomVisitor, { account }: { account: boolean }): Promise<boolean> {
      const store = sharesOf(db, corpId)
      const device = await store.visitor(visitorId)
      if (externalUserId !== null && await customers.isErased(corpId, externalUserId)) {
        if (device && account) await store.know({ ...device, accountOpenId: null, unionId: null })
        return true
      }
      const customer = externalUserId === null ? null : await customers.customerByExternal(corpId, externalUserId)
      // Her ids at the account name her on other devices from now on: only if it was she who had them.
      const same = device && (account || device.openId === openId)
      const ids = same ? { accountOpenId: device.accountOpenId, unionId: device.unionId } : { accountOpenId: null, unionId: null }
      await store.know({ visitorId, externalUserId, openId, ...ids, customerId: customer?.customerId ?? null, knownBy: 'wechat', createdAt: device?.createdAt ?? clock.now() })
      return true
    },
  }
}
