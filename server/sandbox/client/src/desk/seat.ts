import { watch } from 'vue'
import type { SandboxEvent } from '../../../src/protocol/feed.ts'
import type { PersonView, StaffView } from '../../../src/protocol/people.ts'
import { ControlError, control } from '../live/control.ts'
import { onSandboxEvent } from '../live/feed.ts'
import { desk, keptPeople, personIdOf, takePhoneOf } from './desk.ts'
import { showFailure } from './toasts.ts'

const SETTLE_MS = 150

/** Loads corps and members, and seats those of last time, or the first salesperson and her latest customer. Gives why it failed, or ''. */
export async function seatEverybody(): Promise<string> {
  let timer: number | undefined
  onSandboxEvent((event) => {
    if (!changesMembers(event)) return
    clearTimeout(timer)
    timer = window.setTimeout(() => void loadMembers().then(keepCustomer).catch(showFailure), SETTLE_MS)
  })
  watch(() => desk.corpid, () => void keepCustomer().catch(showFailure))
  try {
    await loadMembers()
    await seatCustomer()
    return ''
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  }
}

/** Members change with the corp; their unread counts with messages. */
function changesMembers(event: SandboxEvent): boolean {
  return ['hello', 'staff', 'console', 'reset', 'person', 'message', 'app_message', 'read'].includes(event.type)
}

async function loadMembers(): Promise<void> {
  desk.corps = await control.corps()
  const lists = await Promise.all(desk.corps.map(async (corp) => [corp.corpid, await control.staff(corp.corpid)] as const))
  desk.staffOf = Object.fromEntries(lists)
  const seated = desk.staffOf[desk.corpid]?.some((item) => item.userid === desk.userid && !item.left) === true
  if (seated) return
  const corp = desk.corps[0]
  const members = (desk.staffOf[corp?.corpid ?? ''] ?? []).filter((item) => !item.left)
  const first = corp === undefined ? '' : await latestTalker(corp.corpid, members.filter(sells))
  desk.corpid = corp?.corpid ?? ''
  desk.userid = first === '' ? (members[0]?.userid ?? '') : first
}

/** Members with customers of their own who lead nobody. */
const sells = (member: StaffView): boolean => member.hasCustomerContact && !member.departments.some((department) => department.leader)

/** The salesperson who spoke with a customer last: on the first visit there is something to see. */
async function latestTalker(corpid: string, members: StaffView[]): Promise<string> {
  const talks = await Promise.all(members.map(async ({ userid }) => {
    const chats = await control.staffChats(corpid, userid)
    return { userid, at: chats.find((chat) => chat.kind === 'single')?.lastAt ?? 0 }
  }))
  return talks.sort((a, b) => b.at - a.at)[0]?.userid ?? ''
}

async function seatCustomer(): Promise<void> {
  const kept = keptPeople()
  const known = await Promise.all([...new Set([kept.personId, ...kept.recent])].filter((id) => id !== '').map(personOrNull))
  desk.recent = known.filter((person) => person !== null)
  const last = desk.recent.find((person) => person.id === kept.personId) ?? desk.recent[0] ?? (await latestCustomer())
  if (last !== null) takePhoneOf(last)
}

/** The phone's owner belongs to the corp at the desk and still exists; else somebody else's phone comes. */
async function keepCustomer(): Promise<void> {
  const { person } = desk
  if (person === null) return
  const known = person.corpid === desk.corpid ? await personOrNull(person.id) : null
  if (desk.person?.id !== person.id) return
  if (known !== null) {
    desk.person = known
    return
  }
  const other = (await latestCustomer()) ?? (await control.people({ corpid: desk.corpid, relation: 'customer', limit: 1 }))[0]
  desk.recent = desk.recent.filter((item) => item.corpid === desk.corpid && item.id !== person.id)
  if (other === undefined) desk.person = null
  else takePhoneOf(other)
}

async function latestCustomer(): Promise<PersonView | null> {
  if (desk.userid === '') return null
  const chats = await control.staffChats(desk.corpid, desk.userid)
  const id = personIdOf(chats.find((chat) => chat.kind === 'single')?.peer ?? null)
  return id === null ? null : control.person(id)
}

/** People of last time may be gone after a reset. */
async function personOrNull(id: string): Promise<PersonView | null> {
  return control.person(id).catch((cause: unknown) => {
    if (cause instanceof ControlError) return null
    throw cause
  })
}
