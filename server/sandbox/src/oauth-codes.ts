import type { SandboxClock } from './clock.ts'
import { randomId } from './ids.ts'
import type { PartyId } from './protocol/people.ts'

const CODE_MS = 5 * 60_000
const TICKET_MS = 1800_000

interface OauthCode {
  corpid: string
  person: PartyId
  privateInfo: boolean
  expiresAt: number
  used: boolean
}

interface UserTicket {
  corpid: string
  userid: string
  expiresAt: number
}

type Taken<T> = { state: 'ok'; value: T } | { state: 'expired' } | { state: 'invalid' }

/** Codes of web authorisation (single use, 5 minutes) and the user tickets that follow (30 minutes). */
export class OauthCodes {
  private readonly codes = new Map<string, OauthCode>()
  private readonly tickets = new Map<string, UserTicket>()
  private readonly clock: SandboxClock

  constructor(clock: SandboxClock) {
    this.clock = clock
  }

  issue(corpid: string, person: PartyId, privateInfo: boolean): string {
    const code = randomId(43)
    this.codes.set(code, { corpid, person, privateInfo, expiresAt: this.clock.now() + CODE_MS, used: false })
    return code
  }

  /** A code works once and only for its corp. */
  take(code: string, corpid: string): Taken<OauthCode> {
    const found = this.codes.get(code)
    if (found === undefined || found.corpid !== corpid || found.used) return { state: 'invalid' }
    if (found.expiresAt <= this.clock.now()) return { state: 'expired' }
    found.used = true
    return { state: 'ok', value: found }
  }

  issueTicket(corpid: string, userid: string): string {
    const ticket = `USERTICKET_${randomId(48)}`
    this.tickets.set(ticket, { corpid, userid, expiresAt: this.clock.now() + TICKET_MS })
    return ticket
  }

  ticket(value: string, corpid: string): Taken<UserTicket> {
    const found = this.tickets.get(value)
    if (found === undefined || found.corpid !== corpid) return { state: 'invalid' }
    return found.expiresAt <= this.clock.now() ? { state: 'expired' } : { state: 'ok', value: found }
  }
}
