import { z } from 'zod'
import { defineContract, staff } from './define.ts'
import { rowId } from './parts.ts'

/** The code by which readers of a member's pages add her (联系我). none: not yet wanted; it is when she first sends something. */
export const contactWayView = z.object({ state: z.enum(['none', 'making', 'ready', 'failed']), /** Why there is none, with what to do. */ reason: z.string().nullable() })
export type ContactWayView = z.infer<typeof contactWayView>

export const contactWaysContract = defineContract({
  'GET /api/staff/:staffId/contact-way': { summary: 'A member’s code on customer pages, and why there is none', who: staff('staff.read'), params: z.object({ staffId: rowId }), response: contactWayView },
})
