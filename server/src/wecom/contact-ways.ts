import { z } from 'zod'
import { optionalList, optionalText } from './answer-fields.ts'
import type { WecomClient } from './client.ts'

const PATH = '/cgi-bin/externalcontact'

const added = z.looseObject({ config_id: z.string(), qr_code: optionalText })
const contactWay = z.looseObject({ config_id: z.string(), state: optionalText, qr_code: optionalText, user: optionalList(z.string()) })
const contactWayAnswer = z.looseObject({ contact_way: contactWay })
const contactWayList = z.looseObject({ contact_way: optionalList(z.looseObject({ config_id: z.string() })), next_cursor: optionalText })

/** A contact way (联系我) as WeCom keeps it. `qrCode`: address of the code's picture; the code stays the same for its life. */
export interface WecomContactWay { configId: string; qrCode: string; state: string; userIds: string[] }

/**
 * Makes a QR code by which customers add one member, without her having to approve (wecom-api/03 §6.1). The console doesn't show
 * it: the answer must not be lost, and a second call makes a second one.
 * @param way.state ≤ 30 characters; comes back in events and customer details. `remark` ≤ 30 characters
 */
export async function addMemberCode(client: WecomClient, way: { userId: string; state: string; remark: string }): Promise<Pick<WecomContactWay, 'configId' | 'qrCode'>> {
  const body = { type: 1, scene: 2, remark: way.remark, skip_verify: true, state: way.state, user: [way.userId] }
  const answer = await client.post(`${PATH}/add_contact_way`, body, added, { effect: 'once' })
  return { configId: answer.config_id, qrCode: answer.qr_code }
}

/** 41044: there is no such way, or another app made it. */
export async function getContactWay(client: WecomClient, configId: string): Promise<WecomContactWay> {
  const { contact_way: way } = await client.post(`${PATH}/get_contact_way`, { config_id: configId }, contactWayAnswer, { effect: 'read' })
  return { configId: way.config_id, qrCode: way.qr_code, state: way.state, userIds: way.user }
}

/** Ids of the ways that this app has made since a moment (epoch ms), page by page. */
export async function* contactWaysSince(client: WecomClient, since: number): AsyncGenerator<string[]> {
  const from = Math.floor(since / 1000)
  let cursor = ''
  for (;;) {
    const page = await client.post(`${PATH}/list_contact_way`, { start_time: from, cursor, limit: 1000 }, contactWayList, { effect: 'read' })
    yield page.contact_way.map((way) => way.config_id)
    if (page.next_cursor === '' || page.next_cursor === cursor) return
    cursor = page.next_cursor
  }
}
