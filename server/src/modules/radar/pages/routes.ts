import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { randomToken } from '../../../platform/crypto/secret-box.ts'
import { isDatabaseAway } from '../../../platform/db/connect.ts'
import { allowFrame, allowInlineScripts } from '../../../platform/http/page-policy.ts'
import { wantedRange } from '../../../platform/http/ranges.ts'
import type { Platform } from '../../../platform/platform.ts'
import { sendMedia } from '../../materials/index.ts'
import type { ReaderMaterial } from '../../materials/index.ts'
import type { RadarNeeds } from '../needs.ts'
import { framedOrigin, partsOf } from './content.ts'
import { firstPictureDigest } from './first-picture.ts'
import { awayPage, trackedPage, unknownLinkPage, withdrawnPage } from './tracked-page.ts'
import type { Counted, Sender, TrackedPage } from './tracked-page.ts'
import type { RadarSettingsArea } from '../settings.ts'
import { createShareLookup } from '../shares/lookup.ts'
import type { ShareRow } from '../shares/store.ts'
import { createReaderSignIn, TOKEN } from './reader-sign-in.ts'
import { deviceOf, isMachine } from './user-agent.ts'
import { createViewRates } from './view-rates.ts'
import type { ViewTickets } from './view-ticket.ts'
import { createVisitorCookie } from './visitor-cookie.ts'
import type { Visitor } from './visitor-cookie.ts'

/** Of one address: all customers and staff in a shop share one. */
const PAGES = { most: 600, seconds: 60 }
const PICTURES = { most: 6000, seconds: 60 }

type TokenRequest = FastifyRequest<{ Params: { token: string }; Querystring: Record<string, unknown> }>

