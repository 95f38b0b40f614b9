/** Fields that every callback has. Times are epoch milliseconds although WeCom sends seconds. */
interface EventCommon {
  /** WeCom corp id of the receiver. */
  toUserName: string
  /** `sys`, a userid, or empty where WeCom leaves it out (wecom-api/01 §11). */
  fromUserName: string
  createTime: number
  agentId: number | null
}

interface Relation {
  userId: string
  externalUserId: string
}

/** wecom-api/01 §6 */
export type CustomerEventBody =
  | ({ kind: 'customer_added' | 'customer_half_added'; state: string | null; welcomeCode: string | null } & Relation)
  | ({ kind: 'customer_edited' } & Relation)
  /** The member removed the customer; `byTransfer` when an in-service transfer did it. */
  | ({ kind: 'customer_removed_by_staff'; byTransfer: boolean } & Relation)
  /** The customer removed the member; her data stays readable. */
  | ({ kind: 'staff_removed_by_customer' } & Relation)
  /** `userId` is the member who should have taken over. */
  | ({ kind: 'transfer_failed'; reason: string } & Relation)
  | ({ kind: 'archive_consented'; welcomeCode: string | null } & Relation)

interface MemberChange {
  chatId: string
  /** userids and external_userids, mixed. */
  members: string[]
  memberCount: number
  /** The list may be applied only when our version equals `lastMemberVersion`; otherwise re-read the group. */
  lastMemberVersion: string | null
  memberVersion: string | null
}

/** wecom-api/01 §7 */
export type GroupEventBody =
  | { kind: 'group_created' | 'group_dismissed'; chatId: string }
  | ({ kind: 'group_members_joined'; joinScene: number | null } & MemberChange)
  | ({ kind: 'group_members_left'; quitScene: number | null } & MemberChange)
  /** Owner, name, notice, or a detail WeCom added later: re-read the group. */
  | { kind: 'group_changed'; chatId: string; detail: string }

/** wecom-api/01 §8 */
export type TagEventBody =
  | { kind: 'tag_changed'; change: 'create' | 'update' | 'delete'; tagType: 'tag' | 'tag_group'; id: string; strategyId: string | null }
  /** `groupId` null: the order of the groups themselves changed. */
  | { kind: 'tags_reordered'; groupId: string | null; strategyId: string | null }

/** wecom-api/01 §9 */
export type AcquisitionEventBody =
  | { kind: 'acquisition_balance_changed'; balance: 'low' | 'exhausted' | 'increased' }
  | { kind: 'acquisition_quota_expiring'; expiresAt: number; quota: number }
  | { kind: 'acquisition_link_unavailable' | 'acquisition_link_deleted'; linkId: string }
  | { kind: 'acquisition_profile_opened' | 'acquisition_friend_requested'; linkId: string; state: string | null }
  | ({ kind: 'acquisition_chat_started'; linkId: string } & Relation)
  | { kind: 'acquisition_message_received'; linkId: string; chatKey: string }
  | ({ kind: 'acquisition_staff_removed'; linkId: string; state: string | null } & Relation)

/** wecom-api/01 §10; only the contact-sync assistant's receiver gets these. */
export type ContactEventBody =
  | {
    kind: 'member_created' | 'member_updated'
    userId: string
    newUserId: string | null
    name: string | null
    /** null: not part of this event. */
    departmentIds: number[] | null
    mainDepartmentId: number | null
    isLeaderInDepartment: boolean[] | null
    directLeaders: string[] | null
    position: string | null
    status: number | null
  }
  | { kind: 'member_deleted'; userId: string }
  | { kind: 'department_created' | 'department_updated'; departmentId: number; name: string | null; parentId: number | null; order: number | null }
  | { kind: 'department_deleted'; departmentId: number }
  | { kind: 'member_tag_changed'; tagId: number; addedUserIds: string[]; removedUserIds: string[]; addedDepartmentIds: number[]; removedDepartmentIds: number[] }

/** wecom-api/01 §11 */
export type KfEventBody =
  | { kind: 'kf_messages_waiting'; token: string; openKfId: string }
  | { kind: 'kf_account_auth_changed'; addedOpenKfIds: string[]; removedOpenKfIds: string[] }

export type AppMessage =
  | { type: 'text'; content: string }
  | { type: 'image'; pictureUrl: string | null; mediaId: string }
  | { type: 'voice'; mediaId: string; format: string | null }
  | { type: 'video'; mediaId: string; thumbMediaId: string | null }
  | { type: 'location'; latitude: number; longitude: number; scale: number | null; label: string }
  | { type: 'link'; title: string; description: string; url: string; pictureUrl: string | null }

interface CardClick {
  eventKey: string
  taskId: string
  cardType: string
  /** For one update of the card within 72 h. */
  responseCode: string | null
}

/** wecom-api/01 §12 */
export type AppEventBody =
  | { kind: 'app_message'; messageId: string; message: AppMessage }
  | { kind: 'app_subscribed' | 'app_unsubscribed' | 'app_entered' | 'app_closed_inactive' | 'app_reopened' }
  | { kind: 'menu_clicked'; eventKey: string }
  | { kind: 'menu_link_opened'; url: string }
  | { kind: 'menu_scanned'; eventKey: string; waits: boolean; scanType: string | null; result: string }
  | { kind: 'menu_pictures_sent'; eventKey: string; source: 'camera' | 'camera_or_album' | 'album'; pictureMd5s: string[] }
  | { kind: 'menu_location_sent'; eventKey: string; latitude: number; longitude: number; scale: number | null; label: string; placeName: string }
  | { kind: 'location_reported'; latitude: number; longitude: number; precision: number | null }
  | ({ kind: 'card_clicked'; selected: { questionKey: string; optionIds: string[] }[] } & CardClick)
  | ({ kind: 'card_menu_clicked' } & CardClick)
  | { kind: 'batch_job_finished'; jobId: string; jobType: string; errcode: number; errmsg: string }
  | { kind: 'media_job_finished'; jobId: string }

/** An event that we do not know, or a known one without a field it must have; kept whole so that nothing is lost. */
interface UnknownEventBody {
  kind: 'unknown'
  msgType: string
  event: string
  changeType: string
  /** Leaf texts by path, e.g. `BatchJob.JobId`; repeated elements are numbered: `Items.Item[1]`. */
  fields: Record<string, string>
}

export type WecomEventBody =
  | CustomerEventBody
  | GroupEventBody
  | TagEventBody
  | AcquisitionEventBody
  | ContactEventBody
  | KfEventBody
  | AppEventBody
  | UnknownEventBody

/** A decrypted callback as a typed event; switch on `kind`. */
export type WecomEvent = EventCommon & WecomEventBody
export type WecomEventKind = WecomEvent['kind']
/** The event of one kind, e.g. `EventOf<'customer_added'>`; also where several kinds share one shape. */
export type EventOf<K extends WecomEventKind> = OfKind<WecomEvent, K>
type OfKind<E, K> = E extends { kind: infer Kinds } ? (K extends Kinds ? E & { kind: K } : never) : never
