import type { Identity } from '../identity/index.ts'
import type { CallbackHandlers } from './handling.ts'

/** A member who lost or regained the app, changed or left is looked up again, so that leavers are signed out at once (SYS-3). */
export function memberEvents(identity: Pick<Identity, 'contacts'>): CallbackHandlers {
  const recheck = (corpId: number, userid: string) => identity.contacts.recheckMember(corpId, userid)
  return {
    app_subscribed: (event, { corpId }) => recheck(corpId, event.fromUserName),
    app_unsubscribed: (event, { corpId }) => recheck(corpId, event.fromUserName),
    member_updated: (event, { corpId }) => recheck(corpId, event.newUserId ?? event.userId),
    member_deleted: (event, { corpId }) => recheck(corpId, event.userId),
  }
}
