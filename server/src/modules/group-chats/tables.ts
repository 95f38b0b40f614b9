import { bigint, index, int, mysqlTable, primaryKey, tinyint, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import { exactText, json, moment } from '../../platform/db/columns.ts'

/** Customer groups. */
export const groupChats = mysqlTable('group_chats', {
  id: bigint('id', { mode: 'number' }).autoincrement().primaryKey(),
  corpId: int('corp_id').notNull(),
  chatId: exactText('chat_id', { length: 64 }).notNull(),
  name: varchar('name', { length: 200 }).notNull(),
  ownerUserid: varchar('owner_userid', { length: 64 }).notNull(),
  notice: varchar('notice', { length: 2000 }),
  memberVersion: exactText('member_version', { length: 64 }),
  admins: json<string[]>('admins').notNull(),
  dismissedAt: moment('dismissed_at'),
  createdAt: moment('created_at').notNull(),
  syncedAt: moment('synced_at').notNull(),
}, (t) => [uniqueIndex('group_chats_chat').on(t.corpId, t.chatId), index('group_chats_owner').on(t.corpId, t.ownerUserid)])

/** Who is in a group now. `member_id` is a userid or an external_userid. */
export const groupChatMembers = mysqlTable('group_chat_members', {
  corpId: int('corp_id').notNull(),
  groupChatId: bigint('group_chat_id', { mode: 'number' }).notNull(),
  memberId: exactText('member_id', { length: 64 }).notNull(),
  /** 1 member of the corp, 2 external */
  type: tinyint('type').notNull(),
  name: varchar('name', { length: 200 }).notNull().default(''),
  joinScene: tinyint('join_scene'),
  invitedBy: varchar('invited_by', { length: 64 }),
  joinedAt: moment('joined_at'),
}, (t) => [primaryKey({ columns: [t.corpId, t.groupChatId, t.memberId] }), index('group_chat_members_member').on(t.corpId, t.memberId, t.groupChatId)])
