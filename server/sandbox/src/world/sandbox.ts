import { Callbacks } from '../callbacks.ts'
import { SandboxClock } from '../clock.ts'
import { Credentials } from '../credentials.ts'
import { FaultBox } from '../faults.ts'
import { Feed } from '../feed.ts'
import { OauthCodes } from '../oauth-codes.ts'
import { AccountCredentials } from '../official-account/account-credentials.ts'
import { ProductAddress } from '../product-address.ts'
import type { Settings } from '../protocol/settings.ts'
import { RateLimits } from '../rate-limits.ts'
import { Counters } from '../stats.ts'
import { Chats } from './chats.ts'
import { Corp } from './corp.ts'
import { MediaStore } from './media-store.ts'
import { PageShelf } from './page-shelf.ts'
import type { CorpRecord, OfficialAccount } from './model.ts'
import type { Message } from '../protocol/chats.ts'

export interface WorldSeed {
  corps: CorpRecord[]
  messages: Message[]
}

interface SandboxParts {
  now?: () => number
  productBaseUrl: string
  productInternalUrl: string
  /** Folder for media bytes; absent: memory. */
  mediaDir?: string
}

const DEFAULT_SETTINGS: Settings = { sendOutcome: 'ok', linkPrefetch: true, oauthConsent: 'ask' }

/** The whole simulated WeCom: corps, chats, time, faults, counters and the way to the product. */
export class Sandbox {
  readonly clock: SandboxClock
  readonly feed = new Feed()
  readonly counters = new Counters()
  readonly faults = new FaultBox()
  readonly limits: RateLimits
  readonly credentials: Credentials
  readonly codes: OauthCodes
  readonly accounts: AccountCredentials
  readonly product: ProductAddress
  readonly callbacks: Callbacks
  readonly chats = new Chats()
  readonly pages = new PageShelf()
  readonly mediaStore: MediaStore
  readonly corps = new Map<string, Corp>()
  settings: Settings = { ...DEFAULT_SETTINGS }
  /** A line for whoever runs the sandbox. */
  log: (line: string) => void = () => undefined
  /** Called after every change, so that the snapshot can be written. */
  onChange: () => void = () => undefined

  constructor(parts: SandboxParts) {
    this.clock = new SandboxClock(parts.now)
    this.product = new ProductAddress(parts.productBaseUrl, parts.productInternalUrl)
    this.limits = new RateLimits(this.clock)
    this.credentials = new Credentials(this.clock, this.counters)
    this.codes = new OauthCodes(this.clock)
    this.accounts = new AccountCredentials(this.clock, this.limits)
    this.mediaStore = new MediaStore(parts.mediaDir)
    this.callbacks = new Callbacks({ clock: this.clock, faults: this.faults, counters: this.counters, feed: this.feed, product: this.product })
    this.feed.subscribe(() => this.onChange())
  }

  /** Replaces the world by a generated one. */
  populate(seed: WorldSeed): void {
    this.corps.clear()
    for (const record of seed.corps) this.corps.set(record.corpid, new Corp(record))
    this.chats.restore({ messages: seed.messages, readMarks: [] })
    this.pages.restore([])
    this.settings = { ...DEFAULT_SETTINGS }
    this.clock.shiftMs = 0
    this.feed.emit({ type: 'reset' })
  }

  /** Corp in whose world this outside person lives; ids are unique over all corps. */
  corpOfPerson(personId: string): Corp | undefined {
    for (const corp of this.corps.values()) if (corp.people.has(personId)) return corp
    return undefined
  }

  corpOfGroup(chatId: string): Corp | undefined {
    for (const corp of this.corps.values()) if (corp.groups.has(chatId)) return corp
    return undefined
  }

  accountOf(appid: string): { corp: Corp; account: OfficialAccount } | undefined {
    for (const corp of this.corps.values()) if (corp.officialAccount?.appid === appid) return { corp, account: corp.officialAccount }
    return undefined
  }

  /** Ends access tokens of the corp's app and of its official account before their time; absent corpid: of all. */
  endTokens(mode: 'expire' | 'invalidate', corpid?: string): void {
    this.credentials.endTokens(mode, corpid)
    for (const account of this.accountsOf(corpid)) this.accounts.endTokens(mode, account.appid)
  }

  /** The same for JS-SDK tickets. */
  endTickets(corpid?: string): void {
    this.credentials.endTickets(corpid)
    for (const account of this.accountsOf(corpid)) this.accounts.endTickets(account.appid)
  }

  private accountsOf(corpid: string | undefined): OfficialAccount[] {
    const corps = corpid === undefined ? [...this.corps.values()] : [this.corps.get(corpid)]
    return corps.map((corp) => corp?.officialAccount ?? null).filter((account) => account !== null)
  }
}
