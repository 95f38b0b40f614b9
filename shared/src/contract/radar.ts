import { z } from 'zod'
import { defineContract, staff } from './define.ts'
import { MATERIAL_TYPES } from '../materials.ts'
import { READER_KINDS, SHARE_STATES } from '../radar.ts'
import { instant, jobStarted, moment, pageOf, paging, rowId, searchText, staffRef, wecomId } from './parts.ts'
import { RATES } from './rates.ts'

const shareChat = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('customer'), externalUserId: wecomId }),
  z.object({ kind: z.literal('group'), chatId: wecomId }),
])
export type ShareChat = z.infer<typeof shareChat>

/** The payload for ww.sendChatMessage (wecom-api/00 §9.4). */
const shareMessage = z.discriminatedUnion('msgtype', [
  z.object({ msgtype: z.literal('news'), news: z.object({ link: z.string(), title: z.string(), desc: z.string(), imgUrl: z.string() }) }),
  z.object({ msgtype: z.literal('miniprogram'), miniprogram: z.object({ appid: z.string(), title: z.string(), imgUrl: z.string(), page: z.string() }) }),
])
export type ShareMessage = z.infer<typeof shareMessage>

export const viewRow = z.object({
  viewId: z.number().int(), shareId: z.number().int(),
  material: z.object({ materialId: z.number().int(), title: z.string(), type: z.enum(MATERIAL_TYPES), pages: z.number().int().nullable() }),
  reader: z.enum(READER_KINDS),
  customer: z.object({ customerId: z.number().int(), name: z.string(), avatar: z.string().nullable(), /** Where she is from: 微信, or the name of her corp. */ channel: z.string() }).nullable(),
  /** How the reader is named on screen: the customer, 「某某」的朋友, or 未识别的读者. */
  readerName: z.string(),
  staff: staffRef,
  openedAt: moment, lastSeenAt: moment, visibleMs: z.number().int(), lastPage: z.number().int().nullable(), maxPage: z.number().int().nullable(),
  /** Visible milliseconds per page, first page first. */
  pageMs: z.array(z.number().int()),
  /** 0…100 */
  depth: z.number().int(),
  readingNow: z.boolean(), device: z.string(), openNumber: z.number().int(),
  /** Who was told of it (MAT-22), and when; null: not yet. */
  told: z.array(z.object({ staff: staffRef, at: moment.nullable() })),
})
export type ViewRow = z.infer<typeof viewRow>

/** Which readings of a material (MAT-22). `staffId`: who was told, the sender or the customer's owner; `to` is not included. */
const filterFields = z.object({ materialId: rowId, q: searchText, staffId: rowId.optional(), from: instant.optional(), to: instant.optional() })
const isInOrder = ({ from, to }: { from?: number; to?: number }): boolean => from === undefined || to === undefined || from <= to
const WRONG_ORDER = { message: '结束时间不能早于开始时间', path: ['to'] }
export const readersFilter = filterFields.refine(isInOrder, WRONG_ORDER)

const forwardChain = z.object({
  /** Of the first link. */
  shareId: z.number().int(), staff: staffRef, /** The customer or group it was sent to. */ to: z.string(), sentAt: moment,
  /** Links that became of it by being passed on and opened by somebody else. */
  copies: z.number().int(), depth: z.number().int(), lastAt: moment,
})
export type ForwardChain = z.infer<typeof forwardChain>

const forwardNode = z.object({
  node: z.number().int(), /** The node that passed it on; null for those who read what was sent. */ parent: z.number().int().nullable(), depth: z.number().int(),
  name: z.string(), reader: z.enum(READER_KINDS), customer: z.object({ customerId: z.number().int(), name: z.string(), avatar: z.string().nullable() }).nullable(),
  opens: z.number().int(), visibleMs: z.number().int(), lastAt: moment,
})
export type ForwardNodeView = z.infer<typeof forwardNode>

export const radarContract = defineContract({
  'POST /api/shares': {
    summary: 'Prepares a tracked link for the current chat (MAT-14)',
    who: staff(),
    rate: RATES.share,
    /** The same requestId gives the same share: pressing twice sends once (GEN-8). */
    body: z.object({ materialId: rowId, chat: shareChat, requestId: z.uuid() }),
    response: z.object({ shareId: z.number().int(), state: z.enum(SHARE_STATES), message: shareMessage }),
  },
  'PUT /api/shares/:shareId/outcome': {
    summary: 'What became of the message in the client',
    who: staff(), params: z.object({ shareId: rowId }),
    body: z.object({ state: z.enum(['sent', 'cancelled', 'failed']), reason: z.string().max(200).optional() }),
    response: z.object({ shareId: z.number().int(), state: z.enum(SHARE_STATES) }),
  },
  'GET /api/radar/views': {
    summary: 'Views within the viewer’s scope, newest first; of a customer, a material, or of all',
    who: staff(),
    rate: RATES.search,
    query: filterFields.partial().extend({ ...paging, customerId: rowId.optional(), now: z.enum(['reading']).optional() }).refine(isInOrder, WRONG_ORDER),
    response: pageOf(viewRow),
  },
  'POST /api/radar/views/export': {
    summary: 'Exports the readings of a material that a filter finds as Excel (MAT-22)', who: staff('materials.stats'), rate: RATES.export, body: readersFilter, response: jobStarted,
  },
  'GET /api/radar/forwards': {
    summary: 'Links of a material that were passed on, the latest first (MAT-19)',
    who: staff(), query: z.object({ materialId: rowId, skip: paging.skip, limit: paging.limit }),
    response: z.object({ items: z.array(forwardChain), more: z.boolean() }),
  },
  'GET /api/radar/shares/:shareId/tree': {
    summary: 'Who passed a link on to whom, from the first one on (MAT-19)',
    who: staff(), params: z.object({ shareId: rowId }),
    response: z.object({
      root: z.object({ shareId: z.number().int(), staff: staffRef, to: z.string(), group: z.boolean(), sentAt: moment }),
      nodes: z.array(forwardNode), more: z.boolean(),
    }),
  },
  'GET /api/radar/today': {
    summary: 'Figures of today against yesterday at the same time, and today by colleague',
    who: staff(),
    response: z.object({
      readingNow: z.number().int(),
      figures: z.object({
        opens: z.number().int(), opensBefore: z.number().int(), readers: z.number().int(), readersBefore: z.number().int(),
        shares: z.number().int(), sharesBefore: z.number().int(), averageMs: z.number().int(), averageMsBefore: z.number().int(),
        newCustomers: z.number().int(), newCustomersBefore: z.number().int(), lost: z.number().int(), lostBefore: z.number().int(),
      }),
      colleagues: z.array(z.object({ staff: staffRef, shares: z.number().int(), opens: z.number().int() })),
    }),
  },
})
