import { defineStore } from 'pinia'
import { ref } from 'vue'
import { loadCustomerScreen } from '../common/customer/customer-screen.ts'
import { chatContext, isWecom, type ChatContext } from '../common/wecom.ts'
import { loadGroupScreen } from './group/group-screen.ts'

/** The chat beside which the sidebar is open: whom everything here is about. */
export const useChat = defineStore('chat', () => {
  const context = ref<ChatContext | null>(null)

  /** Asks the client (again). While asking, the known chat stays. */
  async function load(): Promise<void> {
    const found = isWecom() ? await chatContext() : chatInAddress()
    if (found.kind === 'failed' && context.value && context.value.kind !== 'failed') return
    if (isSameChat(found, context.value)) return
    prepare(found)
    context.value = found
  }

  /** Asks from the start, showing that it is being asked. */
  async function retry(): Promise<void> {
    context.value = null
    await load()
  }

  /** Keeps up with the client, which may show the same page beside another chat. */
  function follow(): void {
    document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') void load() })
  }

  return { context, load, retry, follow }
})

/** What the screen of this chat needs, asked for while the screen itself is on its way. */
function prepare(chat: ChatContext): void {
  if (chat.kind === 'customer') {
    if (isWecom()) window.zkAhead?.ask(`/api/customers/by-external/${encodeURIComponent(chat.externalUserId)}`)
    void loadCustomerScreen()
  }
  if (chat.kind === 'group') {
    if (isWecom()) window.zkAhead?.ask(`/api/group-chats/by-chat/${encodeURIComponent(chat.chatId)}`)
    void loadGroupScreen()
  }
}

/** In a plain browser the chat can be named in the address: `?customer=<external_userid>` or `?group=<chat_id>`. */
function chatInAddress(): ChatContext {
  const query = new URLSearchParams(location.search)
  const externalUserId = query.get('customer')
  const chatId = query.get('group')
  if (externalUserId) return { kind: 'customer', entry: 'browser', externalUserId }
  if (chatId) return { kind: 'group', entry: 'browser', chatId }
  return { kind: 'none', entry: 'browser' }
}

function isSameChat(a: ChatContext, b: ChatContext | null): boolean {
  return b !== null && JSON.stringify(a) === JSON.stringify(b)
}
