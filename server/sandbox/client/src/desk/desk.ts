import { computed, reactive, watch } from 'vue'
import type { CorpSummary } from '../../../src/protocol/console.ts'
import type { PartyId, PersonView, StaffView } from '../../../src/protocol/people.ts'

export type Shape = 'pc' | 'phone'
export type Theme = 'light' | 'dark'

const KEPT_AS = 'zhike-sandbox-desk'
const RECENT = 5

interface Kept {
  corpid: string
  userid: string
  personId: string
  recent: string[]
  shape: Shape
  theme: Theme
}

/** Who sits at which device, and how the desk looks; kept in this browser. */
export const desk = reactive({
  corps: [] as CorpSummary[],
  staffOf: {} as Record<string, StaffView[]>,
  corpid: '',
  userid: '',
  person: null as PersonView | null,
  /** people whose phone was used lately, latest first */
  recent: [] as PersonView[],
  shape: 'pc' as Shape,
  theme: 'light' as Theme,
  logOpen: false,
  ...keptOnce(),
})

/** The member at the WeCom window. */
export const staff = computed((): StaffView | null => desk.staffOf[desk.corpid]?.find((item) => item.userid === desk.userid) ?? null)
export const corp = computed((): CorpSummary | null => desk.corps.find((item) => item.corpid === desk.corpid) ?? null)
export const staffParty = computed((): PartyId => staffPartyOf(desk.corpid, desk.userid))
export const personParty = computed((): PartyId | null => (desk.person === null ? null : personPartyOf(desk.person.id)))

const staffPartyOf = (corpid: string, userid: string): PartyId => `staff:${corpid}:${userid}`
export const personPartyOf = (personId: string): PartyId => `customer:${personId}`
/** The external_userid of a party, or null when it is a member. */
export const personIdOf = (party: PartyId | null): string | null => (party?.startsWith('customer:') === true ? party.slice('customer:'.length) : null)
/** The userid of a party, or null when it is somebody outside. */
export const useridOf = (party: PartyId | null): string | null => (party?.startsWith('staff:') === true ? (party.split(':')[2] ?? null) : null)

/** Hands the customer's phone to this person. */
export function takePhoneOf(person: PersonView): void {
  desk.person = person
  desk.recent = [person, ...desk.recent.filter((known) => known.id !== person.id)].slice(0, RECENT)
}

/** What was kept from last time: whom to look for, before anybody is loaded. */
export function keptPeople(): { personId: string; recent: string[] } {
  const { personId = '', recent = [] } = readKept()
  return { personId, recent }
}

function keptOnce(): Partial<Pick<Kept, 'corpid' | 'userid' | 'shape' | 'theme'>> {
  const { corpid, userid, shape, theme } = readKept()
  const system: Theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  return { corpid: corpid ?? '', userid: userid ?? '', shape: shape === 'phone' ? 'phone' : 'pc', theme: theme === 'dark' || theme === 'light' ? theme : system }
}

function readKept(): Partial<Kept> {
  const text = localStorage.getItem(KEPT_AS)
  if (text === null) return {}
  try {
    const kept: Partial<Kept> | null = JSON.parse(text)
    return kept ?? {}
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    localStorage.removeItem(KEPT_AS)
    return {}
  }
}

/** Keeps the choices and dresses the page. Called once by the page. */
export function keepDesk(): void {
  watch(() => desk.theme, (theme) => {
    document.documentElement.dataset.theme = theme
  }, { immediate: true })
  watch(() => ({
    corpid: desk.corpid, userid: desk.userid, personId: desk.person?.id ?? '', recent: desk.recent.map((item) => item.id), shape: desk.shape, theme: desk.theme,
  } satisfies Kept), (kept) => {
    if (kept.personId === '') return
    localStorage.setItem(KEPT_AS, JSON.stringify(kept))
  })
}
