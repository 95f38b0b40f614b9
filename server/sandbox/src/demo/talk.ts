import type { Message } from '../protocol/chats.ts'
import type { PartyId } from '../protocol/people.ts'
import { singleChatId } from '../world/chat-ids.ts'
import type { CorpRecord, Follow, Group } from '../world/model.ts'
import { avatarPath, personParty, staffParty } from '../world/parties.ts'
import type { Random } from './random.ts'
import { DIALOGUES, GROUP_LINES, GROUP_OWNER_LINES } from './words.ts'

const MINUTE = 60_000
const DAY = 86_400_000

/** Yesterday's conversations, so that chats are not empty. Ids follow each other from m1. */
export class Talk {
  readonly messages: Message[] = []
  private readonly corp: CorpRecord
  private readonly names = new Map<string, string>()

  constructor(corp: CorpRecord) {
    this.corp = corp
    for (const staff of corp.staff) this.names.set(staff.userid, staff.name)
    for (const person of corp.people) this.names.set(person.id, person.name)
  }

  say(chatId: string, speaker: { userid: string } | { personId: string }, text: string, at: number): void {
    const { corpid } = this.corp
    const id = 'userid' in speaker ? speaker.userid : speaker.personId
    const from: PartyId = 'userid' in speaker ? staffParty(corpid, id) : personParty(id)
    this.messages.push({
      id: `m${this.messages.length + 1}`, chatId, from, fromName: this.names.get(id) ?? '', fromAvatar: avatarPath('userid' in speaker ? 'staff' : 'person', corpid, id),
      at, content: { type: 'text', text }, via: 'client',
    })
  }

  /** A dialogue of lines that begin with C (customer) or S (salesperson). */
  dialogue(follow: Follow, lines: readonly string[], startAt: number): void {
    const chatId = singleChatId(this.corp.corpid, follow.userid, follow.personId)
    lines.forEach((line, index) => {
      const speaker = line.startsWith('C') ? { personId: follow.personId } : { userid: follow.userid }
      this.say(chatId, speaker, line.slice(1).trim(), startAt + index * 2 * MINUTE)
    })
  }

  /** Ordinary days: some of the customers talk, every group says something. */
  ordinaryDays(random: Random, follows: Follow[], groups: Group[], now: number): void {
    for (const follow of follows) this.dialogue(follow, random.pick(DIALOGUES), now - random.int(20 * MINUTE, 6 * DAY))
    for (const group of groups) {
      let at = now - random.int(30 * MINUTE, 3 * DAY)
      this.say(group.id, { userid: group.owner }, random.pick(GROUP_OWNER_LINES), at)
      const customers = group.members.filter((member) => member.type === 2)
      for (const member of random.sample(customers, 3)) {
        at += random.int(1, 9) * MINUTE
        this.say(group.id, { personId: member.id }, random.pick(GROUP_LINES), at)
      }
    }
    this.messages.sort((a, b) => a.at - b.at)
    this.messages.forEach((message, index) => {
      message.id = `m${index + 1}`
    })
  }
}
