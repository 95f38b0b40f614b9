import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { sandboxGate } from '@zhike/sandbox/gate'
import { startSandbox, type RunningSandbox } from '@zhike/sandbox/server'
import Fastify, { type FastifyInstance } from 'fastify'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let sandbox: RunningSandbox
let product: FastifyInstance
let base: string

beforeAll(async () => {
  sandbox = await startSandbox()
  product = Fastify({ forceCloseConnections: true })
  // As helmet does: on the raw answer, before any handler.
  product.addHook('onRequest', async (_request, reply) => {
    reply.raw.setHeader('x-frame-options', 'SAMEORIGIN')
    reply.raw.setHeader('cross-origin-resource-policy', 'same-origin')
  })
  await product.register(sandboxGate, { sandboxUrl: sandbox.url, cookies: { wecom: 'zk_session', wechat: 'zk_visitor' } })
  await product.listen({ port: 0, host: '127.0.0.1' })
  const address = product.addresses()[0]
  base = typeof address === 'object' ? `http://127.0.0.1:${address.port}` : ''
})
afterAll(async () => {
  await product.close()
  await sandbox.close()
})

const page = async (path: string): Promise<{ response: Response; html: string }> => {
  const response = await fetch(`${base}/sandbox/web/${path}`)
  return { response, html: await response.text() }
}

/** fetch refuses to set Sec-Fetch-* headers, and hides half of an endless answer; a plain request does neither. */
async function answerOf(url: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const [answer] = await once(httpRequest(url, { headers }).end(), 'response')
  return answer
}

describe('sites of other people', () => {
  it('are reached through the product as they are: no shim, no headers of the product, addresses as the reader sees them', async () => {
    const { response, html } = await page('parking')
    expect(response.status).toBe(200)
    expect(html).not.toContain('shim.js')
    expect(response.headers.get('x-frame-options')).toBeNull()
    expect(response.headers.get('cross-origin-resource-policy')).toBeNull()
    expect(html).toContain(`<meta property="og:image" content="${base}/sandbox/web/pictures/storefront.png">`)
  })

  it('have an origin of their own, so that neither side can look into the other', async () => {
    const policy = (await page('article')).response.headers.get('content-security-policy')
    expect(policy).toContain('sandbox allow-scripts')
    expect(policy).not.toContain('allow-same-origin')
  })

  it('show pictures that an image library reads', async () => {
    const picture = await fetch(`${base}/sandbox/web/pictures/storefront.png`)
    expect(picture.headers.get('content-type')).toBe('image/png')
    const { data, info } = await sharp(Buffer.from(await picture.arrayBuffer())).raw().toBuffer({ resolveWithObject: true })
    expect(info).toMatchObject({ width: 900, height: 500, channels: 3 })
    expect([...data.subarray(0, 3)], 'the sky').toEqual([0xcf, 0xe8, 0xf7])
    expect((await fetch(`${base}/sandbox/web/pictures/constructor.png`)).status).toBe(404)
  })

  it('the long article keeps its pictures in data-src, hides its body, and carries what an importer must drop', async () => {
    const { html } = await page('article')
    expect(html).toContain('<title></title>')
    expect(html.match(/data-src="http[^"]+\.png\?wx_fmt=png"/g)).toHaveLength(4)
    expect(html).toContain('id="js_content" style="visibility: hidden; opacity: 0;"')
    for (const unwanted of ['<script', 'onclick=', 'data-track=', 'pixel.gif', '<iframe', 'javascript:void', 'data-miniprogram-appid']) expect(html, unwanted).toContain(unwanted)
  })

  it('an old site sends GBK and says so in its page only', async () => {
    const response = await fetch(`${base}/sandbox/web/gbk`)
    expect(response.headers.get('content-type')).toBe('text/html')
    const bytes = await response.arrayBuffer()
    expect(new TextDecoder().decode(bytes)).not.toContain('新生儿')
    const html = new TextDecoder('gbk').decode(bytes)
    expect(html).toContain('<title>新生儿疫苗接种时间表</title>')
    expect(html).not.toContain('og:')
  })

  it('one says nothing about itself', async () => {
    const { html } = await page('bare')
    expect(html).not.toMatch(/<title|description|og:/)
  })

  it.each([['unframed', 'x-frame-options', 'DENY'], ['unframed-csp', 'content-security-policy', "frame-ancestors 'none'"]])('%s may not be framed, and opens in a browser', async (path, header, value) => {
    const url = `${base}/sandbox/web/${path}`
    const refusals = async (headers: Record<string, string>): Promise<boolean> => String((await answerOf(url, headers)).headers[header]).includes(value)
    expect(await refusals({})).toBe(true)
    expect(await refusals({ 'sec-fetch-dest': 'iframe', referer: `${base}/r/abc` }), 'framed by a page').toBe(true)
    expect(await refusals({ 'sec-fetch-dest': 'iframe', referer: `${base}/sandbox/` }), 'opened on the phone').toBe(false)
    expect(await refusals({ 'sec-fetch-dest': 'iframe', referer: `${base}/r/abc`, 'sec-fetch-user': '?1' }), 'tapped on the phone').toBe(false)
  })
})

describe('sites that do harm', () => {
  it('lead inside, round in circles, and fail', async () => {
    const bad = (path: string): Promise<Response> => fetch(`${base}/sandbox/web/bad/${path}`, { redirect: 'manual' })
    const inside = await bad('redirect-inside')
    expect([inside.status, inside.headers.get('location')]).toEqual([302, 'http://127.0.0.1:1/'])
    expect((await bad('loop')).headers.get('location')).toBe('/sandbox/web/bad/loop')
    expect((await bad('500')).status).toBe(500)
  })

  it.each(['huge', 'endless'])('%s goes on until the client leaves, also behind the product', async (path) => {
    const under = (): number => sandbox.control.stats().outsideStreams
    for (const origin of [sandbox.url, base]) {
      const answer = await answerOf(`${origin}/sandbox/web/bad/${path}`)
      if (path === 'huge') expect(answer.headers['content-length']).toBe(String(2 * 1024 ** 3))
      await once(answer, 'data')
      expect(under()).toBe(1)
      answer.destroy()
      await expect.poll(under).toBe(0)
    }
    expect((await fetch(`${base}/sandbox/web/bad/${path}`, { method: 'HEAD' })).status).toBe(200)
    expect(under()).toBe(0)
  })

  it('slow answers when the time is over', async () => {
    const { html } = await page('bad/slow?ms=30')
    expect(html).toContain('让您久等了')
    await expect(fetch(`${base}/sandbox/web/bad/slow`, { signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout')
  })
})
