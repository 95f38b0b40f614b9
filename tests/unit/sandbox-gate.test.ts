import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { sandboxGate } from '@zhike/sandbox/gate'
import { startSandbox, type RunningSandbox } from '@zhike/sandbox/server'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'

let sandbox: RunningSandbox
let product: FastifyInstance
let base: string

beforeAll(async () => {
  sandbox = await startSandbox()
  product = Fastify({ forceCloseConnections: true })
  await product.register(sandboxGate, { sandboxUrl: sandbox.url, cookies: { wecom: 'zk_session', wechat: 'zk_visitor' } })
  product.get('/sidebar', (_request, reply) => reply.type('text/html; charset=utf-8').header('content-security-policy', "script-src 'self'").send('<!doctype html><html><head lang="zh"><script src="/a.js"></script></head><body>侧边栏</body></html>'))
  product.get('/r/abc', (request) => ({ ua: request.headers['user-agent'] }))
  await product.listen({ port: 0, host: '127.0.0.1' })
  const address = product.addresses()[0]
  base = typeof address === 'object' ? `http://127.0.0.1:${address.port}` : ''
})
afterAll(async () => {
  await product.close()
  await sandbox.close()
})

/** fetch refuses to set Sec-Fetch-* headers; a plain request does not. */
async function bodyOf(path: string, headers: Record<string, string>): Promise<string> {
  const request = httpRequest(`${base}${path}`, { headers }).end()
  const [response] = await once(request, 'response')
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return text
}

it('leads the first address to the sandbox and proxies everything below it, with its own policy', async () => {
  const root = await fetch(`${base}/`, { redirect: 'manual' })
  expect([root.status, root.headers.get('location')]).toEqual([302, '/sandbox/'])
  const corps = await fetch(`${base}/sandbox/api/corps`)
  expect(await corps.json()).toHaveLength(2)
  const page = await fetch(`${base}/sandbox/`)
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
  expect(await page.text()).not.toContain('shim.js')
  const saved = await fetch(`${base}/sandbox/api/settings`, { method: 'PUT', body: JSON.stringify({ linkPrefetch: false }), headers: { 'content-type': 'application/json' } })
  expect(await saved.json()).toMatchObject({ linkPrefetch: false })
})

it('puts the shim before every other script of product pages and keeps their policy', async () => {
  const page = await fetch(`${base}/sidebar`)
  const html = await page.text()
  expect(html).toContain('<head lang="zh"><script src="/sandbox/shim.js"></script><script src="/a.js">')
  expect(Number(page.headers.get('content-length'))).toBe(Buffer.byteLength(html))
  expect(page.headers.get('content-security-policy')).toBe("script-src 'self'")
})

it('lets the server see WeChat in the simulated phone only', async () => {
  expect(await bodyOf('/r/abc', { 'user-agent': 'Chrome', 'sec-fetch-dest': 'iframe' })).toContain('Chrome MicroMessenger/8.0.50')
  expect(await bodyOf('/r/abc', { 'user-agent': 'Chrome' })).not.toContain('MicroMessenger')
})

it('streams the live feed', async () => {
  const abort = new AbortController()
  const feed = await fetch(`${base}/sandbox/api/events`, { signal: abort.signal })
  const reader = feed.body?.getReader()
  const first = await reader?.read()
  expect(new TextDecoder().decode(first?.value)).toContain('"type":"hello"')
  sandbox.control.act({ corpid: 'wwdemo00000000a001', action: 'new_stranger', name: '路人' })
  const next = await reader?.read()
  expect(new TextDecoder().decode(next?.value)).toContain('"type":"person"')
  abort.abort()
})

it('keeps product cookies per simulated device', async () => {
  let cookies = new Map<string, string>()
  const use = async (device: string): Promise<void> => {
    const response = await fetch(`${base}/sandbox/device`, {
      method: 'POST', body: JSON.stringify({ device, slot: 'wecom' }), headers: { 'content-type': 'application/json', cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
    })
    expect(response.status).toBe(200)
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const [name = '', value = ''] = pair.split('=')
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
  }
  await use('staff:wwdemo00000000a001:wuxiaoyan')
  cookies.set('zk_session', 'session-of-wu')
  await use('staff:wwdemo00000000a001:zhoumin')
  expect(cookies.has('zk_session')).toBe(false)
  cookies.set('zk_session', 'session-of-zhou')
  await use('staff:wwdemo00000000a001:wuxiaoyan')
  expect(cookies.get('zk_session')).toBe('session-of-wu')
  await use('staff:wwdemo00000000a001:zhoumin')
  expect(cookies.get('zk_session')).toBe('session-of-zhou')
  cookies = new Map()
})
