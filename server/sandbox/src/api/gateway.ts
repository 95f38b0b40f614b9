import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ApiFault } from '../protocol/faults.ts'
import type { Corp } from '../world/corp.ts'
import type { Sandbox } from '../world/sandbox.ts'
import { answerApi, plainIp, queryOf } from './answering.ts'
import { basicRoutes } from './basics.ts'
import { contactWayRoutes } from './contact-ways.ts'
import { contactRoutes } from './contacts.ts'
import { customerRoutes } from './customers.ts'
import { groupRoutes } from './groups.ts'
import { mediaRoutes } from './media.ts'
import { messageRoutes } from './messages.ts'
import type { ApiAnswer, ApiRoute, UploadedFile } from './route.ts'
import { tagRoutes } from './tags.ts'
import { WecomError, errmsgOf } from './wecom-error.ts'

const MINUTE_MS = 60_000
const CALLS_PER_MINUTE = 10_000
const MAX_BODY = 25 * 1024 * 1024

const ROUTES: ApiRoute[] = [
  ...basicRoutes, ...contactRoutes, ...customerRoutes, ...tagRoutes, ...groupRoutes, ...contactWayRoutes, ...messageRoutes, ...mediaRoutes,
]

/** Token → corp: 41001 missing, 40014 unknown, 42001 expired, 50003 app switched off. */
function corpOfToken(sandbox: Sandbox, token: string | undefined): Corp {
  if (token === undefined || token === '') throw new WecomError(41001)
  const state = sandbox.credentials.tokenState(token)
  if (state.state === 'unknown') throw new WecomError(40014)
  if (state.state === 'expired') throw new WecomError(42001)
  const corp = sandbox.corps.get(state.corpid)
  if (corp === undefined) throw new WecomError(40014)
  if (!corp.app.enabled) throw new WecomError(50003)
  return corp
}

/** Everything that is checked before an API looks at its parameters. */
function admit(sandbox: Sandbox, route: ApiRoute, corp: Corp, ip: string): void {
  const trusted = corp.trustedIps.includes(ip) || (ip === '::1' && corp.trustedIps.includes('127.0.0.1'))
  if (!trusted) throw new WecomError(60020)
  // getuserinfo with a valid code is exempt from the base limit (wecom-api/00 §4).
  if (route.path !== '/cgi-bin/auth/getuserinfo' && !sandbox.limits.take(`api ${corp.corpid} ${route.path}`, CALLS_PER_MINUTE, MINUTE_MS)) throw new WecomError(45009)
  if (route.scope === 'customer' && !corp.customerApiAllowed) throw new WecomError(48002)
}

async function fileOf(request: FastifyRequest): Promise<UploadedFile | undefined> {
  if (!request.isMultipart()) throw new WecomError(40058, 'invalid Request Parameter: multipart expected')
  let found: UploadedFile | undefined
  for await (const part of request.parts({ limits: { fileSize: MAX_BODY } })) {
    if (part.type !== 'file') continue
    found = { name: part.filename, mime: part.mimetype, bytes: await part.toBuffer() }
  }
  return found
}

function jsonOf(request: FastifyRequest): unknown {
  if (!Buffer.isBuffer(request.body)) return {}
  try {
    return JSON.parse(request.body.toString('utf8'))
  } catch (error) {
    throw new WecomError(40058, `invalid Request Parameter: ${error instanceof Error ? error.message : 'not JSON'}`)
  }
}

/** Registers all server APIs under `/cgi-bin`; answers are HTTP 200 whatever happens, as WeCom's are. */
export async function apiGateway(app: FastifyInstance, options: { sandbox: Sandbox }): Promise<void> {
  const { sandbox } = options
  app.removeAllContentTypeParsers()
  await app.register(multipart, { limits: { fileSize: MAX_BODY, files: 4 } })
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY }, (_request, body, done) => done(null, body))

  const answer = (request: FastifyRequest, reply: FastifyReply, path: string, corpid: string, empty: Record<string, unknown>, run: () => Promise<ApiAnswer>): Promise<void> =>
    answerApi(sandbox, { request, reply, path, corpid }, (forced) => outcome(request, path, empty, forced, run))

  const outcome = async (request: FastifyRequest, path: string, empty: Record<string, unknown>, forced: ApiFault | undefined, run: () => Promise<ApiAnswer>): Promise<ApiAnswer> => {
    try {
      if (forced?.errcode !== undefined) throw new WecomError(forced.errcode, forced.errmsg)
      const body = await run()
      return 'binary' in body ? body : { errcode: 0, errmsg: 'ok', ...body }
    } catch (error) {
      if (!(error instanceof WecomError)) {
        sandbox.log(`${path}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
      }
      const refusal = error instanceof WecomError ? error : new WecomError(-1)
      return { errcode: refusal.errcode, errmsg: errmsgOf(refusal.message, refusal.errcode, plainIp(request), sandbox.clock.seconds()), ...empty, ...refusal.fields }
    }
  }

  app.route({
    method: ['GET', 'POST'],
    url: '/cgi-bin/gettoken',
    handler: async (request, reply) => {
      const { corpid, corpsecret } = queryOf(request)
      await answer(request, reply, '/cgi-bin/gettoken', corpid ?? '', { access_token: '', expires_in: 0 }, async () => {
        if (corpid === undefined || corpid === '') throw new WecomError(41002)
        if (corpsecret === undefined || corpsecret === '') throw new WecomError(41004)
        const corp = sandbox.corps.get(corpid)
        if (corp === undefined) throw new WecomError(40013)
        if (corp.app.secret !== corpsecret) throw new WecomError(40001)
        if (!corp.app.enabled) throw new WecomError(50003)
        const { token, expiresIn } = sandbox.credentials.issueToken(corp)
        sandbox.onChange()
        return { access_token: token, expires_in: expiresIn }
      })
      return reply
    },
  })

  for (const route of ROUTES) {
    app.route({
      method: ['GET', 'POST'],
      url: route.path,
      handler: async (request, reply) => {
        const query = queryOf(request)
        const state = sandbox.credentials.tokenState(query.access_token ?? '')
        await answer(request, reply, route.path, state.state === 'valid' ? state.corpid : '', route.empty, async () => {
          const corp = corpOfToken(sandbox, query.access_token)
          admit(sandbox, route, corp, plainIp(request))
          if (request.method !== route.method) throw new WecomError(40058, `invalid Request Parameter: require ${route.method} method`)
          const file = route.multipart ? await fileOf(request) : undefined
          const body = route.method === 'POST' && !route.multipart ? jsonOf(request) : undefined
          return route.run({ sandbox, corp, query, body, range: request.headers.range, file })
        })
        return reply
      },
    })
  }

  // Paths this WeCom does not know.
  app.all('/cgi-bin/*', async (request, reply) => {
    const path = new URL(request.url, 'http://sandbox').pathname
    await answer(request, reply, path, '', {}, async () => {
      corpOfToken(sandbox, queryOf(request).access_token)
      throw new WecomError(48002)
    })
    return reply
  })
}
