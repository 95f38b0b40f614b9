import type { CustomerProfile } from '@zhike/shared/contract'
import { defineStore } from 'pinia'
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

  /** Called with every profile that was read for a chat. */
  function meet(profile: CustomerProfile): void {
    met.set(profile.externalUserId, profile.customerId)
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

  return { meet, customerId }
})
