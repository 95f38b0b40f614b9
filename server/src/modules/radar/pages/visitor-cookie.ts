import type { FastifyReply, FastifyRequest } from 'fastify'
import { createSigner, randomToken } from '../../../platform/crypto/secret-box.ts'
import { VISITOR_COOKIE } from '../../../platform/http/cookies.ts'

const YEAR_SECONDS = 365 * 24 * 60 * 60

/** Who can be asked who reads: WeCom, and the corp's official account. */
export type Asked = 'wecom' | 'account'

/** A reader's device. It is known to all corps by the same random id, which tells nothing by itself. */
export interface Visitor {
  visitorId: string
  /** For which corp each was last asked who this is, and when (epoch ms): not again for a while. */
  asked: Record<Asked, { corpId: number; at: number }>
  /** The corp that the reader turned out to be a member of: her reading is a preview (MAT-12). 0: none. */
  memberOf: number
}

/** The signed cookie `zk_visitor`: httpOnly, first party, one year (architecture §4). */
export function createVisitorCookie(config: { appKey: Buffer; secure: boolean }) {
  const signer = createSigner(config.appKey, 'visitor')
  return {
    /**
     * Null when there is none, or none of ours. What was added later stands at the end of v1, so that a process of before, still
     * running during an upgrade, knows the reader too.
     */
    read(request: FastifyRequest): Visitor | null {
      const cookie = request.cookies[VISITOR_COOKIE]
      const [mark, visitorId, wecomFor, wecomAt, memberOf, accountFor = 0, accountAt = 0] = (cookie ? signer.verify(cookie) : null)?.split('|') ?? []
      if (mark !== 'v1' || !visitorId) return null
      return { visitorId, asked: { wecom: { corpId: Number(wecomFor), at: Number(wecomAt) }, account: { corpId: Number(accountFor), at: Number(accountAt) } }, memberOf: Number(memberOf) }
    },
    fresh: (): Visitor => ({ visitorId: randomToken(12), asked: { wecom: { corpId: 0, at: 0 }, account: { corpId: 0, at: 0 } }, memberOf: 0 }),
    write(reply: FastifyReply, { visitorId, asked: { wecom, account }, memberOf }: Visitor): void {
      const value = signer.sign(['v1', visitorId, wecom.corpId, wecom.at, memberOf, account.corpId, account.at].join('|'))
      reply.setCookie(VISITOR_COOKIE, value, { path: '/', httpOnly: true, sameSite: 'lax', secure: config.secure, maxAge: YEAR_SECONDS })
    },
  }
}
export type VisitorCookie = ReturnType<typeof createVisitorCookie>
