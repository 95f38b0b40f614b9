import { createHash } from 'node:crypto'
import { CallbackError } from './callback-codec.ts'
import { readAppEvent, readAppMessage } from './callback-app-events.ts'
import { readAcquisitionEvent, readContactEvent, readCustomerEvent, readGroupEvent, readKfEvent, readTagEvent } from './callback-business-events.ts'
import type { WecomEvent, WecomEventBody } from './callback-event-types.ts'
import { CallbackFields, MissingField } from './callback-fields.ts'
import { parseXml, XmlError } from './xml.ts'

/**
 * The identity of a callback for de-duplication: SHA-256 (hex) of the whole decrypted body. Events have no id of their own,
 * and two customers scanning in the same second differ only in the body (wecom-api/01 §3).
 */
export function eventDigest(decrypted: string): string {
  return createHash('sha256').update(decrypted, 'utf8').digest('hex')
}

/**
 * Decrypted callback body → typed event. What we do not know, or cannot read because a field is missing, becomes
 * `kind: 'unknown'` with all its fields. Throws `CallbackError('bad-message')` only when the body is not WeCom's XML.
 */
export function parseWecomEvent(decrypted: string): WecomEvent {
  const fields = new CallbackFields(parseRoot(decrypted))
  const common = {
    toUserName: fields.text('ToUserName') ?? '',
    fromUserName: fields.text('FromUserName') ?? '',
    createTime: (fields.number('CreateTime') ?? 0) * 1000,
    agentId: fields.number('AgentID'),
  }
  return { ...common, ...readBody(fields) }
}

function readBody(fields: CallbackFields): WecomEventBody {
  const msgType = fields.text('MsgType') ?? ''
  const event = fields.text('Event') ?? ''
  const changeType = fields.text('ChangeType') ?? ''
  try {
    const known = msgType.toLowerCase() === 'event' ? readKnownEvent(event, changeType, fields) : readAppMessage(msgType, fields)
    if (known) return known
  } catch (error) {
    if (!(error instanceof MissingField)) throw error
  }
  return { kind: 'unknown', msgType, event, changeType, fields: fields.flatten() }
}

function readKnownEvent(event: string, changeType: string, fields: CallbackFields): WecomEventBody | null {
  switch (event) {
    case 'change_external_contact': return readCustomerEvent(changeType, fields)
    case 'change_external_chat': return readGroupEvent(changeType, fields)
    case 'change_external_tag': return readTagEvent(changeType, fields)
    case 'customer_acquisition': return readAcquisitionEvent(changeType, fields)
    case 'change_contact': return readContactEvent(changeType, fields)
    case 'kf_msg_or_event':
    case 'kf_account_auth_change': return readKfEvent(event, fields)
    default: return readAppEvent(event, fields)
  }
}

function parseRoot(decrypted: string) {
  try {
    return parseXml(decrypted)
  } catch (error) {
    if (error instanceof XmlError) throw new CallbackError('bad-message', error.message)
    throw error
  }
}
