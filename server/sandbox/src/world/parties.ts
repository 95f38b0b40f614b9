import type { PartyId } from '../protocol/people.ts'
import type { Sandbox } from './sandbox.ts'
import type { Corp } from './corp.ts'
import type { Person, Staff } from './model.ts'

type Party = { kind: 'staff'; corp: Corp; staff: Staff } | { kind: 'person'; corp: Corp; person: Person }

export function staffParty(corpid: string, userid: string): PartyId {
  return `staff:${corpid}:${userid}`
}

export function personParty(id: string): PartyId {
  return `customer:${id}`
}

/** Whether text has the form of a party id. */
export function isPartyId(text: string): text is PartyId {
  return /^staff:[^:]+:.+$/.test(text) || /^customer:.+$/.test(text)
}

/** The person behind a party id; undefined when unknown (or gone). */
export function resolveParty(sandbox: Sandbox, id: string): Party | undefined {
  const [kind, a = '', ...rest] = id.split(':')
  if (kind === 'staff') {
    const corp = sandbox.corps.get(a)
    const staff = corp?.anyStaff(rest.join(':'))
    return corp === undefined || staff === undefined ? undefined : { kind: 'staff', corp, staff }
  }
  if (kind !== 'customer') return undefined
  const corp = sandbox.corpOfPerson(a)
  const person = corp?.people.get(a)
  return corp === undefined || person === undefined ? undefined : { kind: 'person', corp, person }
}

/** Path of the generated avatar picture. */
export function avatarPath(kind: 'staff' | 'person' | 'group' | 'app', corpid: string, id: string): string {
  return `/sandbox/avatar/${encodeURIComponent(`${kind}.${corpid}.${id}`)}.svg`
}

/** Name and avatar of a party, for a message. */
export function faceOf(sandbox: Sandbox, id: string): { name: string; avatar: string } {
  const party = resolveParty(sandbox, id)
  if (party === undefined) return { name: '', avatar: '' }
  return party.kind === 'staff'
    ? { name: party.staff.name, avatar: avatarPath('staff', party.corp.corpid, party.staff.userid) }
    : { name: party.person.name, avatar: avatarPath('person', party.corp.corpid, party.person.id) }
}
