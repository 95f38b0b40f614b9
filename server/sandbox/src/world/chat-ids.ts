import type { PartyId } from '../protocol/people.ts'

type ChatRef =
  | { kind: 'single'; corpid: string; userid: string; personId: string }
  | { kind: 'friend'; personIds: [string, string] }
  | { kind: 'internal'; corpid: string; userids: [string, string] }
  | { kind: 'group'; chatId: string }

/** Chat ids carry their two sides, so that a chat exists as soon as somebody names it. */
export function singleChatId(corpid: string, userid: string, personId: string): string {
  return `single~${corpid}~${userid}~${personId}`
}

export function friendChatId(a: string, b: string): string {
  return a < b ? `friend~${a}~${b}` : `friend~${b}~${a}`
}

export function internalChatId(corpid: string, a: string, b: string): string {
  return a < b ? `internal~${corpid}~${a}~${b}` : `internal~${corpid}~${b}~${a}`
}

/** What a chat id stands for; anything else is the id of a customer group. */
export function chatRefOf(chatId: string): ChatRef {
  const [kind = '', a = '', b = '', c = ''] = chatId.split('~')
  if (kind === 'single') return { kind, corpid: a, userid: b, personId: c }
  if (kind === 'friend') return { kind, personIds: [a, b] }
  if (kind === 'internal') return { kind, corpid: a, userids: [b, c] }
  return { kind: 'group', chatId }
}

/** The two sides of a chat that is not a group. */
export function sidesOf(ref: ChatRef): PartyId[] {
  switch (ref.kind) {
    case 'single':
      return [`staff:${ref.corpid}:${ref.userid}`, `customer:${ref.personId}`]
    case 'friend':
      return [`customer:${ref.personIds[0]}`, `customer:${ref.personIds[1]}`]
    case 'internal':
      return [`staff:${ref.corpid}:${ref.userids[0]}`, `staff:${ref.corpid}:${ref.userids[1]}`]
    case 'group':
      return []
  }
}
