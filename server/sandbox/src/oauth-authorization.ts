import type { PartyId } from './protocol/people.ts'

/** What happens when somebody opens the page. */
export type Decision =
  | { location: string }
  /** Asks for one tap; `refused` is where a no leads, null when there is no way to say it. */
  | { consent: { app: string; asks: string; refused: string | null } }
  | { error: string }

/** A request for somebody's identity that passed its checks. */
export interface Authorization {
  /** Whose app or account asks. */
  owner: string
  app: string
  /** Who could sit at this device, for a tab outside of any simulated one. */
  people: { party: PartyId; name: string; about: string }[]
  /** Customers may be named by their external_userid. */
  customers: boolean
  /** `as=userid:<userid>` or `as=external:<external_userid>`: for tests. */
  personNamed: (as: string) => string
  decide: (person: string, agreed: boolean) => Decision
}

/** Why the page refuses, as the client shows it. */
export class Refused extends Error {}

export const STATE = /^[A-Za-z0-9]{0,128}$/
