import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Platform } from '../../../platform/platform.ts'
import type { SignedInPerson } from '../../../wecom/index.ts'
import type { Corp } from '../../corps/index.ts'
import type { SignedIn } from '../../identity/index.ts'
import type { AccountPerson } from '../../official-account/index.ts'
import type { RadarNeeds } from '../needs.ts'
import { wecomNames } from '../views/can-name.ts'
import { createRecognition } from './recognition.ts'
import { isWechat, isWecom } from './user-agent.ts'
import type { Asked, Visitor, VisitorCookie } from './visitor-cookie.ts'

/** Nobody is asked again for a while who could not name a reader. */
const ASK_AGAIN_MS = 10 * 60 * 1000
/** On the way back from a sign-in; old ones (in a forwarded address) mean nothing. */
const BACK_MS = 2 * 60 * 1000
/** Links of shares, previews and passed-on copies differ in length (view tickets and pictures name the same one). */
export const TOKEN = /^[A-Za-z0-9_-]{16,48}$/

/** What a reader is sent away with. `account`: the official account has told who this is a moment ago. */
const errand = z.object({ token: z.string(), visitorId: z.string(), account: z.boolean().default(false) })
type Errand = z.infer<typeof errand>

/**
 * The sign-ins that tell who reads (MAT-15): through the corp's official account, and through WeCom when that could not name her.
 * Each is tried once, one right after the other, and whatever comes of it, she gets what she opened.
 */
export function createReaderSignIn(platform: Platform, needs: RadarNeeds, cookies: VisitorCookie) {
  const { clock, log } = platform
  const { identity, officialAccounts } = needs
  const recognition = createRecognition(platform, needs)
  identity.signIn.on('reader', namedByWecom)
  officialAccounts.signIn.on('reader', namedByAccount)

  const askedLately = (visitor: Visitor, who: Asked, corp: Corp) => visitor.asked[who].corpId === corp.id && clock.now() - visitor.asked[who].at < ASK_AGAIN_MS
  const nowAsked = (visitor: Visitor, corp: Corp, ...whom: Asked[]): Visitor =>
    ({ ...visitor, asked: { ...visitor.asked, ...Object.fromEntries(whom.map((who) => [who, { corpId: corp.id, at: clock.now() }])) } })

  /** Only inside WeChat, and only of readers who are not known yet. Null: she is shown the page at once. */
  async function ask(request: FastifyRequest<{ Querystring: Record<string, unknown> }>, reply: FastifyReply, corp: Corp, visitor: Visitor, token: string): Promise<FastifyReply | null> {
    const agent = request.headers['user-agent']
    if (corp.suspended || !isWechat(agent) || isBack(request.query.back)) return null
    // Pages of official accounts don't open in WeCom.
    const account = !isWecom(agent) && !askedLately(visitor, 'account', corp) && await officialAccounts.isReady(corp.id)
    if (!account && !mayAskWecom(visitor, corp)) return null
    const known = await recognition.known(corp.id, visitor.visitorId)
    if (known === 'named') return null
    const of = { token, visitorId: visitor.visitorId, account: false }
    // The account cannot tell more of somebody whose unionid is known.
    return (account && known !== 'nameless' ? await askAccount(reply, corp, visitor, of) : null) ?? askWecom(reply, corp, visitor, of)
  }

  async function askAccount(reply: FastifyReply, corp: Corp, visitor: Visitor, of: Errand): Promise<FastifyReply | null> {
    cookies.write(reply, nowAsked(visitor, corp, 'account'))
    return await officialAccounts.signIn.start(reply, corp, 'reader', JSON.stringify(of))
  }

  function askWecom(reply: FastifyReply, corp: Corp, visitor: Visitor, of: Errand): FastifyReply | null {
    if (!mayAskWecom(visitor, corp)) return null
    cookies.write(reply, nowAsked(visitor, corp, 'wecom'))
    return identity.signIn.start(reply, corp, 'reader', JSON.stringify(of))
  }

  const mayAskWecom = (visitor: Visitor, corp: Corp) => wecomNames(corp) && !askedLately(visitor, 'wecom', corp)
  const isBack = (mark: unknown) => typeof mark === 'string' && Math.abs(clock.now() - parseInt(mark, 36)) < BACK_MS
  const toPage = (reply: FastifyReply, { token }: Errand) => reply.header('cache-control', 'no-store').redirect(TOKEN.test(token) ? `/r/${token}?back=${clock.now().toString(36)}` : '/')

  /** The reader is back from the official account. */
  async function namedByAccount({ corp, payload, outcome, request, reply }: SignedIn<AccountPerson>): Promise<FastifyReply> {
    const of = readErrand(payload)
    const visitor = cookies.read(request)
    if (visitor?.visitorId !== of.visitorId) return toPage(reply, of)
    if (outcome.kind === 'refused') {
      // Who said no is not asked another way.
      cookies.write(reply, nowAsked(visitor, corp, 'account', 'wecom'))
      return toPage(reply, of)
    }
    const settled = outcome.kind === 'person' ? await remembered(() => recognition.byAccount(corp.id, visitor.visitorId, outcome.person)) : null
    return (settled ? null : askWecom(reply, corp, visitor, { ...of, account: settled === false })) ?? toPage(reply, of)
  }

  /** The reader is back from WeCom. */
  async function namedByWecom({ corp, payload, outcome, request, reply }: SignedIn<SignedInPerson>): Promise<FastifyReply> {
    const of = readErrand(payload)
    const visitor = cookies.read(request)
    if (visitor?.visitorId === of.visitorId && outcome.kind === 'person') {
      const { person } = outcome
      if (person.kind === 'visitor') await remembered(() => recognition.byWecom(corp.id, visitor.visitorId, person, of))
      else if (person.kind === 'member') cookies.write(reply, { ...visitor, memberOf: corp.id })
    }
    return toPage(reply, of)
  }

  /** Whatever goes wrong here, she reads. Null: something did. */
  async function remembered(work: () => Promise<boolean>): Promise<boolean | null> {
    try {
      return await work()
    } catch (error) {
      log.warn({ err: error }, 'a reader who signed in could not be remembered')
      return null
    }
  }

  return { ask }
}

function readErrand(payload: string): Errand {
  const parsed = errand.safeParse(JSON.parse(payload))
  return parsed.success ? parsed.data : { token: '', visitorId: '', account: false }
}
