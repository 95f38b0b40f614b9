import type { CustomerProfile } from '@zhike/shared/contract'
import { api } from '../api.ts'
import { forgetKnown } from '../cache.ts'

/** How a screen knows its customer: by WeCom's id from the chat, or by ours from a link. */
export type CustomerSource = { externalUserId: string } | { customerId: number }

/** Reads the profile. @throws ApiError 404 when she is nobody's customer within the viewer's scope */
export function readProfile(of: CustomerSource, signal: AbortSignal): Promise<CustomerProfile> {
  return 'externalUserId' in of
    ? api('GET /api/customers/by-external/:externalUserId', { params: { externalUserId: of.externalUserId }, signal })
    : api('GET /api/customers/:customerId', { params: { customerId: of.customerId }, signal })
}

/** Name under which the profile of WeCom's customer is remembered on this device. */
export function profileKey(externalUserId: string): string {
  return `chat-customer:${externalUserId}`
}

/** Name under which the profile is remembered on this device. */
export function rememberedAs(of: CustomerSource): string {
  return 'externalUserId' in of ? profileKey(of.externalUserId) : `customer:${of.customerId}`
}

/** Names under which a customer's readings and her timeline are remembered. */
export const viewsKey = (customerId: number): string => `views:${customerId}`
export const timelineKey = (customerId: number): string => `timeline:${customerId}`

/** Remembers nothing more of a customer on this device: she may no longer be seen, or her data was deleted. */
export function forgetCustomer({ customerId, externalUserId }: Pick<CustomerProfile, 'customerId' | 'externalUserId'>): void {
  forgetKnown([viewsKey(customerId), timelineKey(customerId)], externalUserId)
}
