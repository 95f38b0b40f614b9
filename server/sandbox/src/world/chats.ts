import type { Message } from '../protocol/chats.ts'
import type { PartyId } from '../protocol/people.ts'
import { chatRefOf, sidesOf } from './chat-ids.ts'

export interface ChatsRecord {
  messages: Message[]
  readMarks: [string, number][]
}

/** All messages of all chats, who has read how far, and which chats a party has. */
export class Chats {
  private readonly byChat = new Map<string, Message[]>()
  private readonly chatsOfParty = new Map<PartyId, Set<string>>()
  private readonly readMarks = new Map<string, number>()
  private nextNumber = 1

  record(): ChatsRecord {
    return { messages: [...this.byChat.values()].flat(), readMarks: [...this.readMarks] }
  }

  restore(record: ChatsRecord): void {
    this.byChat.clear()
    this.chatsOfParty.clear()
    this.readMarks.clear()
    for (const message of record.messages) this.add(message)
    for (const [key, number] of record.readMarks) this.readMarks.set(key, number)
  }

  nextId(): string {
    return `m${this.nextNumber++}`
  }

  add(message: Message): void {
    const number = numberOf(message)
    if (number >= this.nextNumber) this.nextNumber = number + 1
    const list = this.byChat.get(message.chatId)
    if (list === undefined) this.byChat.set(message.chatId, [message])
    else list.push(message)
    this.open(message.chatId)
    if (message.from !== 'system') this.markRead(message.chatId, message.from, number)
  }

  /** Makes the chat appear in the lists of its sides, without a message. */
  open(chatId: string): void {
    for (const party of sidesOf(chatRefOf(chatId))) {
      const chats = this.chatsOfParty.get(party)
      if (chats === undefined) this.chatsOfParty.set(party, new Set([chatId]))
      else chats.add(chatId)
    }
  }

  /** Chats with two sides that this party has opened. */
  directChatsOf(party: PartyId): string[] {
    return [...(this.chatsOfParty.get(party) ?? [])]
  }

  /** Oldest first: the last `limit` messages before the message `before`; as this party sees the chat, or all of them. */
  page(chatId: string, limit: number, { before, viewer }: { before?: string; viewer?: PartyId } = {}): Message[] {
    const list = (this.byChat.get(chatId) ?? []).filter((message) => viewer === undefined || isSeenBy(message, viewer))
    const end = before === undefined ? list.length : list.findIndex((message) => message.id === before)
    return end < 0 ? [] : list.slice(Math.max(0, end - limit), end)
  }

  message(chatId: string, id: string): Message | undefined {
    return this.byChat.get(chatId)?.find((item) => item.id === id)
  }

  last(chatId: string, viewer: PartyId): Message | undefined {
    return this.byChat.get(chatId)?.findLast((message) => isSeenBy(message, viewer))
  }

  /** Whether anybody but the system has said something that arrived. */
  talked(chatId: string): boolean {
    return (this.byChat.get(chatId) ?? []).some((message) => message.from !== 'system' && message.undelivered === undefined)
  }

  markRead(chatId: string, reader: PartyId, upTo?: number): void {
    const last = this.byChat.get(chatId)?.at(-1)
    const number = upTo ?? (last === undefined ? 0 : numberOf(last))
    this.readMarks.set(`${chatId}|${reader}`, number)
  }

  unread(chatId: string, reader: PartyId): number {
    const list = this.byChat.get(chatId) ?? []
    const mark = this.readMarks.get(`${chatId}|${reader}`) ?? 0
    let count = 0
    for (let index = list.length - 1; index >= 0; index -= 1) {
      const message = list[index]
      if (message === undefined || numberOf(message) <= mark) break
      if (message.from !== reader && message.content.type !== 'notice' && isSeenBy(message, reader)) count += 1
    }
    return count
  }
}

function isSeenBy(message: Message, viewer: PartyId): boolean {
  return message.only === undefined || message.only === viewer
}

function numberOf(message: Message): number {
  return Number(message.id.slice(1))
}
