import { randomBytes } from 'node:crypto'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { forwarderTo } from './forward.ts'
import type { DeviceRequest } from './protocol/native-bridge.ts'

/**
 * What the product's web process loads in sandbox mode, and only then: `/sandbox/*` leads to the sandbox
 * process, product pages get the shim, and each simulated device keeps product cookies of its own.
 */
interface GateOptions {
  /** Origin of the sandbox process, e.g. http://127.0.0.1:3001 */
  sandboxUrl: string
  /** Product cookie per device slot. */
  cookies: { wecom: string; wechat: string }
}

const SHIM = '<script src="/sandbox/shim.js"></script>'
const JAR_COOKIE = 'zk_sandbox'
const WECHAT_UA = ' MicroMessenger/8.0.50'
const CUSTOMER_PAGE = /^\/(r|m|p|g)\//
const MONTH_SECONDS = 30 * 86_400

const deviceRequest: z.ZodType<DeviceRequest> = z.object({
  device: z.custom<DeviceRequest['device']>((value) => typeof value === 'string' && /^(staff:[^:]+:.+|customer:.+)$/.test(value) && value.length <= 200),
  slot: z.enum(['wecom', 'wechat']),
})

/** Which device holds each slot of this browser now; travels in the cookie, so that it outlives a restart. */
const jarCookie = z.object({ id: z.string(), wecom: z.string().optional(), wechat: z.string().optional() })
type Jar = z.output<typeof jarCookie>

function isProductPage(request: FastifyRequest): boolean {
  return !/^\/sandbox(\/|\?|$)/.test(request.url)
}

/** Fastify plugin; applies to the whole app it is registered in (no encapsulation). */
export async function sandboxGate(app: FastifyInstance, options: GateOptions): Promise<void> {
  app.addHook('onRequest', async (request, reply) => {
    if (request.url === '/' && (request.method === 'GET' || request.method === 'HEAD')) return reply.redirect('/sandbox/', 302)
    // The simulated phone cannot change the HTTP header of its page; the server shall see what it would in WeChat.
    if (request.headers['sec-fetch-dest'] === 'iframe' && CUSTOMER_PAGE.test(request.url)) {
      request.headers['user-agent'] = `${request.headers['user-agent'] ?? 'Mozilla/5.0'}${WECHAT_UA}`
    }
  })

  app.addHook('onSend', async (request, reply, payload) => {
    const type = String(reply.getHeader('content-type') ?? '')
    if (!type.startsWith('text/html') || !isProductPage(request) || request.method === 'HEAD' || reply.statusCode === 304) return payload
    const html = await htmlOf(payload, String(reply.getHeader('content-encoding') ?? ''))
    if (html === undefined) return payload
    const body = withShim(html)
    reply.removeHeader('content-encoding')
    void reply.header('content-length', Buffer.byteLength(body))
    return body
  })

  const shelf: Shelf = { saved: new Map(), holders: new Map() }
  app.addHook('onSend', async (request, reply) => keepLateCookies(request, reply, options, shelf))
  await app.register(async (sandbox) => {
    sandbox.post('/sandbox/device', (request, reply) => switchDevice(request, reply, options, shelf))
  })

  await app.register(async (proxy) => {
    // Bodies pass through untouched, whatever they are.
    proxy.removeAllContentTypeParsers()
    proxy.addContentTypeParser('*', (_request, body, done) => done(null, body))
    const { forward, close } = forwarderTo(options.sandboxUrl, (header) => withoutProductCookies(header, options))
    proxy.addHook('onClose', async () => close())
    proxy.all('/sandbox', forward)
    proxy.all('/sandbox/web/*', (request, reply) => forward(request, withoutHeaders(reply)))
    proxy.all('/sandbox/*', forward)
  })
}
// Hooks must reach the product's own routes.
Object.assign(sandboxGate, { [Symbol.for('skip-override')]: true })

function withoutProductCookies(header: string, options: GateOptions): string {
  return header.split(/;\s*/).filter((pair) => !Object.values(options.cookies).some((name) => pair.startsWith(`${name}=`))).join('; ')
}

/** Other people's sites don't have the product's security headers (the product's hooks set them on either of the two). */
function withoutHeaders(reply: FastifyReply): FastifyReply {
  for (const name of Object.keys(reply.getHeaders())) {
    reply.removeHeader(name)
    reply.raw.removeHeader(name)
  }
  return reply
}

