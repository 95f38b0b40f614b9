/**
 * Members of a corp and people outside of it.
 *
 *   GET    /sandbox/api/corps/:corpid/departments                 DepartmentView[]
 *   GET    /sandbox/api/corps/:corpid/staff                       StaffView[]
 *   GET    /sandbox/api/corps/:corpid/staff/:userid/contacts?q=   ContactView[] (her customers, ≤200)
 *   GET    /sandbox/api/people?corpid=&q=&relation=any|customer|stranger&limit=   PersonView[]
 *   GET    /sandbox/api/people/:id                                PersonDetail
 *
 * Types only: they cost the client nothing. JSON over HTTP, an error is HTTP 4xx `{ message }` in Chinese; times are
 * epoch milliseconds of the sandbox clock unless a name says otherwise.
 */

/** `staff:<corpid>:<userid>` or `customer:<external_userid>`; also names a simulated device. */
export type PartyId = `staff:${string}:${string}` | `customer:${string}`

export interface StaffView {
  userid: string
  name: string
  position: string
  departments: { id: number; name: string; leader: boolean }[]
  avatar: string
  left: boolean
  inVisibleRange: boolean
  hasCustomerContact: boolean
  unreadTotal: number
}

export interface DepartmentView {
  id: number
  name: string
  parentid: number
  leaders: string[]
}

export interface PersonView {
  /** external_userid */
  id: string
  corpid: string
  name: string
  avatar: string
  /** 1 WeChat user, 2 user of another corp's WeCom */
  type: 1 | 2
  corpName: string
  relation: 'customer' | 'stranger'
  /** Does she follow the corp's official account? null: it has none, or she uses WeCom. */
  followsAccount: boolean | null
}

export interface FollowView {
  userid: string
  staffName: string
  remark: string
  description: string
  addedAt: number
  addWay: number
  state: string
  tags: { id: string; name: string; type: 1 | 2 }[]
  /** half: customer added by a no-verify code, member has not confirmed. */
  status: 'friend' | 'half' | 'deleted_by_customer'
}

export interface PersonDetail extends PersonView {
  gender: 0 | 1 | 2
  follows: FollowView[]
  groups: { chatId: string; name: string }[]
}

/** A customer as one member sees her. */
export interface ContactView extends PersonView {
  follow: FollowView
  chatId: string
}
