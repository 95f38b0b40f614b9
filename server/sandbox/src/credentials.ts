import { randomId } from './ids.ts'
import type { SandboxClock } from './clock.ts'
import type { Counters } from './stats.ts'
import type { Corp } from './world/corp.ts'

interface Token {
  value: string
  corpid: string
  secret: string
  expiresAt: number
}

type TicketKind = 'corp' | 'agent'

interface Ticket {
  value: string
  corpid: string
  kind: TicketKind
  expiresAt: number
}

export interface CredentialsRecord {
  tokens: Token[]
  tickets: Ticket[]
}

type TokenState = { state: 'valid'; corpid: string } | { state: 'expired' } | { state: 'unknown' }

const LIFETIME_MS = 7200_000

/** Access tokens and JS-SDK tickets; the same one is handed out while it is valid (wecom-api/00 §2, §8). */
export class Credentials {
  private tokens = new Map<string, Token>()
  private tickets: Ticket[] = []
  private readonly clock: SandboxClock
  private readonly counters: Counters

  constructor(clock: SandboxClock, counters: Counters) {
    this.clock = clock
    this.counters = counters
  }

  record(): CredentialsRecord {
    return { tokens: [...this.tokens.values()], tickets: this.tickets }
  }

  restore(record: CredentialsRecord): void {
    this.tokens = new Map(record.tokens.map((token) => [token.value, token]))
    this.tickets = record.tickets
  }

  /** Token of the corp's app with its remaining life in seconds. */
  issueToken(corp: Corp): { token: string; expiresIn: number } {
    const now = this.clock.now()
    for (const token of this.tokens.values()) {
      if (token.corpid === corp.corpid && token.secret === corp.app.secret && token.expiresAt > now + 1000) {
        return { token: token.value, expiresIn: Math.floor((token.expiresAt - now) / 1000) }
      }
    }
    const made: Token = { value: `sbx_${randomId(120)}`, corpid: corp.corpid, secret: corp.app.secret, expiresAt: now + LIFETIME_MS }
    this.tokens.set(made.value, made)
    this.counters.token()
    // Long dead tokens are of no more use, not even for the difference between 40014 and 42001.
    for (const token of this.tokens.values()) if (token.expiresAt < now - 7 * 86_400_000) this.tokens.delete(token.value)
    return { token: made.value, expiresIn: LIFETIME_MS / 1000 }
  }

  tokenState(value: string): TokenState {
    const token = this.tokens.get(value)
    if (token === undefined) return { state: 'unknown' }
    return token.expiresAt <= this.clock.now() ? { state: 'expired' } : { state: 'valid', corpid: token.corpid }
  }

  /** expire: the tokens answer 42001 from now on; invalidate: 40014. */
  endTokens(mode: 'expire' | 'invalidate', corpid?: string): void {
    for (const token of this.tokens.values()) {
      if (corpid !== undefined && token.corpid !== corpid) continue
      if (mode === 'expire') token.expiresAt = Math.min(token.expiresAt, this.clock.now())
      else this.tokens.delete(token.value)
    }
  }

  ticket(corpid: string, kind: TicketKind): { ticket: string; expiresIn: number } {
    const now = this.clock.now()
    const current = this.tickets.find((item) => item.corpid === corpid && item.kind === kind && item.expiresAt > now + 1000)
    if (current !== undefined) return { ticket: current.value, expiresIn: Math.floor((current.expiresAt - now) / 1000) }
    this.tickets = this.tickets.filter((item) => item.expiresAt > now)
    const made: Ticket = { value: `${kind === 'agent' ? 'AGENT' : 'CORP'}TICKET-${randomId(64)}`, corpid, kind, expiresAt: now + LIFETIME_MS }
    this.tickets.push(made)
    this.counters.ticket()
    return { ticket: made.value, expiresIn: LIFETIME_MS / 1000 }
  }

  validTickets(corpid: string, kind: TicketKind): string[] {
    return this.tickets.filter((item) => item.corpid === corpid && item.kind === kind && item.expiresAt > this.clock.now()).map((item) => item.value)
  }

  endTickets(corpid?: string): void {
    this.tickets = this.tickets.filter((item) => corpid !== undefined && item.corpid !== corpid)
  }
}
