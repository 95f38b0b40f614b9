import { emptyAnswer } from './answer-fields.ts'
import type { WecomClient } from './client.ts'

/** What may follow the text of a welcome message; at most nine (wecom-api/03 §9.1). */
export type WelcomeAttachment =
  | { msgtype: 'image'; image: { media_id: string } | { pic_url: string } }
  | { msgtype: 'link'; link: { title: string; url: string; picurl?: string; desc?: string } }
  | { msgtype: 'miniprogram'; miniprogram: { title: string; pic_media_id: string; appid: string; page: string } }
  | { msgtype: 'video'; video: { media_id: string } }
  | { msgtype: 'file'; file: { media_id: string } }

/** Text (≤ 4000 bytes) and attachments, not both empty. */
export interface WelcomeMessage {
  text?: string
  attachments?: readonly WelcomeAttachment[]
}

/**
 * Sends the welcome message of a new relation. The code lives 20 s and serves once: 41050 too late, 41051 somebody was
 * first or the two already chat (final), 41096 another app is sending (may be tried again within the 20 s).
 */
export async function sendWelcomeMessage(client: WecomClient, welcomeCode: string, message: WelcomeMessage): Promise<void> {
  const body = {
    welcome_code: welcomeCode,
    ...(message.text ? { text: { content: message.text } } : {}),
    ...(message.attachments?.length ? { attachments: message.attachments } : {}),
  }
  await client.post('/cgi-bin/externalcontact/send_welcome_msg', body, emptyAnswer, { effect: 'once', timeoutMs: 5_000 })
}
