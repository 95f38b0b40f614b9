import { z } from 'zod'
import { optionalList, optionalNumber, optionalText } from './answer-fields.ts'
import type { WecomClient } from './client.ts'

const PATH = '/cgi-bin/externalcontact'

/** A 联系我 QR code to be made (wecom-api/03 §6.1). */
export interface ContactWayDraft {
  userIds: readonly string[]
  /** Only with several people; departments are expanded, at most 100 people in all (41041). */
  departmentIds?: readonly number[]
  /** At most 30 characters; seen by staff only. */
  remark?: string
  /** At most 30 characters; comes back in events and customer details. */
  state?: string
  /** True: customers need no approval. */
  skipVerify: boolean
}

const addAnswer = z.looseObject({ config_id: z.string().min(1), qr_code: optionalText })
const contactWay = z.looseObject({
  config_id: z.string(),
  type: optionalNumber,
  scene: optionalNumber,
  remark: optionalText,
  skip_verify: z.boolean().nullish(),
  state: optionalText,
  qr_code: optionalText,
  user: optionalList(z.string()),
  party: optionalList(z.number()),
})
/** A 联系我 configuration in WeCom's own names. */
export type WecomContactWay = z.output<typeof contactWay>
const oneContactWay = z.looseObject({ contact_way: contactWay })

/**
 * Makes a 联系我 QR code. Keep the config id: the console does not show these, and a lost id is lost for good. A lost
 * answer therefore has an unknown outcome.
 */
export async function addContactWay(client: WecomClient, draft: ContactWayDraft): Promise<{ configId: string; qrCodeUrl: string }> {
  const single = draft.userIds.length === 1 && !draft.departmentIds?.length
  const body = {
    type: single ? 1 : 2,
    scene: 2,
    remark: draft.remark,
    skip_verify: draft.skipVerify,
    state: draft.state,
    user: draft.userIds,
    ...(single ? {} : { party: draft.departmentIds ?? [] }),
  }
  const answer = await client.post(`${PATH}/add_contact_way`, body, addAnswer, { effect: 'once' })
  return { configId: answer.config_id, qrCodeUrl: answer.qr_code }
}

/** Reads a 联系我 configuration of this app; 41044 when unknown. */
export async function getContactWay(client: WecomClient, configId: string): Promise<WecomContactWay> {
  return (await client.post(`${PATH}/get_contact_way`, { config_id: configId }, oneContactWay, { effect: 'read' })).contact_way
}
