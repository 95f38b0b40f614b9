import type { CustomerEvent } from './customer-log.ts'
import type { RelationRecord } from './intake-store.ts'

type Remarks = Pick<RelationRecord, 'remark' | 'description' | 'remarkCorp'>

/**
 * What the customer log has to tell when a member's remarks on a friendship have become others, in WeCom or here. Of all but the
 * remark name only that they changed: what was written of a person is told where it is.
 * @param samePhones are her numbers those that they were? @param at epoch ms
 */
export function remarkNews(before: RelationRecord, after: Remarks, samePhones: boolean, at: number): CustomerEvent[] {
  const about = { corpId: before.corpId, customerId: before.customerId, staffId: before.staffId, subject: `relation:${before.id}:${at}`, at }
  const fields = [before.description === after.description ? '' : '描述', before.remarkCorp === after.remarkCorp ? '' : '企业', samePhones ? '' : '手机号'].filter((field) => field !== '')
  return [
    ...(before.remark === after.remark ? [] : [{ ...about, kind: 'remark_changed' as const, data: { before: before.remark, after: after.remark } }]),
    ...(fields.length === 0 ? [] : [{ ...about, kind: 'details_changed' as const, data: { fields } }]),
  ]
}
