import type { CustomerProfile, RemarkForm } from '@zhike/shared/contract'
import { LIMITS } from '@zhike/shared'
import type { LiveEvent } from '@zhike/shared'
import type { Queries } from '../../platform/db/connect.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { conflict, invalid, notFound } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import { writeRemarks } from '../../wecom/index.ts'
import type { Remarks } from '../../wecom/index.ts'
import type { Audit } from '../audit/index.ts'
import { asAppError } from '../corps/index.ts'
import type { Viewer } from '../identity/index.ts'
import { appendCustomerEvents } from './customer-log.ts'
import { intakeOf } from './intake-store.ts'
import type { RelationRecord } from './intake-store.ts'
import type { PhoneBox } from './phones.ts'
import type { Profiles } from './profiles.ts'
import type { Refresh } from './refresh-from-wecom.ts'
import { remarkNews } from './remark-news.ts'
import type { WecomWriting, WrittenRelation } from './wecom-writing.ts'

const REMARK_FIELDS = [['remark', '备注名'], ['description', '描述'], ['remarkCorp', '企业'], ['phones', '手机号']] as const satisfies readonly (readonly [keyof Remarks, string])[]

export type Remarking = ReturnType<typeof createRemarking>

/** What members write about their own customers: remark name, description, corp and phone numbers (CUS-11). */
export function createRemarking(platform: Platform, needs: { audit: Audit; profiles: Profiles; writing: WecomWriting; refresh: Refresh; phones: PhoneBox }) {
  const { db, clock } = platform
  const { phones } = needs

  /** Only what becomes different. @throws AppError `invalid`, `conflict` */
  function changeOf(relation: RelationRecord, isWecomUser: boolean, wanted: RemarkForm): Remarks {
    const change: Remarks = {}
    if (wanted.remark !== undefined && wanted.remark !== relation.remark) change.remark = wanted.remark
    if (wanted.description !== undefined && wanted.description !== relation.description) change.description = wanted.description
    if (wanted.remarkCorp !== undefined && wanted.remarkCorp !== relation.remarkCorp) {
      if (isWecomUser) throw invalid('企业微信用户的企业由对方自己填写，不能备注', { remarkCorp: '不能备注' })
      change.remarkCorp = wanted.remarkCorp
    }
    if (wanted.phones) {
      if (wanted.phones.mark !== phones.mark(relation.phones)) throw conflict('手机号刚刚在别处修改过，请刷新后再改')
      const known = phones.open(relation.corpId, relation.phones)
      const kept = known.filter((_, i) => wanted.phones?.keep.includes(i))
      const list = [...new Set([...kept, ...wanted.phones.add])]
      if (list.length > LIMITS.remarkPhones && list.length > kept.length) throw invalid(`最多保存 ${LIMITS.remarkPhones} 个手机号`, { phones: `最多 ${LIMITS.remarkPhones} 个` })
      if (!phones.same(relation.corpId, relation.phones, list)) change.phones = list
    }
    return change
  }

  async function write(on: WrittenRelation, change: Remarks, viewer: Viewer, from: string): Promise<'done' | 'gone'> {
    const { corpId, relation, customer } = on
    const at = clock.now()
    return await inTransaction(db, async (tx) => {
      const store = intakeOf(tx, corpId)
      if (!(await store.lockCustomer(customer.id))) return 'gone'
      const [before] = await store.relations([customer.id], [relation.staffId])
      if (!before) return 'gone'
      const samePhones = change.phones === undefined || phones.same(corpId, before.phones, change.phones)
      const after = { remark: change.remark ?? before.remark, description: change.description ?? before.description, remarkCorp: change.remarkCorp ?? before.remarkCorp }
      await store.setRelation(relation.id, { ...after, ...(samePhones ? {} : { phones: phones.seal(corpId, change.phones ?? []) }), syncedAt: at, checkAt: null })
      await appendCustomerEvents(tx, remarkNews(before, after, samePhones, at))
      await record(tx, viewer, on, change, from)
      return 'done'
    })
  }

  /** Her numbers, and what is written of her, stay out of the audit log: that they changed is told. */
  async function record(tx: Queries, viewer: Viewer, { customer }: WrittenRelation, change: Remarks, from: string): Promise<void> {
    const after = { fields: REMARK_FIELDS.filter(([field]) => change[field] !== undefined).map(([, name]) => name) }
    await needs.audit.record(tx, { corpId: viewer.corpId, actorId: viewer.staffId, action: 'customer.remark_changed', subject: customer.name, customerId: customer.id, after, from })
  }

  async function settle(on: WrittenRelation, change: Remarks, viewer: Viewer, from: string): Promise<boolean> {
    const { corpId, relation, customer } = on
    let made = false
    await needs.refresh.customer(corpId, customer.externalUserId, null, async (tx, { refreshed }) => {
      const read = refreshed?.relations.find((other) => other.staffId === relation.staffId)
      if (!read) return
      made = (change.remark ?? read.remark) === read.remark && (change.description ?? read.description) === read.description && (change.remarkCorp ?? read.remarkCorp) === read.remarkCorp
        && (change.phones === undefined || change.phones.join() === read.phones.join())
      if (made) await record(tx, viewer, on, change, from)
    })
    return made
  }

  /** @param from the caller's address, for the audit log. @throws AppError `conflict` when they are no longer friends, `wecom` with WeCom's reason */
  return async (viewer: Viewer, customerId: number, wanted: RemarkForm, from: string): Promise<CustomerProfile> => {
    const { customer, own, relations } = await needs.profiles.readable(viewer, customerId)
    if (own?.state !== 'active') throw conflict('你和这位客户不是好友，不能修改备注')
    const change = changeOf(own, customer.type === 2, wanted)
    if (Object.keys(change).length > 0) {
      const on = { corpId: viewer.corpId, relation: own, customer, userid: viewer.userid }
      const written = await needs.writing(on, {
        ask: (client) => writeRemarks(client, viewer.userid, customer.externalUserId, change),
        write: () => write(on, change, viewer, from),
        settle: () => settle(on, change, viewer, from),
      })
      if ('error' in written) throw asAppError(written.error)
      if (written.outcome === 'gone') throw notFound('客户')
      const event: LiveEvent = { kind: 'customer', customerId }
      await platform.live.publish(viewer.corpId, { owners: relations.map((relation) => relation.staffId), event })
        .catch((error: unknown) => platform.log.debug({ err: error }, 'news of remarks not published'))
    }
    return await needs.profiles.profile(viewer, customerId)
  }
}
