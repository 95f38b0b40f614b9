import type { FastifyReply } from 'fastify'
import type { Platform } from '../../platform/platform.ts'
import { authorizeUrl, getFollowerUnionId, getUnionId, redeemCode } from '../../wechat/index.ts'
import type { Corp, Corps } from '../corps/index.ts'
import { createSignInDoor } from '../identity/index.ts'
import type { Accounts } from './accounts.ts'
import type { AccountProofs } from './tables.ts'

/** Who somebody is to the corp's account, and everywhere under its 开放平台 account. */
export interface AccountPerson { openId: string; unionId: string | null }

/** What was seen a while ago need not be written again with each reader. */
const SEEN_AGAIN_MS = 60 * 60 * 1000
/** A page waits for the unionid of its reader, but not for ever. */
const PATIENCE_MS = 4_000

export type AccountSignIn = ReturnType<typeof createAccountSignIn>

/** Sign-in through the corp's official account, for people in WeChat (MAT-15). What happens on the way is remembered as proof. */
export function createAccountSignIn(platform: Platform, needs: { corps: Pick<Corps, 'byId'>; accounts: Accounts }) {
  const { clock, config, log } = platform
  const { accounts } = needs
  const door = createSignInDoor<AccountPerson>(platform, needs, { name: 'wechat', personOf })

  async function personOf(corp: Corp, code: string): Promise<AccountPerson> {
    const account = await accounts.byCorp(corp.id)
    if (!account) throw new Error('the corp has no official account any more')
    const client = account.client()
    try {
      const visitor = await redeemCode(client, code)
      // WeChat shows a copy of the page to somebody made up.
      if (visitor.snapshot) throw new Error('a snapshot of a page names nobody')
      const { openId } = visitor
      const unionId = visitor.unionId ?? await patiently(corp.id, account.readerSignIn === 'ask' ? getUnionId(client, visitor) : getFollowerUnionId(client, openId))
      await seen(corp.id, account.proofs, unionId)
      return { openId, unionId }
    } catch (error) {
      await accounts.refused(corp.id, error)
      throw error
    }
  }

  /** Without a unionid she is known by her openid: nothing that fails here is worth more than her page. */
  async function patiently(corpId: number, unionId: Promise<string | null>): Promise<string | null> {
    const late = new Promise<null>((done) => setTimeout(() => done(null), PATIENCE_MS).unref())
    const told = unionId.catch(async (error: unknown) => {
      log.warn({ err: error, corpId }, 'a reader’s unionid could not be read')
      await accounts.refused(corpId, error)
      return null
    })
    return await Promise.race([told, late])
  }

  async function seen(corpId: number, { oauthAt = 0, unionIdAt = 0, refused: refusal }: AccountProofs, unionId: string | null): Promise<void> {
    const now = clock.now()
    const isNew = (at: number) => now - at > SEEN_AGAIN_MS
    if (!isNew(oauthAt) && (unionId === null || (!isNew(unionIdAt) && !refusal))) return
    // Who got a unionid was refused nothing.
    await accounts.prove(corpId, { oauthAt: now, ...(unionId === null ? {} : { unionIdAt: now, refused: null }) })
  }

  return {
    personOf,
    on: door.on,
    routes: door.routes,
    /** Sends the browser to the account's authorize page; null for a corp without an account. */
    async start(reply: FastifyReply, corp: Corp, purpose: string, payload: string): Promise<FastifyReply | null> {
      const account = await accounts.byCorp(corp.id)
      if (!account) return null
      const scope = account.readerSignIn === 'ask' ? 'snsapi_userinfo' : 'snsapi_base'
      return door.open(reply, { corp, purpose, payload }, (back) => authorizeUrl(config.wecom.oauthBase, { appId: account.appId, ...back }, scope))
    },
  }
}
