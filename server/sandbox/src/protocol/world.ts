/**
 * What people do outside of any API.
 *
 *   POST   /sandbox/api/actions     WorldAction → ActionResult
 *   POST   /sandbox/api/reset       back to freshly generated demo data
 */

/** What people do outside of any API; the ones WeCom tells apps about raise callbacks. */
export type WorldAction = { corpid: string } & (
  /** A customer adds a salesperson; personId absent → a new person. */
  | { action: 'customer_adds'; userid: string; personId?: string; name?: string; state?: string; addWay?: number; half?: boolean }
  /** The member confirms a half friend. */
  | { action: 'staff_confirms'; userid: string; personId: string }
  | { action: 'customer_deletes'; userid: string; personId: string }
  | { action: 'staff_deletes'; userid: string; personId: string }
  /** Remark/description/tags edited in the member's own client. */
  | { action: 'staff_edits'; userid: string; personId: string; remark?: string; description?: string; mobiles?: string[]; addTags?: string[]; removeTags?: string[]; personalTags?: string[] }
  | { action: 'customer_renames'; personId: string; name: string }
  /** She begins or ceases to follow the corp's official account. */
  | { action: 'account_follow'; personId: string; follows: boolean }
  | { action: 'group_create'; userid: string; name: string; personIds: string[]; userids?: string[] }
  | { action: 'group_join'; chatId: string; personId?: string; name?: string; scene?: 'invited' | 'link' | 'qr'; invitor?: string; state?: string }
  | { action: 'group_leave'; chatId: string; personId: string; kicked?: boolean }
  | { action: 'group_rename'; chatId: string; name: string }
  | { action: 'group_notice'; chatId: string; notice: string }
  | { action: 'group_owner'; chatId: string; userid: string }
  | { action: 'group_dismiss'; chatId: string }
  | { action: 'tag_create'; groupId?: string; groupName?: string; names: string[] }
  | { action: 'tag_rename'; id: string; name: string }
  | { action: 'tag_delete'; id: string }
  | { action: 'tag_shuffle'; groupId?: string }
  | { action: 'staff_joins'; userid: string; name: string; departmentId: number; position?: string }
  | { action: 'staff_leaves'; userid: string }
  | { action: 'staff_moves'; userid: string; departmentId: number; leader?: boolean }
  /** Member opens the app → event enter_agent. */
  | { action: 'enter_agent'; userid: string }
  /** A friend of this person who knows nobody of the corp (for forwarding). */
  | { action: 'new_stranger'; name?: string; friendOf?: string }
)

export interface ActionResult {
  ok: true
  message: string
  personId?: string
  userid?: string
  chatId?: string
  /** Ids of made tags. */
  tagIds?: string[]
}
