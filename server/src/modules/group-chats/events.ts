import type { Platform } from '../../platform/platform.ts'
import type { EventOf } from '../../wecom/index.ts'
import type { ReadGroup } from './read-group.ts'
import { groupChatsOf } from './store.ts'

/** WeCom's group data follows its own callbacks by some seconds (wecom-api/01 §7). */
const SETTLES_AFTER_MS = 2_000

interface Context { corpId: number; callbackId: number }
type Kind = 'group_created' | 'group_changed' | 'group_members_joined' | 'group_members_left' | 'group_dismissed'

/** Reactions to `change_external_chat`: the group is read from WeCom, at once and once more when it has settled. */
export function groupEvents(platform: Platform, read: ReadGroup) {
  const later = platform.queues.define<{ corpId: number; chatId: string }>('group-chat-read')

  /** Many events of one group within the same two seconds are one reading after them. */
  async function readLater(corpId: number, chatId: string): Promise<void> {
    const moment = Math.floor(platform.clock.now() / SETTLES_AFTER_MS)
    await later.add({ corpId, chatId }, { delayMs: SETTLES_AFTER_MS, id: `${corpId}-${chatId}-${moment}` })
      // Redis being away costs this second look only; the nightly sync makes up for it.
      .catch((error: unknown) => platform.log.warn({ err: error, chatId }, 'group not read again'))
  }

  async function changed({ chatId }: { chatId: string }, { corpId }: Context): Promise<void> {
    await read(corpId, chatId)
    await readLater(corpId, chatId)
  }

  async function membersChanged(event: EventOf<'group_members_joined' | 'group_members_left'>, { corpId }: Context): Promise<void> {
    const found = await read(corpId, event.chatId)
    if (found.state === 'there' && found.memberVersion !== '' && found.memberVersion === event.memberVersion) return
    await readLater(corpId, event.chatId)
  }

  const handlers: { [K in Kind]: (event: EventOf<K>, context: Context) => Promise<void> } = {
    group_created: changed,
    group_changed: changed,
    group_members_joined: membersChanged,
    group_members_left: membersChanged,
    async group_dismissed(event, { corpId }) {
      await groupChatsOf(platform.db, corpId).dismiss(event.chatId, event.createTime)
    },
  }
  return {
    handlers,
    work(): void {
      later.work(async ({ corpId, chatId }) => {
        await read(corpId, chatId)
      })
    },
  }
}
