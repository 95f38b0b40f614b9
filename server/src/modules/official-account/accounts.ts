import { createHash } from 'node:crypto'
import type { ReaderSignIn } from '@zhike/shared'
import { createRowCache } from '../../platform/db/row-cache.ts'
import type { Platform } from '../../platform/platform.ts'
import { callerIpOf, codeOf, createWechatGateway, explainErrcode, WechatError } from '../../wechat/index.ts'
import type { WechatClient } from '../../wechat/index.ts'
import { accountOf } from './store.ts'
import type { AccountRow, ProofChanges } from './store.ts'
import type { AccountProofs } from './tables.ts'

/** The official account of a corp. Its secret is opened when WeChat is to be asked, not before. */
export interface Account { appId: string; readerSignIn: ReaderSignIn; proofs: AccountProofs; client: () => WechatClient }

export type Accounts = ReturnType<typeof createAccounts>

/** The accounts with their sealed secrets, and the way to WeChat for each of them. */
export function createAccounts(platform: Platform) {
  const { clock, config, db, metrics, secrets } = platform
  const rows = createRowCache<number, AccountRow>(clock)
  const clients = new Map<string, WechatClient>()
  const gateway = createWechatGateway({
    baseUrl: config.wechat.apiBase, redis: platform.redis, clock, log: platform.log, cipherKey: createHash('sha256').update(config.appKey).update('wechat-credentials').digest(),
    onCall: ({ api, errcode }) => metrics.wechatCalls.inc({ api, errcode: errcode === null ? 'none' : String(errcode) }),
  })

  const context = (corpId: number) => `official_accounts.app_secret:${corpId}`
  const secretOf = (row: AccountRow) => secrets.open(row.appSecret, context(row.corpId))

  function clientOf(row: AccountRow): WechatClient {
    const key = `${row.corpId}:${row.version}:${row.updatedAt}`
    const known = clients.get(key)
    if (known) return known
    const client = gateway.clientFor({ appId: row.appId, secret: secretOf(row) })
    if (clients.size > 500) clients.clear()
    clients.set(key, client)
    return client
  }

  async function prove(corpId: number, proofs: ProofChanges): Promise<void> {
    await accountOf(db, corpId).mergeProofs(proofs)
    rows.clear()
  }

  return {
    clientFor: gateway.clientFor, clientOf, secretOf, prove,
    seal: (corpId: number, secret: string): string => secrets.seal(secret, context(corpId)),
    /** From a cache of two seconds: readers' pages ask for it. */
    async byCorp(corpId: number): Promise<Account | null> {
      const row = await rows.get(corpId, () => accountOf(db, corpId).read())
      return row ? { appId: row.appId, readerSignIn: row.readerSignIn, proofs: row.proofs, client: () => clientOf(row) } : null
    },
    /** After a change of the row. */
    forget: (): void => rows.clear(),
    /**
     * Remembers what an administrator has to mend; a reader's own trouble, such as a code used twice, is not. A wrong secret is no
     * account any more; what is mended at WeChat leaves it one. @returns whether it was remembered
     */
    async refused(corpId: number, error: unknown): Promise<boolean> {
      if (!(error instanceof WechatError) || error.reason !== 'errcode') return false
      const { cause, errcode } = explainErrcode(codeOf(error), null)
      if (cause !== 'appId' && cause !== 'secret' && cause !== 'console') return false
      await prove(corpId, { refused: { code: errcode, ip: callerIpOf(error.errmsg) ?? undefined, at: clock.now() }, ...(cause === 'console' ? {} : { secretAt: null }) })
      return true
    },
  }
}
