import type { ShareChat } from '@zhike/shared/contract'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api } from '../../common/api.ts'
import { errorText } from '../../common/api-error.ts'
import { showNotice } from '../../common/notice.ts'
import { copyText, isWecom, sendChatMessage } from '../../common/wecom.ts'
import type { SendOutcome } from '../../common/wecom.ts'
import { useChat } from '../chat.ts'
import { newRequestId } from './request-id.ts'
import { reportOutcome, reportWaiting } from './share-outcomes.ts'

/** Where one material stands on its way into the current chat. */
type SendState = { is: 'idle' } | { is: 'sending' } | { is: 'sent' } | { is: 'cancelled' } | { is: 'failed'; reason: string }

/** How long the button says what happened; a second tap in that time sends nothing (MAT-14). */
const SHOWN_MS = 2500
const IDLE: SendState = { is: 'idle' }

/** Puts materials into the current chat: prepares the tracked link, hands it to the client, reports what became of it. */
export const useSending = defineStore('sending', () => {
  const chat = useChat()
  const states = ref(new Map<string, SendState>())
  /** One per intended sending: kept until its outcome is known, so that a repetition makes no second share (GEN-8). */
  const requestIds = new Map<string, string>()

  const target = computed<ShareChat | null>(() => {
    if (chat.context?.kind === 'customer') return { kind: 'customer', externalUserId: chat.context.externalUserId }
    return chat.context?.kind === 'group' ? { kind: 'group', chatId: chat.context.chatId } : null
  })
  /** The client takes messages only beside a chat, not on a contact's page (wecom-jssdk "sendChatMessage"). */
  const canSend = computed(() => isWecom() && target.value !== null && chat.context?.kind !== 'failed' && chat.context?.entry !== 'contact_profile')

  const keyOf = (materialId: number): string => `${JSON.stringify(target.value)}#${materialId}`
  const stateOf = (materialId: number): SendState => states.value.get(keyOf(materialId)) ?? IDLE

  function prepare(materialId: number, to: ShareChat, key: string) {
    const requestId = requestIds.get(key) ?? newRequestId()
    requestIds.set(key, requestId)
    return api('POST /api/shares', { body: { materialId, chat: to, requestId } })
  }

  /** Shows what happened; but for a failure, whose reason stays, the button is itself again after a moment. */
  function settle(key: string, state: SendState): void {
    states.value.set(key, state)
    if (state.is === 'failed') return
    // Not what a later tap has brought.
    setTimeout(() => { if (states.value.get(key)?.is === state.is) states.value.delete(key) }, SHOWN_MS)
  }

  /** Sends a material into the current chat. Never throws: what happened is `stateOf`; the place of the button shows the reason of a failure. */
  async function send(materialId: number): Promise<void> {
    const to = target.value
    const key = keyOf(materialId)
    const before = states.value.get(key)?.is
    if (!to || before === 'sending' || before === 'sent') return
    states.value.set(key, { is: 'sending' })
    try {
      const share = await prepare(materialId, to, key)
      // The client may show another chat by now, and would send it there.
      await chat.load()
      const moved = keyOf(materialId) !== key
      const outcome: SendOutcome = moved ? { state: 'cancelled' } : await sendChatMessage(share.message)
      requestIds.delete(key)
      reportOutcome(share.shareId, outcome)
      if (outcome.state === 'failed') return settle(key, { is: 'failed', reason: outcome.reason })
      settle(key, { is: outcome.state })
      if (outcome.state === 'cancelled') showNotice(moved ? '聊天已切换，没有发送' : '已取消，没有发送')
      else showNotice(to.kind === 'group' ? '已发送，有人打开时会告诉你' : '已发送，TA 打开时会告诉你', 'ok')
    } catch (thrown) {
      settle(key, { is: 'failed', reason: errorText(thrown) })
    }
  }

  /** Where the client can't send: prepares the same tracked link and puts it on the clipboard, from where she sends it herself. @throws ApiError */
  async function copyLink(materialId: number): Promise<void> {
    const to = target.value
    const key = keyOf(materialId)
    if (!to) return
    const share = await prepare(materialId, to, key)
    if (share.message.msgtype !== 'news') return showNotice('小程序卡片没有链接，请在企业微信的聊天侧边栏里发送', 'bad')
    const done = await copyText(share.message.news.link)
    if (!done.ok) return showNotice(done.reason, 'bad')
    requestIds.delete(key)
    reportOutcome(share.shareId, { state: 'sent' })
    showNotice('链接已复制，记为一次发送', 'ok')
  }

  void reportWaiting()
  return { target, canSend, stateOf, send, copyLink }
})
