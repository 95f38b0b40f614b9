import { z } from 'zod'
import { optionalList } from './answer-fields.ts'
import type { WecomClient } from './client.ts'

const ipAnswer = z.looseObject({ ip_list: optionalList(z.string()) })

/** Addresses (also like `198.51.100.*`) from which callbacks come; read daily (wecom-api/00 §5). */
export async function listCallbackIps(client: WecomClient): Promise<string[]> {
  return (await client.get('/cgi-bin/getcallbackip', {}, ipAnswer)).ip_list
}

/** Addresses of the API host, for outbound firewalls. */
export async function listApiIps(client: WecomClient): Promise<string[]> {
  return (await client.get('/cgi-bin/get_api_domain_ip', {}, ipAnswer)).ip_list
}
