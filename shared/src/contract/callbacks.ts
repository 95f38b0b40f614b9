import { z } from 'zod'
import { CALLBACK_STATES } from '../callbacks.ts'
import { defineContract, staff } from './define.ts'
import { moment, pageOf, paging, rowId } from './parts.ts'

export const callbackRow = z.object({
  callbackId: z.number().int(), event: z.string(), changeType: z.string().nullable(), subject: z.string().nullable(),
  state: z.enum(CALLBACK_STATES), attempts: z.number().int(), error: z.string().nullable(),
  createdAt: moment, receivedAt: moment, processedAt: moment.nullable(),
})
export type CallbackRow = z.infer<typeof callbackRow>

export const callbacksContract = defineContract({
  'GET /api/callbacks': {
    summary: 'Received callbacks with their state; dead letters are state=dead', who: staff('callbacks.read'),
    query: z.object({ ...paging, state: z.enum(CALLBACK_STATES).optional() }),
    response: pageOf(callbackRow).extend({ counts: z.object({ pending: z.number(), failed: z.number(), dead: z.number() }), lastReceivedAt: moment.nullable() }),
  },
  'GET /api/callbacks/:callbackId': {
    summary: 'One callback with its fields', who: staff('callbacks.read'), params: z.object({ callbackId: rowId }),
    response: callbackRow.extend({ fields: z.record(z.string(), z.unknown()) }),
  },
  'POST /api/callbacks/:callbackId/replay': {
    summary: 'Handles a callback again', who: staff('callbacks.read'), params: z.object({ callbackId: rowId }), response: callbackRow,
  },
})
