import type { SandboxClock } from '../clock.ts'
import { randomId } from '../ids.ts'
import type { RateLimits } from '../rate-limits.ts'
import { WechatError } from './wechat-error.ts'

const CODE_MS = 5 * 60_000
const LIFETIME_MS = 7200_000
const DAY_MS = 86_400_000
const REFRESHES_PER_DAY = 20
const REFRESH_PAUSE_MS = 30_000
/** Shortly before its end the next token is handed out already. */
const RENEW_MS = 5 * 60_000

export type WebScope = 'snsapi_base' | 'snsapi_userinfo'

interface WebGrant {
  appid: string
  personId: string
  scope: WebScope
}

interface Code extends WebGrant {
  expiresAt: number
  used: boolean
}

interface Credential {
  value: string
  expiresAt: number
}

interface ServerToken extends Credential {
  appid: string
}

/**
 * Codes, tokens and tickets of official accounts, none of them the corp's (wechat-official-account §1.1, wechat-pay §6). In memory
 * only: whoever keeps one beyond a restart is told 40001 and asks for another, as the real API requires anyway.
 */
export class AccountCredentials {
  private readonly codes = new Map<string, Code>()
  private readonly webTokens = new Map<string, WebGrant & { expiresAt: number }>()
  private readonly serverTokens = new Map<string, ServerToken>()
  private readonly tickets = new Map<string, Credential>()
  private readonly clock: SandboxClock
  private readonly limits: RateLimits

  constructor(clock: SandboxClock, limits: RateLimits) {
    this.clock = clock
    this.limits = limits
  }

  // ---- people on the web ----

  issueCode(grant: WebGrant): string {
    const code = `0${randomId(31)}`
    this.codes.set(code, { ...grant, expiresAt: this.clock.now() + CODE_MS, used: false })
    return code
  }

  /** Single use within five minutes, for its own account. */
  takeCode(code: string, appid: string): WebGrant {
    const found = this.codes.get(code)
    if (found === undefined || found.appid !== appid || found.expiresAt <= this.clock.now()) throw new WechatError(40029)
    if (found.used) throw new WechatError(40163)
    found.used = true
    return found
  }

  issueWebToken({ appid, personId, scope }: WebGrant): { token: string; refreshToken: string; expiresIn: number } {
    const token = `1${randomId(88)}`
    this.webTokens.set(token, { appid, personId, scope, expiresAt: this.clock.now() + LIFETIME_MS })
    return { token, refreshToken: `1${randomId(88)}`, expiresIn: LIFETIME_MS / 1000 }
  }

  webGrant(token: string): WebGrant {
    const found = this.webTokens.get(token)
    if (found === undefined) throw new WechatError(40001)
    if (found.expiresAt <= this.clock.now()) throw new WechatError(42001)
    return found
  }

  // ---- the account's own server ----

  /** The same token until shortly before its end; `force` makes another and ends the one before. */
  stableToken(appid: string, force: boolean): { token: string; expiresIn: number } {
    const now = this.clock.now()
    const current = [...this.serverTokens.values()].find((token) => token.appid === appid && token.expiresAt > now + RENEW_MS)
    if (current !== undefined && !force) return { token: current.value, expiresIn: Math.floor((current.expiresAt - now) / 1000) }
    if (force) {
      if (!this.limits.takeSoft(`refresh ${appid}`, 1, REFRESH_PAUSE_MS)) throw new WechatError(45011)
      if (!this.limits.takeSoft(`refreshes ${appid}`, REFRESHES_PER_DAY, DAY_MS)) throw new WechatError(45009)
      for (const token of this.serverTokens.values()) if (token.appid === appid) this.serverTokens.delete(token.value)
    }
    const made: ServerToken = { value: `99_${randomId(133)}`, appid, expiresAt: now + LIFETIME_MS }
    this.serverTokens.set(made.value, made)
    return { token: made.value, expiresIn: LIFETIME_MS / 1000 }
  }

  /** AppID of the account that a server token belongs to. */
  appidOf(token: string): string {
    const found = this.serverTokens.get(token)
    if (found === undefined) throw new WechatError(40001)
    if (found.expiresAt <= this.clock.now()) throw new WechatError(42001)
    return found.appid
  }

  ticket(appid: string): { ticket: string; expiresIn: number } {
    const now = this.clock.now()
    const known = this.tickets.get(appid)
    const ticket = known !== undefined && known.expiresAt > now + 1000 ? known : { value: `MPTICKET-${randomId(77)}`, expiresAt: now + LIFETIME_MS }
    this.tickets.set(appid, ticket)
    return { ticket: ticket.value, expiresIn: Math.floor((ticket.expiresAt - now) / 1000) }
  }

  /** expire: server tokens answer 42001 from now on; invalidate: 40001. */
  endTokens(mode: 'expire' | 'invalidate', appid: string): void {
    for (const token of this.serverTokens.values()) {
      if (token.appid !== appid) continue
      if (mode === 'expire') token.expiresAt = Math.min(token.expiresAt, this.clock.now())
      else this.serverTokens.delete(token.value)
    }
  }

  endTickets(appid: string): void {
    this.tickets.delete(appid)
  }
}
