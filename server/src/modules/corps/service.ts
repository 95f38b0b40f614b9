import { createHash, randomBytes } from 'node:crypto'
import { DEFAULT_ZONE } from '@zhike/shared'
import type { FirstCorp } from '../../config.ts'
import { randomToken } from '../../platform/crypto/secret-box.ts'
import { isDuplicate } from '../../platform/db/connect.ts'
import { createRowCache } from '../../platform/db/row-cache.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { conflict } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import { createWecomGateway } from '../../wecom/index.ts'
import type { WecomClient } from '../../wecom/index.ts'
import { AppError } from '../../platform/http/errors.ts'
import { corpStore } from './store.ts'
import type { CorpRow } from './store.ts'
import type { CorpProofs } from './tables.ts'

/** A tenant as the rest of the program sees it: without its secrets. */
export interface Corp {
  id: number
  wecomCorpId: string
  name: string
  agentId: number | null
  hasSecret: boolean
  zone: string
  proofs: CorpProofs
  domainFile: string | null
  adminUserids: string[]
  suspended: boolean
  version: number
}

/** What the set-up page may change; a secret left out stays as it is. */
export interface CorpChanges {
  name?: string
  wecomCorpId?: string
  agentId?: number
  agentSecret?: string
  contactSecret?: string
  callbackKeys?: { token: string; aesKey: string }
  domainFile?: string
  adminUserids?: string[]
}

export type Corps = ReturnType<typeof createCorps>

const WECOM_CORP_ID = /^w[wx][0-9A-Za-z]{10,40}$/
const TICKET_MS = 24 * 60 * 60 * 1000

