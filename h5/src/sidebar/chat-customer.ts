import type { CustomerProfile } from '@zhike/shared/contract'
import { defineStore } from 'pinia'
import { computed, shallowReactive } from 'vue'
import { api } from '../common/api.ts'
import { lastKnown } from '../common/cache.ts'
import { profileKey } from '../common/customer/customer-source.ts'
import { useChat } from './chat.ts'

/** The list of materials does not wait longer than this for who the customer is. */
const PATIENCE_MS = 1500

/** Which of our customers the current chat is with. The client only tells WeCom's id. */
export const useChatCustomer = defineStore('chat-customer', () => {
  const chat = useChat()
  const met = new Map<string, number>()
  const states = shallowReactive(new Map<string, NonNullable<CustomerProfile['own']>['state']>())

  /** Called with every profile that was read for a chat. */
  function meet(profile: CustomerProfile): void {
    met.set(profile.externalUserId, profile.customerId)
    if (profile.own) states.set(profile.externalUserId, profile.own.state)
    else states.delete(profile.externalUserId)
  }

  /** Our id of the chat's customer; null in a group, elsewhere, when she is unknown, or when it takes too long. */
  async function customerId(): Promise<number | null> {
    if (chat.context?.kind !== 'customer') return null
    const { externalUserId } = chat.context
    const known = met.get(externalUserId) ?? lastKnown<CustomerProfile>(profileKey(externalUserId))?.customerId
    if (known !== undefined) return known
    const asked = api('GET /api/customers/by-external/:externalUserId', { params: { externalUserId } }).then((profile) => {
      meet(profile)
      return profile.customerId
    }, () => null)
    return Promise.race([asked, new Promise<null>((resolve) => { setTimeout(resolve, PATIENCE_MS, null) })])
  }

  /** Why nothing can be sent to the chat's customer; null: it can, as far as is known. */
  const closed = computed(() => {
    const state = chat.context?.kind === 'customer' ? states.get(chat.context.externalUserId) : undefined
    if (state === 'lost') return '这位客户已经删除了你，重新加为好友后才能发送'
    return state === 'removed' ? '你已经删除了这位客户，重新加为好友后才能发送' : null
  })

  return { meet, customerId, closed }
})
