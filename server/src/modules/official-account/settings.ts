import type { ReaderSignIn } from '@zhike/shared'
import type { OfficialAccountState } from '@zhike/shared/contract'
import { inTransaction } from '../../platform/db/transaction.ts'
import { AppError, invalid, notFound } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import { callerIpOf, explainWechatError, WechatError } from '../../wechat/index.ts'
import type { WechatClient } from '../../wechat/index.ts'
import type { Audit } from '../audit/index.ts'
import type { SetupCaller } from '../identity/index.ts'
import type { Accounts } from './accounts.ts'
import { findingOf } from './findings.ts'
import { accountOf } from './store.ts'
import type { AccountRow } from './store.ts'
import type { AccountProofs } from './tables.ts'

/** The form; a secret left out stays as it is. */
interface AccountForm { appId: string; secret?: string; readerSignIn: ReaderSignIn; domainFile: string | null }

export type AccountSettings = ReturnType<typeof createAccountSettings>

/** The card of the set-up page: what is entered, what was seen working, what is still to be done at WeChat. */
export function createAccountSettings(platform: Platform, needs: { audit: Audit; accounts: Accounts }) {
  const { clock, config, db } = platform
  const { accounts } = needs

  async function state({ corpId, corp }: SetupCaller): Promise<OfficialAccountState> {
    const row = await accountOf(db, corpId).read()
    const paste = { oauthDomain: new URL(config.baseUrl).host, tryUrl: `${config.baseUrl}/auth/wechat/${encodeURIComponent(corp.wecomCorpId)}` }
    const { secretAt = null, oauthAt = null, unionIdAt = null, domainFile = null } = row?.proofs ?? {}
    return {
      account: row ? { appId: row.appId, readerSignIn: row.readerSignIn, domainFile } : null, ...findingOf(row, paste),
      seen: { secretAt, signInAt: oauthAt, unionIdAt }, paste,
    }
  }

  /**
   * Asks WeChat whether it takes the secret from here. What the administrator mends at WeChat is no reason not to save it.
   * @throws AppError `invalid` at the field that is wrong; `wecom` when WeChat could not say
   */
  async function checked(client: WechatClient): Promise<Pick<AccountProofs, 'secretAt' | 'refused'>> {
    try {
      await client.check()
      return { secretAt: clock.now() }
    } catch (error) {
      if (!(error instanceof WechatError)) throw error
      const { message, advice, cause, errcode } = explainWechatError(error)
      if (cause === 'appId' || cause === 'secret') throw invalid(message, { [cause]: `${message}${advice}` })
      if (cause !== 'console') throw notTold(error)
      return { refused: { code: errcode, ip: callerIpOf(error.errmsg) ?? undefined, at: clock.now() } }
    }
  }

  const seenOf = (row: AccountRow | undefined) => (row ? { appId: row.appId, readerSignIn: row.readerSignIn, domainFile: row.proofs.domainFile ?? null } : null)

  return {
    state,
    async save(caller: SetupCaller, { appId, secret, readerSignIn, domainFile }: AccountForm, from: string): Promise<OfficialAccountState> {
      const { corpId } = caller
      const before = await accountOf(db, corpId).read()
      const same = before?.appId === appId ? before : undefined
      const known = secret ?? (same && accounts.secretOf(same))
      if (known === undefined) throw invalid('请填写 AppSecret', { secret: before ? '换了 AppID，请一起填写它的 AppSecret' : '请填写 AppSecret' })
      const found = await checked(accounts.clientFor({ appId, secret: known }))
      // What was seen of another account, or of a secret before this one, proves nothing.
      const { oauthAt, unionIdAt, secretAt } = same?.proofs ?? {}
      const proofs: AccountProofs = { ...(secret === undefined ? { secretAt } : {}), oauthAt, unionIdAt, ...found, domainFile: domainFile ?? undefined }
      await inTransaction(db, async (tx) => {
        await accountOf(tx, corpId).save({ appId, readerSignIn, appSecret: accounts.seal(corpId, known), proofs }, clock.now())
        const entry = { corpId, actorId: caller.viewer?.staffId ?? null, subject: appId, from }
        const after = { appId, readerSignIn, domainFile }
        if (JSON.stringify(seenOf(before)) !== JSON.stringify(after)) await needs.audit.record(tx, { ...entry, action: 'official_account.changed', before: seenOf(before), after })
        if (secret !== undefined) await needs.audit.record(tx, { ...entry, action: 'official_account.secret_changed' })
      })
      accounts.forget()
      return await state(caller)
    },
    async check(caller: SetupCaller): Promise<OfficialAccountState> {
      const row = await accountOf(db, caller.corpId).read()
      if (!row) throw notFound('公众号')
      try {
        await accounts.clientOf(row).check()
        await accounts.prove(caller.corpId, { secretAt: clock.now(), refused: null })
      } catch (error) {
        if (!(error instanceof WechatError)) throw error
        if (!(await accounts.refused(caller.corpId, error))) throw notTold(error)
      }
      return await state(caller)
    },
    async remove(caller: SetupCaller, from: string): Promise<OfficialAccountState> {
      const { corpId } = caller
      await inTransaction(db, async (tx) => {
        const row = await accountOf(tx, corpId).read()
        if (!row) return
        await accountOf(tx, corpId).remove()
        await needs.audit.record(tx, { corpId, actorId: caller.viewer?.staffId ?? null, action: 'official_account.removed', subject: row.appId, before: seenOf(row), from })
      })
      accounts.forget()
      return await state(caller)
    },
  }
}

/** WeChat could not say whether it takes the secret. */
function notTold(error: WechatError): AppError {
  const { message, advice, errcode } = explainWechatError(error)
  return new AppError('wecom', message, { errcode, advice }, { cause: error })
}
