import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CredentialsRecord } from './credentials.ts'
import { DEMO_CORP } from './demo/corps.ts'
import { configuredAccount } from './demo/shell.ts'
import type { Settings } from './protocol/settings.ts'
import type { ChatsRecord } from './world/chats.ts'
import { Corp } from './world/corp.ts'
import type { CorpRecord, OfficialAccount } from './world/model.ts'
import type { PageShelfRecord } from './world/page-shelf.ts'
import type { Sandbox } from './world/sandbox.ts'

const FILE = 'sandbox.json'
const FORMAT = 1
const DEBOUNCE_MS = 1000

/** What older files do not know. */
type SavedAccount = Omit<OfficialAccount, 'decidedFollowers'> & Partial<Pick<OfficialAccount, 'decidedFollowers'>>
type SavedCorp = Omit<CorpRecord, 'officialAccount' | 'contactWays'> & Partial<Pick<CorpRecord, 'contactWays'>> & { officialAccount?: SavedAccount | null }

interface Snapshot {
  format: number
  productOrigin: string
  shiftMs: number
  settings: Settings
  corps: SavedCorp[]
  chats: ChatsRecord
  /** Absent in older files. */
  pages?: PageShelfRecord
  credentials: CredentialsRecord
}

/** Keeps the world in one JSON file: written a second after a change, by rename, so that it is never half. */
export class SnapshotFile {
  private readonly sandbox: Sandbox
  private readonly dir: string
  private timer: NodeJS.Timeout | undefined
  private writing: Promise<void> = Promise.resolve()

  constructor(sandbox: Sandbox, dir: string) {
    this.sandbox = sandbox
    this.dir = dir
  }

  /** Fills the sandbox from the file; false when there is none (or one of another format). */
  load(): boolean {
    let text: string
    try {
      text = readFileSync(join(this.dir, FILE), 'utf8')
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
      throw error
    }
    const saved: Snapshot = JSON.parse(text)
    if (saved.format !== FORMAT) return false
    const { sandbox } = this
    sandbox.corps.clear()
    for (const record of saved.corps) sandbox.corps.set(record.corpid, new Corp(movedTo(filledUp(record, saved.productOrigin), saved.productOrigin, sandbox.product.origin)))
    sandbox.chats.restore(saved.chats)
    sandbox.pages.restore(saved.pages ?? [])
    sandbox.credentials.restore(saved.credentials)
    sandbox.settings = saved.settings
    sandbox.clock.shiftMs = saved.shiftMs
    return true
  }

  /** Writes soon; many changes make one write. */
  soon(): void {
    if (this.timer !== undefined) return
    this.timer = setTimeout(() => {
      this.timer = undefined
      this.writing = this.writing.then(() => this.write()).catch((error: unknown) => {
        this.sandbox.log(`快照没有写成：${error instanceof Error ? error.message : String(error)}`)
      })
    }, DEBOUNCE_MS)
  }

  /** Writes what is outstanding, for an orderly end. */
  async flush(): Promise<void> {
    await this.writing
    if (this.timer === undefined) return
    clearTimeout(this.timer)
    this.timer = undefined
    mkdirSync(this.dir, { recursive: true })
    writeFileSync(join(this.dir, `${FILE}.new`), this.text())
    renameSync(join(this.dir, `${FILE}.new`), join(this.dir, FILE))
  }

  private async write(): Promise<void> {
    await mkdir(this.dir, { recursive: true })
    await writeFile(join(this.dir, `${FILE}.new`), this.text())
    await rename(join(this.dir, `${FILE}.new`), join(this.dir, FILE))
  }

  private text(): string {
    const { sandbox } = this
    const snapshot: Snapshot = {
      format: FORMAT, productOrigin: sandbox.product.origin, shiftMs: sandbox.clock.shiftMs, settings: sandbox.settings,
      corps: [...sandbox.corps.values()].map((corp) => corp.record()), chats: sandbox.chats.record(),
      pages: sandbox.pages.record(), credentials: sandbox.credentials.record(),
    }
    return JSON.stringify(snapshot)
  }
}

/** Older files know no official accounts, or nobody who follows one, and no contact ways: the demo corp gets her account. */
function filledUp(saved: SavedCorp, productOrigin: string): CorpRecord {
  const { officialAccount = saved.corpid === DEMO_CORP.corpid ? configuredAccount(DEMO_CORP, productOrigin) : null, contactWays = [] } = saved
  return { ...saved, officialAccount: officialAccount && { decidedFollowers: {}, ...officialAccount }, contactWays }
}

/** The product may have another address than last time; what pointed at it follows. */
function movedTo(record: CorpRecord, from: string, to: string): CorpRecord {
  if (from === to) return record
  const url = (value: string): string => (value.startsWith(from) ? to + value.slice(from.length) : value)
  const host = (value: string): string => (value === new URL(from).host ? new URL(to).host : value)
  return {
    ...record, app: { ...record.app, homeUrl: url(record.app.homeUrl) }, loginDomain: host(record.loginDomain),
    trustedDomain: { ...record.trustedDomain, domain: host(record.trustedDomain.domain) },
    callback: record.callback === null ? null : { ...record.callback, url: url(record.callback.url) },
    officialAccount: record.officialAccount === null ? null : { ...record.officialAccount, oauthDomain: host(record.officialAccount.oauthDomain) },
    pages: record.pages.map((page) => ({ ...page, url: url(page.url) })),
  }
}
