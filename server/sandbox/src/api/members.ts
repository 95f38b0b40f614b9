import type { Corp } from '../world/corp.ts'
import type { Staff } from '../world/model.ts'
import { WecomError } from './wecom-error.ts'

/** Member the app may see: 60111 unknown, 60011 outside the visible range. */
export function visibleMember(corp: Corp, userid: string): Staff {
  if (userid === '') throw new WecomError(41009)
  const staff = corp.staff(userid)
  if (staff === undefined) throw new WecomError(60111)
  if (!corp.isVisible(userid)) throw new WecomError(60011)
  return staff
}

/** Member whose customers the app may read: also needs the customer-contact feature (84074). */
export function servingMember(corp: Corp, userid: string): Staff {
  const staff = visibleMember(corp, userid)
  if (!corp.hasCustomerContact(userid)) throw new WecomError(84074)
  return staff
}