/** What a stranger sees: `/r/<token>` and its pictures. */
export function createReaderRoutes(platform: Platform, needs: RadarNeeds, tickets: ViewTickets, settings: Pick<RadarSettingsArea, 'of'>) {
  const { clock, config } = platform
  const cookies = createVisitorCookie(config)
  const signIn = createReaderSignIn(platform, needs, cookies)
  const lookup = createShareLookup(platform)
  const rates = createViewRates(platform)

  async function show(request: TokenRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { token } = request.params
    const preview = needs.materials.previewOf(token)
    if (preview) return await showPreview(reply, token, preview)
    const found = TOKEN.test(token) ? await lookup.find(token) : null
    const corp = found ? await needs.corps.byId(found.share.corpId) : null
    if (!found || !corp) return page(reply, 404, unknownLinkPage())
    const { share } = found
    const [material, sender] = await Promise.all([needs.materials.forReader(share.corpId, share.materialId), senderOf(share, token)])
    if (!material || material.deleted) return page(reply, 410, withdrawnPage(sender))
    const reads = request.method === 'GET' && !isMachine(request.headers)
    const visitor = cookies.read(request) ?? cookies.fresh()
    const colleague = visitor.memberOf === corp.id
    const asked = reads && !colleague ? await signIn.ask(request, reply, corp, visitor, token) : null
    if (asked) return asked
    if (reads) cookies.write(reply, visitor)
    const counts = reads && !colleague && !corp.suspended && share.state !== 'cancelled' && share.state !== 'failed'
    const counted = counts && await rates.mayCount(share, visitor.visitorId, request.ip) ? await countedAs(request, token, await lookup.readBy(visitor.visitorId, token, found), visitor, material) : null
    return shown(reply, { token, material, sender, counted, preview: colleague, zone: corp.zone })
  }

  /** Her card, with her code beside it if she has one. */
  async function senderOf({ corpId, staffId }: ShareRow, token: string): Promise<Sender | null> {
    const [card, code] = await Promise.all([needs.identity.businessCard(corpId, staffId), needs.contactWays.codeOf(corpId, staffId)])
    return card && { ...card, code: code && `/r/${token}/${code.src}` }
  }

  /** What makes the page count: its ticket, and the address under which this reader passes it on (MAT-19). */
  async function countedAs(request: TokenRequest, token: string, share: ShareRow, { visitorId }: Visitor, material: ReaderMaterial): Promise<Counted> {
    const ticket = tickets.issue(token, {
      corpId: share.corpId, shareId: share.id, materialId: share.materialId, staffId: share.staffId, viewKey: randomToken(12), visitorId,
      pages: partsOf(material), openedAt: clock.now(), device: deviceOf(request.headers['user-agent']),
    })
    const { consentLine } = await settings.of(share.corpId)
    return { ticket, forward: lookup.forwardToken({ corpId: share.corpId, shareId: share.id, visitorId }), consent: consentLine }
  }

  /** A link for colleagues: nobody is counted, told, or asked who she is (MAT-12). */
  async function showPreview(reply: FastifyReply, token: string, { corpId, materialId }: { corpId: number; materialId: number }): Promise<FastifyReply> {
    const [material, corp] = await Promise.all([needs.materials.forReader(corpId, materialId), needs.corps.byId(corpId)])
    if (!material || !corp) return page(reply, 404, unknownLinkPage())
    if (material.deleted) return page(reply, 410, withdrawnPage(null))
    return shown(reply, { token, material, sender: null, counted: null, preview: true, zone: corp.zone })
  }

  function shown(reply: FastifyReply, about: Pick<TrackedPage, 'token' | 'material' | 'sender' | 'counted' | 'preview' | 'zone'>): FastifyReply {
    const origin = framedOrigin(about.material, config)
    allowInlineScripts(reply, [firstPictureDigest])
    if (origin !== null) allowFrame(reply, origin)
    return page(reply, 200, trackedPage({ ...about, baseUrl: config.baseUrl, framed: origin !== null, script: needs.readerScript(), now: clock.now() }))
  }

  async function picture(request: FastifyRequest<{ Params: { token: string; name: string } }>, reply: FastifyReply): Promise<FastifyReply> {
    const of = await materialOf(request.params.token)
    const found = of && await needs.materials.pictureFor(of.corpId, of.materialId, request.params.name, versionIn(request))
    if (!found) return reply.code(404).header('cache-control', 'no-store').send()
    return reply.header('cache-control', keptFor(request, found)).header('etag', found.etag).header('content-length', found.bytes).type(found.type).send(found.body)
  }

  async function cardPicture(request: FastifyRequest<{ Params: { token: string } }>, reply: FastifyReply): Promise<FastifyReply> {
    const of = await materialOf(request.params.token)
    const found = of && await needs.materials.cardPicture(of.corpId, of.materialId, versionIn(request))
    if (!found) return reply.code(404).header('cache-control', 'no-store').send()
    // WeCom and WeChat fetch it from their servers and from other origins.
    return reply.header('cache-control', 'public, max-age=86400').header('etag', found.etag).header('cross-origin-resource-policy', 'cross-origin').type(found.type).send(found.body)
  }

  /** The code by which she adds the sender; also beside what was withdrawn (MAT-11). */
  async function contactCode(request: FastifyRequest<{ Params: { token: string } }>, reply: FastifyReply): Promise<FastifyReply> {
    const { token } = request.params
    const share = TOKEN.test(token) ? await lookup.cached(token) : null
    const found = share && await needs.contactWays.picture(share.corpId, share.staffId)
    if (!found) return reply.code(404).header('cache-control', 'no-store').send()
    return reply.header('cache-control', 'private, max-age=86400').header('etag', found.etag).type(found.type).send(found.body)
  }

  /** The video or the file. Phones ask for it in ranges. */
  async function media(request: FastifyRequest<{ Params: { token: string } }>, reply: FastifyReply): Promise<FastifyReply> {
    const of = await materialOf(request.params.token)
    const { range } = request.headers
    const found = of && await needs.materials.mediaFor(of.corpId, of.materialId, wantedRange(range), versionIn(request))
    if (!found) return reply.code(404).header('cache-control', 'no-store').send()
    if (found === 'unsatisfiable') return reply.code(416).send()
    return sendMedia(reply.header('cache-control', keptFor(request, found)), found, range !== undefined)
  }

  const materialOf = async (token: string): Promise<{ corpId: number; materialId: number } | null> =>
    needs.materials.previewOf(token) ?? (TOKEN.test(token) ? await lookup.cached(token) : null)

  return {
    register(app: FastifyInstance): void {
      const shownOrAway = async (request: TokenRequest, reply: FastifyReply) => {
        try {
          return await show(request, reply)
        } catch (error) {
          if (!isDatabaseAway(error)) throw error
          return page(reply, 503, awayPage())
        }
      }
      app.get('/r/:token', { config: { rate: PAGES } }, shownOrAway)
      app.get('/r/:token/media', { config: { rate: PICTURES } }, media)
      app.get('/r/:token/card.jpg', { config: { rate: PICTURES } }, cardPicture)
      app.get('/r/:token/contact.png', { config: { rate: PICTURES } }, contactCode)
      app.get('/r/:token/:name', { config: { rate: PICTURES } }, picture)
    },
  }
}

/**
 * Her browser keeps what an address names for good; under any other address it is what it is now. Nothing on the way keeps it: a
 * material that is withdrawn must be gone (MAT-11).
 */
const keptFor = (request: FastifyRequest, { version }: { version: string }): string => (versionIn(request) === version ? 'private, max-age=2592000, immutable' : 'private, no-cache')

/** The version of the files that the address of a picture names. */
function versionIn({ query }: FastifyRequest): string | null {
  const { v } = query as Record<string, unknown>
  return typeof v === 'string' ? v : null
}

function page(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(text)
}
