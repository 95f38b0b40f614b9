import { reactive, watch } from 'vue'
import type { ChatSummary, Message, MiniProgramCard } from '../../../src/protocol/chats.ts'
import type { Scanned } from '../../../src/protocol/scanning.ts'
import type { PageCard } from '../../../src/protocol/saved-pages.ts'
import { desk } from '../desk/desk.ts'

/** What is shared with somebody else: a message she received, or the page that she has open, as it is now. */
export type Forwarding = { title: string } & ({ kind: 'message'; chatId: string; messageId: string } | { kind: 'page'; link: PageCard })

/** A page in her WeChat's browser, and the card that led to it. */
export interface OpenedPage {
  /** Grows with each opening: the same page opened again is loaded again. */
  opening: number
  card: PageCard
}

export type PhoneTab = 'chats' | 'recent' | 'favourites'

/** A member's card that a code led to. */
export interface ScannedMember {
  /** What the code says. */
  text: string
  card: Extract<Scanned, { kind: 'member' }>
}

/** Where the customer is on her phone. */
export const phone = reactive({
  /** Locked, or on the phone's desktop with WeChat in the background: what is open stays open, hidden. */
  away: '' as '' | 'locked' | 'home',
  program: null as MiniProgramCard | null,
  tab: 'chats' as PhoneTab,
  chat: null as ChatSummary | null,
  link: null as OpenedPage | null,
  /** The page that her browser shows now, as it would be shared. */
  page: null as PageCard | null,
  forwarding: null as Forwarding | null,
  image: '',
  /** The picture of the page that she keeps her finger on. */
  pressed: '',
  member: null as ScannedMember | null,
})

let openings = 0

/** Opens a page in her WeChat's browser, by the card or the bare address that she tapped. */
export function openOnPhone(card: PageCard): void {
  openings += 1
  phone.link = { opening: openings, card }
}

/** The card that carries a message's link; a bare address in a text has none. */
export function cardOf(url: string, message: Message): PageCard {
  const { content } = message
  if (content.type !== 'link') return { url, title: '', desc: '', imgUrl: '' }
  return { url, title: content.title, desc: content.desc, imgUrl: content.imgUrl }
}

/** Another person's phone lies on the desk: it starts at the chat list. Called once by the page. */
export function resetPhoneWithPerson(): void {
  watch(() => desk.person?.id, () => {
    Object.assign(phone, { away: '', program: null, tab: 'chats', chat: null, link: null, forwarding: null, image: '', pressed: '', member: null })
  })
}
