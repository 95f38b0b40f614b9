import { cut } from '../../platform/text.ts'
import { CallbackError } from '../../wecom/index.ts'
import { CallbackFields } from '../../wecom/callback-fields.ts'
import { XmlError, parseXml } from '../../wecom/xml.ts'

/** What lists show of a callback, and which lane it takes. */
interface Summary {
  event: string
  changeType: string | null
  /** Whom or what it is about. */
  subject: string | null
  /** WeCom's CreateTime, epoch ms. */
  createdAt: number
  /** Carries a welcome code, which lives 20 seconds (wecom-api/01 §6). */
  urgent: boolean
}

/** In the order of how well they say what an event is about. */
const SUBJECT_FIELDS = ['ExternalUserID', 'ChatId', 'LinkId', 'Id', 'OpenKfId', 'UserID', 'TagId'] as const
/** Values that let somebody act, or that are personal: not shown on screens (SYS-17). */
const HIDDEN_FIELDS: ReadonlySet<string> = new Set(['WelcomeCode', 'Token', 'ResponseCode', 'ChatKey', 'Mobile', 'Telephone', 'Email', 'BizMail', 'Address'])
const OLDEST = Date.UTC(2010, 0, 1)
const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Reads the head of a decrypted callback. Throws `CallbackError('bad-message')` when it is not WeCom's plain XML.
 * @param receivedAt stands in for a CreateTime that is missing or impossible
 */
export function summaryOf(decrypted: string, receivedAt: number): Summary {
  const fields = fieldsOf(decrypted)
  const event = fields.text('Event')
  const changeType = event === null ? fields.text('MsgType') : fields.text('ChangeType')
  const createdAt = (fields.number('CreateTime') ?? 0) * 1000
  return {
    event: cut(event ?? 'message', 64),
    changeType: changeType === null ? null : cut(changeType, 64),
    subject: subjectOf(fields),
    createdAt: createdAt > OLDEST && createdAt < receivedAt + DAY_MS ? createdAt : receivedAt,
    urgent: isWelcome(event, changeType) && fields.text('WelcomeCode') !== null,
  }
}

/** Events that may bring a welcome code. */
export function isWelcome(event: string | null, changeType: string | null): boolean {
  return event === 'change_external_contact' && (changeType === 'add_external_contact' || changeType === 'add_half_external_contact')
}

/** Every field by its path, for the workbench; secrets and personal data are replaced. */
export function shownFields(decrypted: string): Record<string, string> {
  return Object.fromEntries(Object.entries(fieldsOf(decrypted).flatten()).map(([path, text]) => {
    const name = path.slice(path.lastIndexOf('.') + 1).replace(/\[\d+\]$/, '')
    return [path, HIDDEN_FIELDS.has(name) && text !== '' ? '（已隐藏）' : text]
  }))
}

function subjectOf(fields: CallbackFields): string | null {
  for (const name of SUBJECT_FIELDS) {
    const text = fields.text(name)
    if (text !== null) return cut(text, 128)
  }
  const sender = fields.text('FromUserName')
  return sender === null || sender === 'sys' ? null : cut(sender, 128)
}

function fieldsOf(decrypted: string): CallbackFields {
  try {
    return new CallbackFields(parseXml(decrypted))
  } catch (error) {
    if (error instanceof XmlError) throw new CallbackError('bad-message', error.message)
    throw error
  }
}
