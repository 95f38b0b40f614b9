import { ref, watch, type Ref } from 'vue'
import type { Message } from '../../../src/protocol/chats.ts'
import type { PartyId } from '../../../src/protocol/people.ts'
import { control } from './control.ts'
import { onSandboxEvent } from './feed.ts'
import { showFailure } from '../desk/toasts.ts'

const PAGE = 40

interface ChatMessages {
  /** oldest first */
  messages: Ref<Message[]>
  loading: Ref<boolean>
  hasOlder: Ref<boolean>
  loadOlder: () => Promise<void>
}

/** The messages of one chat as `self` sees them: the latest page, older ones on demand, new ones as they come. */
export function useMessages(chatId: () => string, self: () => PartyId): ChatMessages {
  const messages: Ref<Message[]> = ref([])
  const loading = ref(false)
  const hasOlder = ref(false)

  const loadLatest = async (): Promise<void> => {
    const asked = chatId()
    loading.value = true
    try {
      const page = await control.messages(asked, { as: self(), limit: PAGE })
      if (asked !== chatId()) return
      messages.value = page
      hasOlder.value = page.length === PAGE
    } catch (cause) {
      showFailure(cause)
    } finally {
      if (asked === chatId()) loading.value = false
    }
  }

  const loadOlder = async (): Promise<void> => {
    const first = messages.value[0]
    if (first === undefined || !hasOlder.value || loading.value) return
    loading.value = true
    try {
      const page = await control.messages(first.chatId, { as: self(), before: first.id, limit: PAGE })
      if (first.chatId !== chatId()) return
      messages.value = [...page, ...messages.value]
      hasOlder.value = page.length === PAGE
    } catch (cause) {
      showFailure(cause)
    } finally {
      loading.value = false
    }
  }

  watch([chatId, self], () => {
    messages.value = []
    void loadLatest()
  }, { immediate: true })

  onSandboxEvent((event) => {
    if (event.type === 'hello' || event.type === 'reset') void loadLatest()
    if (event.type !== 'message' || event.message.chatId !== chatId() || !event.parties.includes(self())) return
    const { message } = event
    if (!messages.value.some((known) => known.id === message.id)) messages.value = [...messages.value, message]
  })

  return { messages, loading, hasOlder, loadOlder }
}
