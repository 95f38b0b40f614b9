import { z } from 'zod'
import { MATERIAL_TYPES } from '../materials.ts'
import { READER_KINDS } from '../radar.ts'
import { defineContract, staff } from './define.ts'
import { moment } from './parts.ts'

/** What `GET /api/live` tells a signed-in viewer, as the `data` of a server-sent event. */
export const liveEvent = z.discriminatedUnion('kind', [
  /** Someone opened, is reading, or has left something the viewer may see. */
  z.object({
    kind: z.literal('view'), viewId: z.number().int(), customerId: z.number().int().nullable(), materialId: z.number().int(), staffId: z.number().int(),
    title: z.string(), type: z.enum(MATERIAL_TYPES), readerName: z.string(), reader: z.enum(READER_KINDS), visibleMs: z.number().int(), lastPage: z.number().int().nullable(), pages: z.number().int().nullable(),
    openNumber: z.number().int(), readingNow: z.boolean(), at: moment,
  }),
  /** The customer's data changed (tags, remark, relation, timeline). */
  z.object({ kind: z.literal('customer'), customerId: z.number().int() }),
  /** A long-running job moved. */
  z.object({ kind: z.literal('job'), jobId: z.number().int(), state: z.string(), done: z.number().int(), total: z.number().int().nullable(), failed: z.number().int(), note: z.string().nullable() }),
  /** A material's pages were drawn, or it changed. */
  z.object({ kind: z.literal('material'), materialId: z.number().int() }),
  /** There is a new message for the receiver herself (GEN-10). */
  z.object({ kind: z.literal('notice') }),
])
export type LiveEvent = z.infer<typeof liveEvent>
export type LiveEventKind = LiveEvent['kind']

export const liveContract = defineContract({
  'GET /api/live': { summary: 'Server-sent events for the signed-in viewer (LiveEvent)', who: staff(), raw: true },
})