/** Tenants with their sealed secrets, and the way to WeCom for each of them (SYS-1, SYS-10). */
export function createCorps(platform: Platform) {
  const { clock, secrets, metrics, config } = platform
  const store = corpStore(platform.db)
  const gateway = createWecomGateway({
    baseUrl: config.wecom.apiBase, redis: platform.redis, clock, log: platform.log,
    cipherKey: createHash('sha256').update(config.appKey).update('wecom-credentials').digest(),
    onCall: ({ api, errcode, ms }) => {
      metrics.wecomCalls.inc({ api, errcode: errcode === null ? 'none' : String(errcode) })
      metrics.wecomSeconds.observe({ api }, ms / 1000)
    },
  })
  const byIds = createRowCache<number, CorpRow>(clock)
  const byWecomIds = createRowCache<string, CorpRow>(clock)
  const clients = new Map<string, WecomClient>()

  const rowById = (corpId: number) => byIds.get(corpId, () => store.byId(corpId))
  const forgetRows = () => {
    byIds.clear()
    byWecomIds.clear()
  }
  const seal = (corpId: number, column: string, text: string) => secrets.seal(text, `corps.${column}:${corpId}`)
  const open = (corpId: number, column: string, text: string) => secrets.open(text, `corps.${column}:${corpId}`)

  async function clientFor(corpId: number, secretColumn: 'agentSecret' | 'contactSecret'): Promise<WecomClient> {
    const row = await rowById(corpId)
    const sealed = row?.[secretColumn] ?? row?.agentSecret
    if (!row || row.agentId === null || !sealed) {
      throw new AppError('wecom', '还没有填写应用的 AgentId 和 Secret，请管理员先完成企业设置', { advice: '打开工作台 → 更多 → 企业设置' })
    }
    const key = `${row.id}:${row.version}:${secretColumn}`
    let client = clients.get(key)
    if (!client) {
      client = gateway.clientFor({ wecomCorpId: row.wecomCorpId, agentId: row.agentId, secret: open(row.id, row.agentSecret === sealed ? 'agentSecret' : 'contactSecret', sealed) })
      if (clients.size > 500) clients.clear()
      clients.set(key, client)
    }
    return client
  }

  async function change(corpId: number, changes: CorpChanges): Promise<Corp> {
    try {
      await store.update(corpId, {
        name: changes.name, wecomCorpId: changes.wecomCorpId, agentId: changes.agentId, domainFile: changes.domainFile, adminUserids: changes.adminUserids,
        agentSecret: changes.agentSecret === undefined ? undefined : seal(corpId, 'agentSecret', changes.agentSecret),
        contactSecret: changes.contactSecret === undefined ? undefined : seal(corpId, 'contactSecret', changes.contactSecret),
        callbackToken: changes.callbackKeys && seal(corpId, 'callbackToken', changes.callbackKeys.token),
        callbackAesKey: changes.callbackKeys && seal(corpId, 'callbackAesKey', changes.callbackKeys.aesKey),
        updatedAt: clock.now(),
      })
    } catch (error) {
      if (isDuplicate(error)) throw conflict('这个企业 ID 已经在本系统中登记过')
      throw error
    }
    forgetRows()
    const row = await store.byId(corpId)
    if (!row) throw new Error(`corp ${corpId} is gone`)
    return toCorp(row)
  }

  async function add(first: { wecomCorpId: string; name: string; adminUserids: string[] }): Promise<Corp> {
    const keys = newCallbackKeys()
    // Sealed texts are bound to the row's id, which is known once it stands.
    const corpId = await inTransaction(platform.db, async (tx) => {
      const corps = corpStore(tx)
      const made = await corps.insert({
        wecomCorpId: first.wecomCorpId, name: first.name, adminUserids: first.adminUserids, callbackToken: '', callbackAesKey: '',
        proofs: {}, zone: DEFAULT_ZONE, createdAt: clock.now(), updatedAt: clock.now(),
      })
      await corps.update(made, { callbackToken: seal(made, 'callbackToken', keys.token), callbackAesKey: seal(made, 'callbackAesKey', keys.aesKey) })
      return made
    })
    forgetRows()
    const row = await store.byId(corpId)
    if (!row) throw new Error('the new corp cannot be read')
    return toCorp(row)
  }

  return {
    /** From a cache of two seconds. */
    async byId(corpId: number): Promise<Corp | null> {
      const row = await rowById(corpId)
      return row ? toCorp(row) : null
    },
    async byWecomId(wecomCorpId: string): Promise<Corp | null> {
      // Anybody may ask with any text, through addresses that name a corp.
      if (!WECOM_CORP_ID.test(wecomCorpId)) return null
      const row = await byWecomIds.get(wecomCorpId, () => store.byWecomId(wecomCorpId))
      return row ? toCorp(row) : null
    },
    async active(): Promise<Corp[]> {
      return (await store.active()).map(toCorp)
    },
    /** All corps of the installation, oldest first. */
    async all(): Promise<Corp[]> {
      return (await store.all()).map(toCorp)
    },
    /** A suspended corp keeps its data; nobody signs in, its jobs rest (SYS-2). */
    async suspend(corpId: number, suspended: boolean): Promise<void> {
      await store.update(corpId, { suspended: suspended ? 1 : 0, updatedAt: clock.now() })
      forgetRows()
    },
    /** The corp's self-built app. Throws AppError `wecom` when it is not filled in yet. */
    wecom: (corpId: number) => clientFor(corpId, 'agentSecret'),
    /** For customer-contact calls: with the old 客户联系 secret when the corp still has one, else the app's (wecom-api/00 §2). */
    wecomContact: (corpId: number) => clientFor(corpId, 'contactSecret'),
    /** Token and EncodingAESKey of the callback URL. Null for an unknown corp. */
    async callbackKeys(corpId: number): Promise<{ token: string; aesKey: string; wecomCorpId: string } | null> {
      const row = await rowById(corpId)
      return row ? { token: open(row.id, 'callbackToken', row.callbackToken), aesKey: open(row.id, 'callbackAesKey', row.callbackAesKey), wecomCorpId: row.wecomCorpId } : null
    },
    /** Remembers that a link of the chain was seen working (SYS-14). */
    async prove(corpId: number, proofs: Partial<CorpProofs>): Promise<void> {
      await store.mergeProofs(corpId, proofs)
      forgetRows()
    },
    change,
    add,
    newCallbackKeys,
    /** A one-time set-up link's ticket, valid a day. */
    async issueSetupTicket(corpId: number): Promise<string> {
      const ticket = randomToken(24)
      await store.addTicket({ ticketHash: hashTicket(ticket), corpId, createdAt: clock.now(), expiresAt: clock.now() + TICKET_MS })
      return ticket
    },
    /** The corp of a set-up ticket, which can't be used again. Null when it is unknown or too old. */
    useSetupTicket: (ticket: string) => store.useTicket(hashTicket(ticket), clock.now()),
    /** Makes the corp given by the environment, or brings what the environment names up to date. */
    async ensureFirst(first: FirstCorp): Promise<Corp> {
      const known = await store.byWecomId(first.wecomCorpId)
      const corp = known ? toCorp(known) : await add({ wecomCorpId: first.wecomCorpId, name: first.name ?? first.wecomCorpId, adminUserids: first.adminUserids }).catch(async (error: unknown) => {
        // Another process made it in the same moment.
        const made = isDuplicate(error) ? await store.byWecomId(first.wecomCorpId) : undefined
        if (!made) throw error
        return toCorp(made)
      })
      const keys = { token: first.callbackToken, aesKey: first.callbackAesKey }
      return await change(corp.id, {
        name: first.name, agentId: first.agentId, agentSecret: first.agentSecret, contactSecret: first.contactSecret,
        adminUserids: first.adminUserids.length > 0 ? first.adminUserids : undefined,
        callbackKeys: keys.token && keys.aesKey ? { token: keys.token, aesKey: keys.aesKey } : undefined,
      })
    },
  }
}

function newCallbackKeys(): { token: string; aesKey: string } {
  return { token: alphanumeric(24), aesKey: alphanumeric(42) + 'A' }
}

/** WeCom takes letters and digits only. The last of 43 base64 characters carries 4 bits, so it is fixed. */
function alphanumeric(length: number): string {
  let text = ''
  while (text.length < length) text += randomBytes(48).toString('base64').replace(/[^A-Za-z0-9]/g, '')
  return text.slice(0, length)
}

function hashTicket(ticket: string): string {
  return createHash('sha256').update(ticket).digest('hex')
}

function toCorp(row: CorpRow): Corp {
  return {
    id: row.id, wecomCorpId: row.wecomCorpId, name: row.name, agentId: row.agentId, hasSecret: row.agentSecret !== null, zone: row.zone,
    proofs: row.proofs, domainFile: row.domainFile,
    adminUserids: row.adminUserids, suspended: row.suspended === 1, version: row.version,
  }
}
