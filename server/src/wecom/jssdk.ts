import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { FetchedCredential } from '../platform/calls/shared-credentials.ts'
import type { Clock } from '../platform/clock.ts'
import type { WecomClient } from './client.ts'

/** What the JS-SDK's signature callbacks must return; the keys are the SDK's (capital S in nonceStr). */
export interface PageSignature {
  /** Epoch seconds. */
  timestamp: number
  nonceStr: string
  signature: string
}

/** `corp` signs wx.config (企业 ticket), `agent` signs agentConfig (应用 ticket); mixing them up gives 42012. */
type SignatureKind = 'corp' | 'agent'

const ticketAnswer = z.looseObject({ ticket: z.string().min(1), expires_in: z.coerce.number().positive() })

/**
 * The signature of a page (wecom-api/00 §8): lower-case hex SHA-1 over a fixed order. `url` is the page's address exactly
 * as the browser has it; what follows `#` is left out here.
 */
export function jsSignature(parts: { ticket: string; nonceStr: string; timestamp: number; url: string }): string {
  const url = parts.url.split('#', 1).join('')
  return createHash('sha1').update(`jsapi_ticket=${parts.ticket}&noncestr=${parts.nonceStr}&timestamp=${parts.timestamp}&url=${url}`).digest('hex')
}

/** The shared ticket of this app; fetched at most once per life (limits: 400 per hour and corp, 100 per hour and app). */
export function jsTicket(client: WecomClient, kind: SignatureKind): Promise<string> {
  return client.ticket(kind, () => fetchTicket(client, kind))
}

/** Signs a page of ours for the JS-SDK. */
export async function signPage(client: WecomClient, kind: SignatureKind, url: string, clock: Clock): Promise<PageSignature> {
  const ticket = await jsTicket(client, kind)
  const timestamp = Math.floor(clock.now() / 1000)
  const nonceStr = randomBytes(12).toString('hex')
  return { timestamp, nonceStr, signature: jsSignature({ ticket, nonceStr, timestamp, url }) }
}

async function fetchTicket(client: WecomClient, kind: SignatureKind): Promise<FetchedCredential> {
  const answer = kind === 'corp'
    ? await client.get('/cgi-bin/get_jsapi_ticket', {}, ticketAnswer)
    : await client.get('/cgi-bin/ticket/get', { type: 'agent_config' }, ticketAnswer)
  return { value: answer.ticket, expiresInSeconds: answer.expires_in }
}
