import { noticesContract } from '@zhike/shared/contract'
import type { NoticeView } from '@zhike/shared/contract'
import { totalOf, toPage } from '../../platform/db/keyset.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Register } from '../identity/index.ts'
import { noticesOf } from './store.ts'
import type { NoticeRow } from './store.ts'

const COUNTED = 100

/** 我的消息 (GEN-10): everybody reads only what was written to herself. */
export function noticeRoutes(register: Register, { db, clock, config }: Platform): void {
  const present = (row: NoticeRow): NoticeView => ({
    noticeId: row.id, title: row.card.title, lines: row.card.lines, to: placeIn(row.card.url, config.baseUrl), button: row.card.button,
    at: row.toldAt ?? row.dueAt, unread: row.readAt === null, problem: row.state === 'failed' || row.state === 'unknown' ? row.error : null,
  })
  const unread = async (corpId: number, staffId: number) => ({ unread: await noticesOf(db, corpId).unread(staffId, COUNTED) })
  register(noticesContract, {
    'GET /api/notices': async ({ viewer, query }) => {
      const store = noticesOf(db, viewer.corpId)
      const [rows, total] = await Promise.all([store.list(viewer.staffId, query), totalOf(query, (most) => store.count(viewer.staffId, most))])
      return { ...toPage(rows, query.limit, (row) => [row.toldAt ?? row.dueAt, row.id], present), ...total }
    },
    'GET /api/notices/unread': ({ viewer }) => unread(viewer.corpId, viewer.staffId),
    'PUT /api/notices/read': async ({ viewer, body }) => {
      await noticesOf(db, viewer.corpId).markRead(viewer.staffId, body.upTo, clock.now())
      return await unread(viewer.corpId, viewer.staffId)
    },
  })
}

/** The part of our own workbench that an address leads to, or null for any other address. */
function placeIn(url: string, baseUrl: string): string | null {
  if (!url.startsWith(`${baseUrl}/workbench`)) return null
  const place = url.split('#', 2)[1]
  return place?.startsWith('/') ? place : null
}
