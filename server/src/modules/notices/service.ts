import type { Queries } from '../../platform/db/connect.ts'
import type { Platform } from '../../platform/platform.ts'
import { repeatedly } from '../../platform/repeat.ts'
import type { Repeated } from '../../platform/repeat.ts'
import type { Register } from '../identity/index.ts'
import { noticeRoutes } from './routes.ts'
import { createNoticeSender } from './sender.ts'
import type { NoticeSenderNeeds } from './sender.ts'
import { noticesOf } from './store.ts'
import type { NoticeCard } from './tables.ts'

/** What somebody is to be told. */
export interface NewNotice {
  staffId: number
  kind: string
  /** Names the happening and the receiver: the same key is never told twice. */
  onceKey: string
  card: NoticeCard
  /** Epoch ms; at once when left out. */
  dueAt?: number
}

/** App messages to staff (GEN-10): written down within the change they tell of, sent by the worker. */
export interface Notices {
  /** Writes the intent. Runs inside the caller's transaction and calls nobody; `hurry` after the commit. */
  intend(q: Queries, corpId: number, notices: readonly NewNotice[]): Promise<void>
  /** The same; of those written before and still waiting, text and due time become these. @returns the keys of those that have gone */
  renew(q: Queries, corpId: number, notices: readonly NewNotice[]): Promise<ReadonlySet<string>>
  /** New text or due time for notices that are still waiting; without effect on those that have gone, or were never written. */
  amend(q: Queries, corpId: number, keys: readonly string[], change: { card?: NoticeCard; dueAt?: number }): Promise<void>
  /** Takes back notices that are still waiting: they are no longer true. */
  withdraw(q: Queries, corpId: number, keys: readonly string[]): Promise<void>
  /** When the receivers were told of happenings, by `onceKey` (epoch ms); those not told yet are left out. */
  toldAt(q: Queries, corpId: number, keys: readonly string[]): Promise<Map<string, number>>
  /** Deletes what was told, or is still to be told, of happenings, for all receivers. @param keys beginnings of their `onceKey` */
  forget(q: Queries, corpId: number, keys: readonly string[]): Promise<void>
  /** Sends what is due now instead of at the next round. Only a worker process sends. */
  hurry(): void
  /** 我的消息: what the viewer was told. */
  routes(register: Register): void
  /** Starts sending in this process (worker role). */
  work(): Promise<void>
  stop(): Promise<void>
}

const ROUND_MS = 2000

/** Makes the area; see `Notices`. */
export function createNotices(platform: Platform, needs: NoticeSenderNeeds): Notices {
  const { clock } = platform
  const send = createNoticeSender(platform, needs)
  let sending: Repeated | null = null
  const intents = (notices: readonly NewNotice[]) => {
    const now = clock.now()
    return notices.map((notice) => ({ ...notice, dueAt: notice.dueAt ?? now, createdAt: now }))
  }
  return {
    intend: (q, corpId, notices) => noticesOf(q, corpId).add(intents(notices)),
    renew: (q, corpId, notices) => noticesOf(q, corpId).renew(intents(notices)),
    amend: (q, corpId, keys, change) => noticesOf(q, corpId).amend(keys, change),
    withdraw: (q, corpId, keys) => noticesOf(q, corpId).withdraw(keys),
    toldAt: (q, corpId, keys) => noticesOf(q, corpId).toldAt(keys),
    async forget(q, corpId, keys) {
      await noticesOf(q, corpId).forget(keys)
    },
    hurry: () => sending?.hurry(),
    routes: (register) => noticeRoutes(register, platform),
    async work() {
      sending ??= repeatedly(ROUND_MS, 'notices', async (ending) => { if ((await send(ending)) > 0) sending?.hurry() }, platform.log)
    },
    async stop() {
      await sending?.stop()
      sending = null
    },
  }
}
