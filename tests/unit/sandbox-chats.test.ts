import { createServer, type Server } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEMO_CORP } from '@zhike/sandbox/demo'
import type { ChatSummary, Message } from '@zhike/sandbox/protocol/chats'
import type { NativeAnswer } from '@zhike/sandbox/protocol/native-bridge'
import type { ContactView, PersonView } from '@zhike/sandbox/protocol/people'
import { startSandbox } from '@zhike/sandbox/server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sandboxUnderTest, type SandboxUnderTest } from './sandbox-world.ts'

const { corpid } = DEMO_CORP
const staff = `staff:${corpid}:wuxiaoyan`

let product: Server
let productUrl: string
const visits: { url: string; ua: string }[] = []
let visited: (() => void) | undefined

beforeAll(async () => {
  product = createServer((request, response) => {
    visits.push({ url: request.url ?? '', ua: request.headers['user-agent'] ?? '' })
    response.end('<!doctype html>')
    visited?.()
  })
  await new Promise<void>((resolve) => product.listen(0, '127.0.0.1', resolve))
  const address = product.address()
  productUrl = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : ''
})
afterAll(() => {
  product.closeAllConnections()
  product.close()
})

describe('a link on its way', () => {
  let box: SandboxUnderTest
  let customer: ContactView
  beforeAll(async () => {
    box = await sandboxUnderTest({ productBaseUrl: productUrl })
  })
  afterAll(() => box.close())
  beforeEach(async () => {
    const contacts = await box.client<ContactView[]>('GET', `/corps/${corpid}/staff/wuxiaoyan/contacts?q=林间小路`)
    const [first] = contacts
    if (first === undefined) throw new Error('no demo customer')
    customer = first
  })

  const sendLink = (): Promise<NativeAnswer> => box.client('POST', '/jsapi/send', {
    corpid, userid: 'wuxiaoyan', chatId: customer.chatId,
    params: { msgtype: 'news', news: { link: `${productUrl}/r/abc`, title: '2026 春季价目表', desc: '共 8 页', imgUrl: '' } },
  })

  it('arrives on the customer’s phone and is fetched once by the preview fetcher', async () => {
    const fetched = new Promise<void>((resolve) => {
      visited = resolve
    })
    expect((await sendLink()).err_msg).toBe('sendChatMessage:ok')
    const chats = await box.client<ChatSummary[]>('GET', `/people/${customer.id}/chats`)
    expect(chats[0]).toMatchObject({ chatId: customer.chatId, unread: 3 - 1, lastText: '[链接] 2026 春季价目表' })
    await fetched
    expect(visits).toEqual([{ url: '/r/abc', ua: 'Mozilla/5.0 (compatible; WeWorkLinkPreview/1.0)' }])
  })

  it('can be forwarded to a stranger, who has no relation to the corp', async () => {
    const messages = await box.client<Message[]>('GET', `/chats/${customer.chatId}/messages`)
    const { personId } = await box.client<{ personId: string }>('POST', '/actions', { corpid, action: 'new_stranger', name: '闺蜜', friendOf: customer.id })
    await box.client('POST', `/chats/${customer.chatId}/forward`, { by: `customer:${customer.id}`, messageId: messages.at(-1)?.id, toPerson: personId })
    const chats = await box.client<ChatSummary[]>('GET', `/people/${personId}/chats`)
    expect(chats[0]).toMatchObject({ kind: 'friend', title: '林间小路', lastText: '[链接] 2026 春季价目表' })
    expect(await box.client<PersonView>('GET', `/people/${personId}`)).toMatchObject({ relation: 'stranger' })
  })

  it('does not arrive after the customer deleted the salesperson', async () => {
    box.control.act({ corpid, action: 'customer_deletes', userid: 'wuxiaoyan', personId: customer.id })
    expect((await sendLink()).err_msg).toBe('sendChatMessage:fail not in chat')
    const written = await box.client<Message>('POST', `/chats/${customer.chatId}/messages`, { from: staff, content: { type: 'text', text: '在吗' } })
    expect(written.undelivered).toContain('你还不是对方的联系人')
    const asSeenBy = (party: string): Promise<Message[]> => box.client('GET', `/chats/${customer.chatId}/messages?as=${party}`)
    expect((await asSeenBy(staff)).at(-1)?.id).toBe(written.id)
    expect((await asSeenBy(`customer:${customer.id}`)).map((message) => message.id)).not.toContain(written.id)
    const [onHerPhone] = await box.client<ChatSummary[]>('GET', `/people/${customer.id}/chats`)
    expect(onHerPhone?.lastText).not.toBe('在吗')
    // The relation still reads: only the customer left it (wecom-api/03 §10).
    expect((await box.get('/cgi-bin/externalcontact/get', { external_userid: customer.id })).errcode).toBe(0)
  })
})

it('two who become friends are each told the name of the other', async () => {
  const box = await sandboxUnderTest()
  const { chatId, personId } = box.control.act({ corpid, action: 'customer_adds', userid: 'wuxiaoyan', name: '小蘑菇', half: true })
  const lastLineOf = async (party: string): Promise<string> => {
    const last = (await box.client<Message[]>('GET', `/chats/${chatId}/messages?as=${party}`)).at(-1)
    return last?.content.type === 'notice' ? last.content.text : ''
  }
  expect([await lastLineOf(staff), await lastLineOf(`customer:${personId}`)]).toEqual(['小蘑菇 请求添加你为联系人，等你通过', '已发送好友申请，等 吴晓燕 通过'])
  box.control.act({ corpid, action: 'staff_confirms', userid: 'wuxiaoyan', personId: personId ?? '' })
  expect([await lastLineOf(staff), await lastLineOf(`customer:${personId}`)]).toEqual(['你已添加了 小蘑菇，现在可以开始聊天了', '你已添加了 吴晓燕，现在可以开始聊天了'])
  await box.close()
})

it('nobody speaks in a chat that is not hers', async () => {
  const box = await sandboxUnderTest()
  const [contact] = await box.client<ContactView[]>('GET', `/corps/${corpid}/staff/liuyutong/contacts`)
  const answer = await box.client<{ message: string }>('POST', `/chats/${contact?.chatId}/messages`, { from: staff, content: { type: 'text', text: '?' } })
  expect(answer.message).toContain('不在这个聊天里')
  await box.close()
})

it('a restart keeps chats, relations and tokens, and follows the product to its new address', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'zhike-sandbox-'))
  const first = await startSandbox({ dir, productBaseUrl: 'http://localhost:3000' })
  const added = first.control.act({ corpid, action: 'customer_adds', userid: 'zhoumin', name: '重启之前' })
  await first.close()
  const second = await startSandbox({ dir, productBaseUrl: 'http://localhost:4000' })
  const corp = second.control.sandbox.corps.get(corpid)
  expect(corp?.people.get(added.personId ?? '')?.name).toBe('重启之前')
  expect(second.control.sandbox.chats.page(added.chatId ?? '', 10)).toHaveLength(2)
  expect(corp?.trustedDomain.domain).toBe('localhost:4000')
  expect(corp?.callback?.url).toBe(`http://localhost:4000/wecom/callback/${corpid}`)
  await second.close()
  rmSync(dir, { recursive: true })
})
