import type { DataScope } from '@zhike/shared'
import type { Platform } from '../../platform/platform.ts'
import { createOrganisation, ownersOf, placesOf, unionOf } from './organisation.ts'
import type { Organisation, OwnerScope, Places } from './organisation.ts'
import { organisationStore } from './organisation-store.ts'
import { rolesOf } from './role-store.ts'
import type { RoleRow } from './role-store.ts'

/** What requests need of a corp as a whole; read again only when it has changed. */
export interface CorpPeople {
  organisation: Organisation
  roles: readonly RoleRow[]
  /** The owners of a member's data scopes together (SYS-5), found once. */
  owners(scopes: readonly DataScope[], person: { staffId: number; useridKey: string }): OwnerScope
  /** Where a member is and what she leads, found once. */
  places(scopes: readonly DataScope[], staffId: number): Places
}

const CORPS_KEPT = 200
const SCOPES_KEPT = 500
/** Read again after so long in any case: on a clustered database another node may have answered before the change reached it. */
const TRUSTED_MS = 10 * 60 * 1000

/**
 * Organisation and roles of corps in memory. A request brings the version that it has just read beside its session, so a
 * change is seen by the next request in every process, and without a change nothing is read however large the corp is.
 */
export function createOrganisationCache({ db, clock }: Pick<Platform, 'db' | 'clock'>) {
  const kept = new Map<number, { version: number; at: number; made: Promise<CorpPeople> }>()

  async function load(corpId: number): Promise<CorpPeople> {
    const [facts, roles] = await Promise.all([organisationStore(db, corpId).facts(), rolesOf(db, corpId).known()])
    const organisation = createOrganisation(facts)
    const found = new Map<string, OwnerScope>()
    const placed = new Map<string, Places>()
    return {
      organisation, roles,
      owners(scopes, person) {
        const key = `${person.staffId}:${[...new Set(scopes)].sort().join()}`
        const known = found.get(key)
        if (known) return known
        const owners = unionOf(scopes.map((scope) => ownersOf(scope, person, organisation)))
        if (found.size >= SCOPES_KEPT) found.clear()
        found.set(key, owners)
        return owners
      },
      places(scopes, staffId) {
        const key = `${staffId}:${scopes.includes('all')}`
        const known = placed.get(key)
        if (known) return known
        const places = placesOf(scopes, staffId, organisation)
        if (placed.size >= SCOPES_KEPT) placed.clear()
        placed.set(key, places)
        return places
      },
    }
  }

  function at(corpId: number, version: number): Promise<CorpPeople> {
    const known = kept.get(corpId)
    // Put last, so that the first is the one not asked for longest.
    if (known) kept.delete(corpId)
    if (known && known.version >= version && clock.now() - known.at < TRUSTED_MS) {
      kept.set(corpId, known)
      return known.made
    }
    const made = load(corpId)
    kept.set(corpId, { version, at: clock.now(), made })
    for (const oldest of kept.keys()) {
      if (kept.size <= CORPS_KEPT) break
      kept.delete(oldest)
    }
    made.catch(() => kept.delete(corpId))
    return made
  }

  return {
    /** As of a version that was read just now. */
    at,
    async now(corpId: number): Promise<CorpPeople> {
      return await at(corpId, await organisationStore(db, corpId).version())
    },
  }
}