/** Body of a page as text; undefined when it is nothing to be read. */
async function htmlOf(payload: unknown, encoding: string): Promise<string | undefined> {
  let bytes: Buffer
  if (typeof payload === 'string') bytes = Buffer.from(payload)
  else if (Buffer.isBuffer(payload)) bytes = payload
  else if (isAsyncBytes(payload)) {
    const chunks: Buffer[] = []
    for await (const chunk of payload) chunks.push(Buffer.from(chunk))
    bytes = Buffer.concat(chunks)
  } else return undefined
  if (encoding === 'br') return brotliDecompressSync(bytes).toString('utf8')
  if (encoding === 'gzip') return gunzipSync(bytes).toString('utf8')
  return bytes.toString('utf8')
}

function isAsyncBytes(payload: unknown): payload is AsyncIterable<Uint8Array> {
  return typeof payload === 'object' && payload !== null && Symbol.asyncIterator in payload
}

/** The shim as first child of <head>, before any other script. */
function withShim(html: string): string {
  const head = /<head(\s[^>]*)?>/i.exec(html)
  if (head === null) return SHIM + html
  const end = head.index + head[0].length
  return html.slice(0, end) + SHIM + html.slice(end)
}

// ---- cookie jars ----

function cookiesOf(request: FastifyRequest): Map<string, string> {
  const cookies = new Map<string, string>()
  for (const pair of (request.headers.cookie ?? '').split(/;\s*/)) {
    const at = pair.indexOf('=')
    if (at > 0) cookies.set(pair.slice(0, at), pair.slice(at + 1))
  }
  return cookies
}

function jarOf(value: string | undefined): Jar {
  const fresh = { id: randomBytes(16).toString('hex') }
  if (value === undefined) return fresh
  try {
    const parsed = jarCookie.safeParse(JSON.parse(Buffer.from(value, 'base64url').toString('utf8')))
    return parsed.success ? parsed.data : fresh
  } catch (error) {
    if (error instanceof SyntaxError) return fresh
    throw error
  }
}

/** Product cookies of devices that hold no slot now, and which device holds one: `jar slot device`, `jar slot`. */
interface Shelf { saved: Map<string, string>; holders: Map<string, string> }

/** A sign-in that was under way when the browser changed hands belongs to the device that began it, not to the one that has the slot now. */
async function keepLateCookies(request: FastifyRequest, reply: FastifyReply, options: GateOptions, shelf: Shelf): Promise<void> {
  const given = reply.getHeader('set-cookie')
  if (given === undefined || !isProductPage(request)) return
  const jar = jarOf(cookiesOf(request).get(JAR_COOKIE))
  const kept = [given].flat().map(String).filter((cookie) => {
    for (const slot of ['wecom', 'wechat'] as const) {
      const device = jar[slot]
      const holder = shelf.holders.get(`${jar.id} ${slot}`)
      if (device === undefined || holder === undefined || holder === device || !cookie.startsWith(`${options.cookies[slot]}=`)) continue
      const value = cookie.slice(options.cookies[slot].length + 1).split(';', 1)[0] ?? ''
      if (value !== '') shelf.saved.set(`${jar.id} ${slot} ${device}`, value)
      return false
    }
    return true
  })
  reply.removeHeader('set-cookie')
  if (kept.length > 0) void reply.header('set-cookie', kept)
}

/** Puts away the slot's cookie for the device that had it and takes out the new device's. */
function switchDevice(request: FastifyRequest, reply: FastifyReply, options: GateOptions, { saved, holders }: Shelf): FastifyReply {
  const parsed = deviceRequest.safeParse(request.body)
  // Only the sandbox's own pages may swap sessions.
  const site = request.headers['sec-fetch-site']
  if (!parsed.success || (site !== undefined && site !== 'same-origin')) return reply.code(400).send({ code: 'bad_device', message: '设备名不对' })
  const { device, slot } = parsed.data
  const cookies = cookiesOf(request)
  const jar = jarOf(cookies.get(JAR_COOKIE))
  const name = options.cookies[slot]
  const before = jar[slot]
  const secure = request.protocol === 'https' ? '; Secure' : ''
  const set = (cookie: string, value: string, maxAge: number): void => void reply.header('set-cookie', `${cookie}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${secure}`)
  holders.set(`${jar.id} ${slot}`, device)
  if (before !== device) {
    const current = cookies.get(name)
    if (before !== undefined && current !== undefined) saved.set(`${jar.id} ${slot} ${before}`, current)
    const own = saved.get(`${jar.id} ${slot} ${device}`)
    if (own === undefined) set(name, '', 0)
    else set(name, own, MONTH_SECONDS)
  }
  set(JAR_COOKIE, Buffer.from(JSON.stringify({ ...jar, [slot]: device })).toString('base64url'), MONTH_SECONDS)
  return reply.send({ ok: true, device, slot })
}
