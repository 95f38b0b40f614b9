import { z } from 'zod'
import { barList, optionalText } from './answer-fields.ts'
import type { WecomClient } from './client.ts'

/** Who gets an app message: at least one userid, department or tag; at most 1000, 100 and 100. */
interface MessageRecipients {
  userIds?: readonly string[]
  departmentIds?: readonly number[]
  tagIds?: readonly number[]
}

export interface TextCard {
  /** At most 128 characters. */
  title: string
  /** At most 512 characters; `<div class="gray|normal|highlight">` and `<br>` are understood: escape what people typed. */
  description: string
  url: string
  /** At most 4 characters; WeCom shows 详情 when absent. */
  buttonText?: string
}

interface SendOptions {
  /**
   * WeCom drops an identical message within this many seconds (≤ 14400). With it a lost answer may be asked for again
   * without a second message; without it such a send ends with an unknown outcome.
   */
  duplicateCheckSeconds?: number
}

/** What became of a message that WeCom accepted. The ids are those that did not get it (userids in lower case). */
interface SendResult {
  messageId: string
  invalidUserIds: string[]
  invalidDepartmentIds: string[]
  invalidTagIds: string[]
}

const sendAnswer = z.looseObject({ msgid: optionalText, invaliduser: barList, invalidparty: barList, invalidtag: barList })

async function send(client: WecomClient, to: MessageRecipients, content: object, options: SendOptions): Promise<SendResult> {
  const check = options.duplicateCheckSeconds
  const body = {
    touser: (to.userIds ?? []).join('|'),
    toparty: (to.departmentIds ?? []).join('|'),
    totag: (to.tagIds ?? []).join('|'),
    agentid: client.app.agentId,
    ...content,
    ...(check === undefined ? {} : { enable_duplicate_check: 1, duplicate_check_interval: check }),
  }
  const answer = await client.post('/cgi-bin/message/send', body, sendAnswer, { effect: check === undefined ? 'once' : 'repeatable' })
  return {
    messageId: answer.msgid,
    invalidUserIds: answer.invaliduser,
    invalidDepartmentIds: answer.invalidparty,
    invalidTagIds: answer.invalidtag,
  }
}

/** Sends a card with title, text and one link (wecom-api/02 §6). 81013 when nobody of the recipients can be reached. */
export function sendTextCard(client: WecomClient, to: MessageRecipients, card: TextCard, options: SendOptions = {}): Promise<SendResult> {
  const textcard = { title: card.title, description: card.description, url: card.url, ...(card.buttonText ? { btntxt: card.buttonText } : {}) }
  return send(client, to, { msgtype: 'textcard', textcard }, options)
}
