import type { DataScope } from '@zhike/shared'

/** Who leads whom, as far as the visible range shows. Parents outside it are missing, so the tree may have several tops. */
export interface Organisation {
  /** Departments a member leads, without their sub-departments. */
  ledBy(staffId: number): readonly number[]
  /** Departments a member is in, without those above. */
  departmentsOf(staffId: number): readonly number[]
  /** Departments and everything above them, as far as it is visible. */
  departmentsAbove(departmentIds: readonly number[]): Set<number>
  /** Departments and everything below them. */
  departmentsUnder(departmentIds: readonly number[]): Set<number>
  /** Members of departments and everything below them. */
  membersUnder(departmentIds: readonly number[]): Set<number>
  /** Members whose direct superior is this one, and theirs, and so on. */
  subordinates(useridKey: string): Set<number>
  departmentName(departmentId: number): string | null
  /** Everybody who has not left. */
  everybody(): readonly number[]
  /** Every department after the one above it, with how many are above it. */
  tree(): { departmentId: number; name: string; depth: number }[]
  /** How many belong to a department, without those of its sub-departments. */
  departmentSize(departmentId: number): number
}

export interface OrganisationFacts {
  departments: readonly { departmentId: number; parentId: number | null; name: string }[]
  memberships: readonly { staffId: number; departmentId: number }[]
  leaderships: readonly { staffId: number; departmentId: number }[]
  staff: readonly { id: number; useridKey: string; directLeaders: readonly string[] }[]
}

export function createOrganisation(facts: OrganisationFacts): Organisation {
  const children = groupBy(facts.departments.filter((d) => d.parentId !== null), (d) => d.parentId ?? 0)
  const members = groupBy(facts.memberships, (m) => m.departmentId)
  const places = groupBy(facts.memberships, (m) => m.staffId)
  const parents = new Map(facts.departments.map((d) => [d.departmentId, d.parentId]))
  const led = groupBy(facts.leaderships, (l) => l.staffId)
  const reports = groupBy(facts.staff.flatMap((person) => person.directLeaders.map((leader) => ({ leader, person }))), (report) => report.leader)
  const names = new Map(facts.departments.map((d) => [d.departmentId, d.name]))

  function departmentsUnder(departmentIds: readonly number[]): Set<number> {
    const found = new Set<number>()
    const open = [...departmentIds]
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (found.has(id)) continue
      found.add(id)
      for (const child of children.get(id) ?? []) open.push(child.departmentId)
    }
    return found
  }

  return {
    ledBy: (staffId) => (led.get(staffId) ?? []).map((leadership) => leadership.departmentId),
    departmentsOf: (staffId) => (places.get(staffId) ?? []).map((place) => place.departmentId),
    departmentsAbove(departmentIds) {
      const found = new Set<number>()
      for (let id of departmentIds as readonly (number | null)[]) {
        for (; id !== null && !found.has(id); id = parents.get(id) ?? null) found.add(id)
      }
      return found
    },
    departmentsUnder,
    membersUnder(departmentIds) {
      const found = new Set<number>()
      for (const id of departmentsUnder(departmentIds)) for (const membership of members.get(id) ?? []) found.add(membership.staffId)
      return found
    },
    subordinates(useridKey) {
      const found = new Set<number>()
      const open = [useridKey]
      for (let key = open.pop(); key !== undefined; key = open.pop()) {
        for (const { person } of reports.get(key) ?? []) {
          if (found.has(person.id)) continue
          found.add(person.id)
          open.push(person.useridKey)
        }
      }
      return found
    },
    everybody: () => facts.staff.map((person) => person.id),
    departmentName: (departmentId) => names.get(departmentId) ?? null,
    tree() {
      const listed: { departmentId: number; name: string; depth: number }[] = []
      const seen = new Set<number>()
      const open = facts.departments.filter((one) => one.parentId === null || !names.has(one.parentId)).map((one) => ({ ...one, depth: 0 })).reverse()
      for (let next = open.pop(); next; next = open.pop()) {
        const { departmentId, name, depth } = next
        if (seen.has(departmentId)) continue
        seen.add(departmentId)
        listed.push({ departmentId, name, depth })
        for (const child of [...(children.get(departmentId) ?? [])].reverse()) open.push({ ...child, depth: depth + 1 })
      }
      return listed
    },
    departmentSize: (departmentId) => members.get(departmentId)?.length ?? 0,
  }
}

/** Whose data a viewer may see. `all` needs no list. */
export type OwnerScope = { all: true } | { all: false; staffIds: readonly number[] }

/** The owners of one data scope (SYS-5). */
export function ownersOf(scope: DataScope, person: { staffId: number; useridKey: string }, organisation: Organisation): OwnerScope {
  if (scope === 'all') return { all: true }
  const below = () => new Set([...organisation.subordinates(person.useridKey), ...organisation.membersUnder(organisation.ledBy(person.staffId))])
  switch (scope) {
    case 'self': return { all: false, staffIds: [person.staffId] }
    case 'self_and_sub':
    case 'managed': {
      const owners = scope === 'managed' ? organisation.membersUnder(organisation.ledBy(person.staffId)) : below()
      return { all: false, staffIds: [...owners.add(person.staffId)] }
    }
    case 'sub_only': {
      const owners = below()
      owners.delete(person.staffId)
      return { all: false, staffIds: [...owners] }
    }
  }
}

/**
 * @property within departments she is in, and everything above them: what is open to one of these is open to her
 * @property leads departments she leads, and everything below them; all of them with the data scope of the corp
 */
export interface Places { within: ReadonlySet<number>; leads: 'all' | ReadonlySet<number> }

export function placesOf(scopes: readonly DataScope[], staffId: number, organisation: Organisation): Places {
  return {
    within: organisation.departmentsAbove(organisation.departmentsOf(staffId)),
    leads: scopes.includes('all') ? 'all' : organisation.departmentsUnder(organisation.ledBy(staffId)),
  }
}

/** Several roles add up (SYS-4). */
export function unionOf(scopes: readonly OwnerScope[]): OwnerScope {
  const staffIds = new Set<number>()
  for (const scope of scopes) {
    if (scope.all) return { all: true }
    for (const id of scope.staffIds) staffIds.add(id)
  }
  return { all: false, staffIds: [...staffIds] }
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}
