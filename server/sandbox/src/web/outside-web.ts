import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { codeText, wayByCode } from '../world/contact-ways.ts'
import { notFound } from '../world/errors.ts'
import type { Sandbox } from '../world/sandbox.ts'
import { gbkOf } from './gbk.ts'
import { naughtySites } from './naughty.ts'
import { barePage, gbkPage, unframedPage } from './plain-pages.ts'
import { qrPng } from './qr.ts'
import { scenePng } from './scenes.ts'
import { storeGuidePage } from './store-guide.ts'
import { wechatArticlePage } from './wechat-article.ts'

/**
 * Other people's sites lie on another origin than ours. Here all share one host, so their pages get an origin of their own by
 * policy: neither they nor the product can look into the other.
 */
const ORIGIN_OF_ITS_OWN = 'sandbox allow-scripts allow-forms allow-popups allow-modals allow-downloads'
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

/** The world wide web outside of corp and product, as far as materials need it: `/sandbox/web/*`. */
export async function outsideWeb(app: FastifyInstance, options: { sandbox: Sandbox }): Promise<void> {
  const { sandbox } = options
  // These sites know nothing of the sandbox's own rules.
  app.addHook('onRequest', async (_request, reply) => {
    void reply.removeHeader('referrer-policy').removeHeader('x-content-type-options').header('content-security-policy', ORIGIN_OF_ITS_OWN)
  })

  const html = (reply: FastifyReply, text: string): FastifyReply => reply.type('text/html; charset=utf-8').send(text)
  app.get('/parking', (request, reply) => html(reply, storeGuidePage(originOf(request))))
  app.get('/article', (request, reply) => html(reply, wechatArticlePage(originOf(request))))
  app.get('/bare', (_request, reply) => html(reply, barePage()))
  app.get('/gbk', (_request, reply) => reply.type('text/html').send(gbkOf(gbkPage())))
  app.get('/unframed', (request, reply) => {
    if (!isOpenedOnItsOwn(request)) void reply.header('x-frame-options', 'DENY')
    return html(reply, unframedPage(originOf(request)))
  })
  app.get('/unframed-csp', (request, reply) => {
    if (!isOpenedOnItsOwn(request)) void reply.header('content-security-policy', `${ORIGIN_OF_ITS_OWN}; frame-ancestors 'none'`)
    return html(reply, unframedPage(originOf(request)))
  })

  app.get('/pictures/:file', (request, reply) => {
    const { file } = z.object({ file: z.string() }).parse(request.params)
    const png = scenePng(file.replace(/\.png$/, ''))
    if (png === undefined) throw notFound('这张图片')
    return reply.type('image/png').header('cache-control', 'public, max-age=3600').send(png)
  })
  // The host of WeCom's pictures: the code of a contact way, for as long as there is the way.
  app.get('/qr/:file', (request, reply) => {
    const { file } = z.object({ file: z.string() }).parse(request.params)
    const way = wayByCode(sandbox, file.replace(/\.png$/, ''))
    if (way === undefined) throw notFound('这个二维码')
    return reply.type('image/png').header('cache-control', 'public, max-age=3600').send(qrPng(codeText(way.code)))
  })
  app.get('/pixel.gif', (_request, reply) => reply.type('image/gif').header('cache-control', 'no-store').send(PIXEL))
  await app.register(naughtySites, { ...options, prefix: '/bad' })
}

/** The origin as whoever asks sees it; the product's gate says under which host it was asked. */
function originOf(request: FastifyRequest): string {
  const first = (name: string): string | undefined => [request.headers[name]].flat()[0]
  return `${first('x-forwarded-proto') ?? request.protocol}://${first('x-forwarded-host') ?? request.host}`
}

/**
 * The phone's browser is a frame of the desk, too, but what it opens stands on its own. It is known by who asks: the desk itself,
 * or a tap of the person; a page that frames another asks without either.
 */
function isOpenedOnItsOwn(request: FastifyRequest): boolean {
  if (request.headers['sec-fetch-dest'] !== 'iframe') return false
  const from = request.headers.referer ?? ''
  return request.headers['sec-fetch-user'] === '?1' || (URL.canParse(from) && new URL(from).pathname === '/sandbox/')
}
