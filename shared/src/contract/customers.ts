import { z } from 'zod'
import { CUSTOMER_EVENT_KINDS, RELATION_STATES } from '../customers.ts'
import { LIMITS } from '../limits.ts'
import { defineContract, staff } from './define.ts'
import { jobStarted, mobilePhone, moment, optionalText, pageOf, paging, rowId, searchText, staffRef, wecomId } from './parts.ts'
import { RATES } from './rates.ts'

export const customerTag = z.object({ tagId: z.string(), name: z.string(), group: z.string(), kind: z.enum(['wecom', 'personal']) })
export type CustomerTag = z.infer<typeof customerTag>

/** One friendship between a member and a customer. Remark, tags, source belong to the relation, not to the person. */
export const relation = z.object({
  staff: staffRef,
  remark: z.string(), description: z.string(), remarkCorp: z.string(),
  /** Always masked; full numbers only by `GET /api/customers/:customerId/phones` (SYS-17). */
  phones: z.array(z.string()),
  /** Of which list of numbers `phones` is; changing them names it, so that nobody takes away another than she saw. */
  phonesMark: z.string(),
  /** `channel`: in words, `channelLabel`. */
  addWay: z.number().int(), source: z.string(), channel: z.string().nullable(),
  addedAt: moment,
  state: z.enum(RELATION_STATES), endedAt: moment.nullable(),
  tags: z.array(customerTag),
  own: z.boolean(),
})
export type Relation = z.infer<typeof relation>

export const customerRow = z.object({
  customerId: z.number().int(), externalUserId: z.string(), name: z.string(), avatar: z.string().nullable(),
  kind: z.enum(['wechat', 'wecom']), corpName: z.string().nullable(),
  remark: z.string(), owner: staffRef, tags: z.array(customerTag), source: z.string(), addedAt: moment,
  state: z.enum(RELATION_STATES), lastReadAt: moment.nullable(),
})
export type CustomerRow = z.infer<typeof customerRow>

export const customerProfile = z.object({
  customerId: z.number().int(), externalUserId: z.string(), name: z.string(), avatar: z.string().nullable(),
  kind: z.enum(['wechat', 'wecom']), gender: z.enum(['unknown', 'male', 'female']),
  corpName: z.string().nullable(), corpFullName: z.string().nullable(), position: z.string().nullable(),
  /** Points of all she has done, and the stars they make: `starsOf` (CUS-19). */
  score: z.number().int(), stars: z.number().int().min(0).max(5),
  /** The viewer's own relation, when she has one. */
  own: relation.nullable(),
  /** Relations the viewer's data scope allows (her own included). */
  relations: z.array(relation),
  /** How many other members are friends of this customer, whether visible or not. */
  otherStaff: z.number().int(),
  groupChats: z.array(z.object({ groupChatId: z.number().int(), name: z.string() })),
  events: z.number().int(),
})
export type CustomerProfile = z.infer<typeof customerProfile>

/** One line of the timeline, worded by the server (customer journey). */
export const timelineRow = z.object({
  eventId: z.number().int(), kind: z.enum(CUSTOMER_EVENT_KINDS), title: z.string(), detail: z.string().nullable(), at: moment,
  staff: staffRef.nullable(), materialId: z.number().int().nullable(),
})
export type TimelineRow = z.infer<typeof timelineRow>

/** What a member writes of her own customer; what is left out stays. */
export const remarkForm = z.object({
  remark: optionalText(LIMITS.remark, '备注名').optional(), description: optionalText(LIMITS.description, '描述').optional(), remarkCorp: optionalText(LIMITS.remarkCorp, '企业').optional(),
  /** `keep`: positions in the list that `mark` names; `add`: further numbers behind them. */
  phones: z.object({ mark: z.string().max(40), keep: z.array(z.number().int().min(0)).max(50), add: z.array(mobilePhone).max(LIMITS.remarkPhones) }).optional(),
}).refine((form) => Object.values(form).some((value) => value !== undefined), '没有要修改的内容')
export type RemarkForm = z.output<typeof remarkForm>

export const customersContract = defineContract({
  'GET /api/customers': {
    summary: 'Customers within the viewer’s data scope',
    who: staff(),
    rate: RATES.search,
    query: z.object({
      ...paging, q: searchText, tagId: wecomId.optional(), ownerId: rowId.optional(),
      state: z.enum(RELATION_STATES).optional(),
    }),
    response: pageOf(customerRow),
  },
  'GET /api/customers/:customerId': {
    summary: 'Profile of one customer', who: staff(), params: z.object({ customerId: rowId }), response: customerProfile,
  },
  'GET /api/customers/by-external/:externalUserId': {
    summary: 'Profile of the customer in the current chat; read from WeCom when not yet known',
    who: staff(), rate: RATES.chat, params: z.object({ externalUserId: wecomId }), response: customerProfile,
  },
  'GET /api/customers/:customerId/timeline': {
    summary: 'Customer log, newest first', who: staff(), params: z.object({ customerId: rowId }), query: z.object({ ...paging }), response: pageOf(timelineRow),
  },
  'PUT /api/customers/:customerId/tags': {
    summary: 'Adds and removes corp tags on the viewer’s own relation, in WeCom and here',
    who: staff('customers.write'), params: z.object({ customerId: rowId }),
    body: z.object({
      add: z.array(wecomId).max(LIMITS.tagsPerChange).default([]),
      remove: z.array(wecomId).max(LIMITS.tagsPerChange).default([]),
    }).refine((b) => b.add.length + b.remove.length > 0, '没有要修改的标签'),
    response: customerProfile,
  },
  'PUT /api/customers/:customerId/remark': {
    summary: 'Remark name, description, corp and phone numbers on the viewer’s own relation, in WeCom and here (CUS-11)',
    who: staff('customers.write'), params: z.object({ customerId: rowId }),
    body: remarkForm, response: customerProfile,
  },
  'GET /api/customers/:customerId/phones': {
    summary: 'Full phone numbers; every look is logged (SYS-17)', who: staff('customers.phone'), rate: RATES.phone, params: z.object({ customerId: rowId }),
    response: z.object({ phones: z.array(z.string()) }),
  },
  'POST /api/customers/:customerId/export': {
    summary: 'Makes an Excel file of everything known of a customer, for the person who asks (SYS-17, GEN-6)',
    who: staff('customers.export'), rate: RATES.export, params: z.object({ customerId: rowId }), response: jobStarted,
  },
  'DELETE /api/customers/:customerId/data': {
    summary: 'Deletes everything known of a customer, on her request; can’t be undone (SYS-17). `name` is hers, as the caller sees it',
    who: staff('customers.delete'), rate: RATES.erase, params: z.object({ customerId: rowId }), body: z.object({ name: z.string().max(200) }),
  },
  'POST /api/customers/sync': { summary: 'Full sync of customers, tags and customer groups from WeCom', who: staff('staff.sync'), rate: RATES.sync, response: jobStarted },
})
