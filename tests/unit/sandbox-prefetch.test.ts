import { createServer, type Server } from 'node:http'
import { DEMO_CORP } from '@zhike/sandbox/demo'
import type { ChatSummary } from '@zhike/sandbox/protocol/chats'
import type { ContactView } from '@zhike/sandbox/protocol/people'
import type { Stats } from '@zhike/sandbox/protocol/settings'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { sandboxUnderTest, type SandboxUnderTest } from './sandbox-world.ts'

const { corpid } = DEMO_CORP

interface Visit {
  method: string
  url: string
  agent: string
  cookie: string
}

let product: Server
let productUrl: string
let box: SandboxUnderTest
let customer: ContactView
let visits: Visit[] = []

beforeAll(async () => {
  product = createServer((request, response) => {
    visits.push({ method: request.method ?? '', url: request.url ?? '', agent: request.headers['user-agent'] ?? '', cookie: request.headers.cookie ?? '' })
    response.setHeader('set-cookie', 'zk_visitor=1').end('<!doctype html>')
  })
  await new Promise<void>((resolve) => product.listen(0, '127.0.0.1', resolve))
  const address = product.address()
  productUrl = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : ''
  box = await sandboxUnderTest({ productBaseUrl: productUrl })
  const [first] = await box.client<ContactView[]>('GET', `/corps/${corpid}/staff/wuxiaoyan/contacts?q=林间小路`)
  if (first === undefined) throw new Error('no demo customer')
  customer = first
})
afterAll(async () => {
  await box.close()
  product.closeAllConnections()
  product.close()
})
beforeEach(async () => {
  visits = []
  await box.client('DELETE', '/stats')
})

const link = () => ({ url: `${productUrl}/r/abc`, title: '价目表', desc: '', imgUrl: '' })
const stats = (): Promise<Stats> => box.client('GET', '/stats')
const settled = (): Promise<void> => expect.poll(async () => (await stats()).prefetchesPending, { timeout: 5000 }).toBe(0)

it('a member’s link is fetched by WeCom, once', async () => {
  await box.client('POST', `/chats/${customer.chatId}/messages`, { from: `staff:${corpid}:wuxiaoyan`, content: { type: 'link', ...link() } })
  expect((await stats()).prefetchesPending).toBe(1)
  await settled()
  expect((await stats()).prefetches).toEqual({ 'wecom-preview GET': 1 })
})

it('a link passed on to a friend is checked, previewed, and fetched by her client, all without cookies', async () => {
  const { personId } = box.control.act({ corpid, action: 'new_stranger', name: '闺蜜' })
  await box.client('POST', `/people/${customer.id}/share`, { link: link(), toPerson: personId })
  await settled()
  expect((await stats()).prefetches).toEqual({ 'wechat-check HEAD': 1, 'wechat-preview GET': 1, 'friend-client HEAD': 1, 'seeming-reader GET': 1 })
  expect(visits.map((visit) => visit.method).sort()).toEqual(['GET', 'GET', 'HEAD', 'HEAD'])
  expect(new Set(visits.map((visit) => visit.agent)).size).toBe(4)
  expect(visits.some((visit) => visit.method === 'GET' && /iPhone.*MicroMessenger/.test(visit.agent)), 'one seems to be a reader').toBe(true)
  expect(visits.every((visit) => visit.cookie === '' && visit.url === '/r/abc')).toBe(true)
})

it('in a group of customers and staff both WeChat and WeCom fetch it', async () => {
  const group = (await box.client<ChatSummary[]>('GET', `/people/${customer.id}/chats`)).find((chat) => chat.kind === 'group')
  await box.client('POST', `/people/${customer.id}/share`, { link: link(), toChatId: group?.chatId })
  await settled()
  expect(Object.keys((await stats()).prefetches).sort()).toEqual(['friend-client HEAD', 'seeming-reader GET', 'wechat-check HEAD', 'wechat-preview GET', 'wecom-preview GET'])
})

it('nobody fetches when that is switched off, nor what is not the product’s', async () => {
  await box.client('PUT', '/settings', { linkPrefetch: false })
  await box.client('POST', `/people/${customer.id}/share`, { link: link(), toPerson: box.control.act({ corpid, action: 'new_stranger' }).personId })
  await box.client('PUT', '/settings', { linkPrefetch: true })
  await box.client('POST', `/people/${customer.id}/share`, { link: { ...link(), url: 'http://127.0.0.1:1/' }, toPerson: box.control.act({ corpid, action: 'new_stranger' }).personId })
  expect(await stats()).toMatchObject({ prefetchesPending: 0, linkPrefetches: 0 })
})
