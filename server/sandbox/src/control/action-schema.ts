import { z } from 'zod'
import type { WorldAction } from '../protocol/world.ts'

const id = z.string().min(1).max(128)
const name = z.string().min(1).max(60)
const corpid = id

/** What may come over `POST /sandbox/api/actions`; kept equal to WorldAction by the compiler. */
export const worldAction: z.ZodType<WorldAction> = z.discriminatedUnion('action', [
  z.object({
    corpid, action: z.literal('customer_adds'), userid: id, personId: id.optional(), name: name.optional(),
    state: z.string().max(64).optional(), addWay: z.number().int().min(0).max(202).optional(), half: z.boolean().optional(),
  }),
  z.object({ corpid, action: z.literal('staff_confirms'), userid: id, personId: id }),
  z.object({ corpid, action: z.literal('customer_deletes'), userid: id, personId: id }),
  z.object({ corpid, action: z.literal('staff_deletes'), userid: id, personId: id }),
  z.object({
    corpid, action: z.literal('staff_edits'), userid: id, personId: id, remark: z.string().max(20).optional(), description: z.string().max(150).optional(),
    mobiles: z.array(z.string().max(20)).max(5).optional(), addTags: z.array(id).optional(), removeTags: z.array(id).optional(), personalTags: z.array(name).optional(),
  }),
  z.object({ corpid, action: z.literal('customer_renames'), personId: id, name }),
  z.object({ corpid, action: z.literal('account_follow'), personId: id, follows: z.boolean() }),
  z.object({ corpid, action: z.literal('group_create'), userid: id, name: z.string().max(60), personIds: z.array(id), userids: z.array(id).optional() }),
  z.object({
    corpid, action: z.literal('group_join'), chatId: id, personId: id.optional(), name: name.optional(), scene: z.enum(['invited', 'link', 'qr']).optional(),
    invitor: id.optional(), state: z.string().max(64).optional(),
  }),
  z.object({ corpid, action: z.literal('group_leave'), chatId: id, personId: id, kicked: z.boolean().optional() }),
  z.object({ corpid, action: z.literal('group_rename'), chatId: id, name }),
  z.object({ corpid, action: z.literal('group_notice'), chatId: id, notice: z.string().max(2000) }),
  z.object({ corpid, action: z.literal('group_owner'), chatId: id, userid: id }),
  z.object({ corpid, action: z.literal('group_dismiss'), chatId: id }),
  z.object({ corpid, action: z.literal('tag_create'), groupId: id.optional(), groupName: name.optional(), names: z.array(name).min(1).max(100) }),
  z.object({ corpid, action: z.literal('tag_rename'), id, name }),
  z.object({ corpid, action: z.literal('tag_delete'), id }),
  z.object({ corpid, action: z.literal('tag_shuffle'), groupId: id.optional() }),
  z.object({ corpid, action: z.literal('staff_joins'), userid: id, name, departmentId: z.number().int(), position: z.string().max(30).optional() }),
  z.object({ corpid, action: z.literal('staff_leaves'), userid: id }),
  z.object({ corpid, action: z.literal('staff_moves'), userid: id, departmentId: z.number().int(), leader: z.boolean().optional() }),
  z.object({ corpid, action: z.literal('enter_agent'), userid: id }),
  z.object({ corpid, action: z.literal('new_stranger'), name: name.optional(), friendOf: id.optional() }),
])
