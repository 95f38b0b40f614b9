import { and, asc, desc, eq, inArray, isNull, lt, sql } from 'drizzle-orm'
import type { Queries } from '../../platform/db/connect.ts'
import { groupChatMembers, groupChats } from './tables.ts'

export type GroupChatRecord = typeof groupChats.$inferSelect
export type GroupMemberRecord = typeof groupChatMembers.$inferSelect

const MEMBER = 1

/** Customer groups of one corp. */
export function groupChatsOf(q: Queries, corpId: number) {
  return {
    async byId(groupChatId: number): Promise<GroupChatRecord | undefined> {
      return (await q.select().from(groupChats).where(and(eq(groupChats.corpId, corpId), eq(groupChats.id, groupChatId))))[0]
    },
    async byIds(ids: readonly number[]): Promise<GroupChatRecord[]> {
      return ids.length === 0 ? [] : await q.select().from(groupChats).where(and(eq(groupChats.corpId, corpId), inArray(groupChats.id, [...new Set(ids)])))
    },
    async byChatId(chatId: string): Promise<GroupChatRecord | undefined> {
      return (await q.select().from(groupChats).where(and(eq(groupChats.corpId, corpId), eq(groupChats.chatId, chatId))))[0]
    },
    /** Locks the group, whose row is made when it is new; `syncedAt` 0 then. */
    async lockOrMake(chatId: string, createdAt: number): Promise<GroupChatRecord | undefined> {
      await q.insert(groupChats).values({ corpId, chatId, name: '', ownerUserid: '', admins: [], createdAt, syncedAt: 0 }).onDuplicateKeyUpdate({ set: { id: sql`id` } })
      return (await q.select().from(groupChats).where(and(eq(groupChats.corpId, corpId), eq(groupChats.chatId, chatId))).for('update'))[0]
    },
    async change(groupChatId: number, changes: Partial<Omit<GroupChatRecord, 'id' | 'corpId' | 'chatId'>>): Promise<void> {
      await q.update(groupChats).set(changes).where(and(eq(groupChats.corpId, corpId), eq(groupChats.id, groupChatId)))
    },
    /** Dismissed once and for all: WeCom has no way back. */
    async dismiss(chatId: string, at: number): Promise<void> {
      await q.update(groupChats).set({ dismissedAt: at }).where(and(eq(groupChats.corpId, corpId), eq(groupChats.chatId, chatId), isNull(groupChats.dismissedAt)))
    },
    async members(groupChatId: number): Promise<GroupMemberRecord[]> {
      return await q.select().from(groupChatMembers).where(and(eq(groupChatMembers.corpId, corpId), eq(groupChatMembers.groupChatId, groupChatId)))
        .orderBy(asc(groupChatMembers.joinedAt), asc(groupChatMembers.memberId))
    },
    async member(groupChatId: number, memberId: string): Promise<GroupMemberRecord | undefined> {
      return (await q.select().from(groupChatMembers)
        .where(and(eq(groupChatMembers.corpId, corpId), eq(groupChatMembers.groupChatId, groupChatId), eq(groupChatMembers.memberId, memberId))))[0]
    },
    async saveMembers(groupChatId: number, rows: readonly Omit<GroupMemberRecord, 'corpId' | 'groupChatId'>[]): Promise<void> {
      for (let i = 0; i < rows.length; i += 500) {
        await q.insert(groupChatMembers).values(rows.slice(i, i + 500).map((row) => ({ ...row, corpId, groupChatId }))).onDuplicateKeyUpdate({
          set: { type: sql`VALUES(type)`, name: sql`VALUES(name)`, joinScene: sql`VALUES(join_scene)`, invitedBy: sql`VALUES(invited_by)`, joinedAt: sql`VALUES(joined_at)` },
        })
      }
    },
    async removeMembers(groupChatId: number, memberIds: readonly string[]): Promise<void> {
      if (memberIds.length === 0) return
      await q.delete(groupChatMembers).where(and(eq(groupChatMembers.corpId, corpId), eq(groupChatMembers.groupChatId, groupChatId), inArray(groupChatMembers.memberId, [...memberIds])))
    },
    /** Goes on naming a person by `anonymous` only, in all groups. Repeatable. */
    async anonymise(memberId: string, anonymous: string): Promise<void> {
      const rows = await q.select().from(groupChatMembers).where(and(eq(groupChatMembers.corpId, corpId), eq(groupChatMembers.memberId, memberId)))
      if (rows.length === 0) return
      await q.insert(groupChatMembers).values(rows.map((row) => ({ ...row, memberId: anonymous, name: '' }))).onDuplicateKeyUpdate({ set: { name: '' } })
      await q.delete(groupChatMembers).where(and(eq(groupChatMembers.corpId, corpId), eq(groupChatMembers.memberId, memberId)))
    },
    /** Groups that still exist and have this person in them, the one she joined last first; `limit` of them after the first `skipped`. */
    async groupsOf(memberId: string, limit: number, skipped: number): Promise<{ group: GroupChatRecord; joinedAt: number | null }[]> {
      return await q.select({ group: groupChats, joinedAt: groupChatMembers.joinedAt }).from(groupChatMembers)
        .innerJoin(groupChats, and(eq(groupChats.corpId, groupChatMembers.corpId), eq(groupChats.id, groupChatMembers.groupChatId)))
        .where(and(eq(groupChatMembers.corpId, corpId), eq(groupChatMembers.memberId, memberId), isNull(groupChats.dismissedAt)))
        .orderBy(desc(groupChatMembers.joinedAt), asc(groupChats.id)).limit(limit).offset(skipped)
    },
    /** Userids of the corp's people in groups. */
    async staffIn(groupChatIds: readonly number[]): Promise<{ groupChatId: number; userid: string }[]> {
      if (groupChatIds.length === 0) return []
      return await q.select({ groupChatId: groupChatMembers.groupChatId, userid: groupChatMembers.memberId }).from(groupChatMembers)
        .where(and(eq(groupChatMembers.corpId, corpId), inArray(groupChatMembers.groupChatId, [...groupChatIds]), eq(groupChatMembers.type, MEMBER)))
    },
    /** Groups that the list of WeCom did not name since a moment, by id. */
    async unseen(since: number, afterId: number, limit: number): Promise<GroupChatRecord[]> {
      return await q.select().from(groupChats)
        .where(and(eq(groupChats.corpId, corpId), isNull(groupChats.dismissedAt), lt(groupChats.syncedAt, since), sql`${groupChats.id} > ${afterId}`)).orderBy(groupChats.id).limit(limit)
    },
  }
}
