import { reactive, watch } from 'vue'
import type { ChatSummary, Message } from '../../../src/protocol/chats.ts'
import { desk } from '../desk/desk.ts'

/** What is shared with somebody else: a message, or the page opened from it as it is now. */
export interface Forwarding {
  chatId: string
  messageId: string
  title: string
  link: { url: string; title: string; desc: string; imgUrl: string } | null
}

export interface OpenedLink {
  url: string
  chatId: string
  message: Message
}

/** Where the customer is on her phone. */
export const phone = reactive({
  chat: null as ChatSummary | null,
  link: null as OpenedLink | null,
  forwarding: null as Forwarding | null,
  image: '',
})

/** Another person's phone lies on the desk: it starts at the chat list. Called once by the page. */
export function resetPhoneWithPerson(): void {
  watch(() => desk.person?.id, () => {
    Object.assign(phone, { chat: null, link: null, forwarding: null, image: '' })
  })
}
