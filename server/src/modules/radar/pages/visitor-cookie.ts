import type { FastifyReply, FastifyRequest } from 'fastify'
import { createSigner, randomToken } from '../../../platform/crypto/secret-box.ts'
import { VISITOR_COOKIE } from '../../../platform/http/cookies.ts'

const YEAR_SECONDS = 365 * 24 * 60 * 60

/** A reader's device. It is known to all corps by the same random id, which tells nothing by itself. */
export interface Visitor {
  visitorId: string
  /** The corp for which WeChat was last asked who this is, and when (epoch ms): not again for a while. */
  askedCorpId: number
  askedAt: number
  /** The corp that the reader turned out to be a member of: her reading is a preview (MAT-12). 0: none. */
  memberOf: number
}

/** The signed cookie `zk_visitor`: httpOnly, first party, one year (architecture §4). */
export function createVisitorCookie(config: { appKey: Buffer; secure: boolean }) {
  const signer = createSigner(config.appKey, 'visitor')
  return {
    /** Null when there is none, or none of ours. */
    read(request: FastifyRequest): Visitor | null {
      const cookie = request.cookies[VISITOR_COOKIE]
      const [mark, visitorId, askedCorpId, askedAt, memberOf] = (cookie ? signer.verify(cookie) : null)?.split('|') ?? []
      if (mark !== 'v1' || !visitorId) return null
      return { visitorId, askedCorpId: Number(askedCorpId), askedAt: Number(askedAt), memberOf: Number(memberOf) }
    },
    fresh: (): Visitor => ({ visitorId: randomToken(12), askedCorpId: 0, askedAt: 0, memberOf: 0 }),
    write(reply: FastifyReply, visitor: Visitor): void {
      const value = signer.sign(['v1', visitor.visitorId, visitor.askedCorpId, visitor.askedAt, visitor.memberOf].join('|'))
      reply.setCookie(VISITOR_COOKIE, value, { path: '/', httpOnly: true, sameSite: 'lax', secure: config.secure, maxAge: YEAR_SECONDS })
    },
  }
}
