import { z } from 'zod'
import { defineContract, staff } from './define.ts'
import { instant, moment, pageOf, paging } from './parts.ts'

/** One message to the viewer, as it went out by WeCom or would have (GEN-10). */
export const notice = z.object({
  noticeId: z.number().int(), title: z.string(), lines: z.array(z.string()),
  /** Where it leads inside the workbench; null when nowhere. */
  to: z.string().nullable(), button: z.string(),
  at: moment, unread: z.boolean(),
  /** Why it did not reach her in WeCom, in Chinese; null when it did or is under way. */
  problem: z.string().nullable(),
})
export type NoticeView = z.infer<typeof notice>

export const noticesContract = defineContract({
  'GET /api/notices': { summary: 'The viewer’s own messages, newest first (GEN-10)', who: staff(), query: z.object({ ...paging }), response: pageOf(notice) },
  'GET /api/notices/unread': { summary: 'How many of them are new; counted up to 100', who: staff(), response: z.object({ unread: z.number().int() }) },
  'PUT /api/notices/read': { summary: 'Those up to a moment (`at` of the newest one seen) have been seen', who: staff(), body: z.object({ upTo: instant }), response: z.object({ unread: z.number().int() }) },
})
