import { readFileSync } from 'node:fs'
import { chatMessageOf } from '@zhike/sandbox/jsapi'
import { DEMO_CORP } from '@zhike/sandbox/demo'
import { canGoBack, canGoForward, NOWHERE, visited, type PageHistory } from '@zhike/sandbox/page-history'
import type { ChatSummary, Message } from '@zhike/sandbox/protocol/chats'
import type { PageReport } from '@zhike/sandbox/protocol/native-bridge'
import type { ContactView } from '@zhike/sandbox/protocol/people'
import type { SavedPages } from '@zhike/sandbox/protocol/saved-pages'
import { Window } from 'happy-dom'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sandboxUnderTest, type SandboxUnderTest } from './sandbox-world.ts'

const { corpid } = DEMO_CORP

let box: SandboxUnderTest
let customer: ContactView
beforeAll(async () => {
  box = await sandboxUnderTest()
  const [first] = await box.client<ContactView[]>('GET', `/corps/${corpid}/staff/wuxiaoyan/contacts?q=林间小路`)
  if (first === undefined) throw new Error('no demo customer')
  customer = first
})
afterAll(() => box.close())

describe('the history of WeChat’s browser', () => {
  /** A walk through pages: each step names how its page was reached. */
  function walk(...steps: [how: PageReport['how'], address: string, length: number][]): PageHistory {
    return steps.reduce((history, [how, address, length]) => visited(history, { how, address, length, loaded: true }), NOWHERE)
  }

  it('begins with the first page, however it was reached, and grows with each link', () => {
    const one = walk(['replace', '/a', 7])
    expect([one.entries, canGoBack(one), canGoForward(one)]).toEqual([['/a'], false, false])
    expect(walk(['replace', '/a', 7], ['push', '/b', 8])).toMatchObject({ entries: ['/a', '/b'], at: 1 })
  })

  it('a redirect takes the place of its page; one that a link led to is a new entry', () => {
    expect(walk(['push', '/a', 7], ['replace', '/a2', 7]).entries).toEqual(['/a2'])
    expect(walk(['push', '/a', 7], ['replace', '/b', 8]).entries).toEqual(['/a', '/b'])
  })

  it('of a page of another origin only the length of the history tells', () => {
    expect(walk(['replace', '/a', 7], ['unknown', '/other', 8]).entries).toEqual(['/a', '/other'])
    expect(walk(['replace', '/a', 7], ['unknown', '/b', 8], ['unknown', '/a', 8])).toMatchObject({ entries: ['/a', '/b'], at: 0 })
  })

  it('back and forward stay within it, and a new link cuts off what lay ahead', () => {
    const three = walk(['replace', '/a', 1], ['push', '/b', 2], ['push', '/c', 3])
    const back = visited(three, { how: 'replace', address: '/b', length: 3, loaded: true }, 1)
    expect([back.at, canGoBack(back), canGoForward(back)]).toEqual([1, true, true])
    expect(visited(back, { how: 'push', address: '/d', length: 4, loaded: true }).entries).toEqual(['/a', '/b', '/d'])
  })

  it('another title is no other page', () => {
    expect(visited(walk(['replace', '/a', 1]), { how: 'same', address: '/a', length: 1, loaded: false }).entries).toEqual(['/a'])
  })
})

describe('what the phone’s browser does to a page', () => {
  const script = readFileSync(new URL('../../server/sandbox/public/browser.js', import.meta.url), 'utf8')
  const boot = { kind: 'zhike-sandbox', session: 's1', client: 'wechat' }

  /** A page in the phone's frame, with everything that it told the phone. */
  function open(name: unknown = boot): { window: Window; told: unknown[]; screen: (away: boolean) => void; run: (text: string) => unknown } {
    const window = new Window({ url: 'http://localhost:3000/r/abc', settings: { enableJavaScriptEvaluation: true, suppressInsecureJavaScriptEnvironmentWarning: true } })
    const told: unknown[] = []
    const parent = { postMessage: (report: unknown) => told.push(report) }
    Object.defineProperty(window, 'parent', { value: parent })
    window.name = JSON.stringify(name)
    window.document.write('<html><head><title>价目表</title><meta name="description" content="共 8 页"></head><body><a id="out" href="#x" target="_blank">原文</a></body></html>')
    window.eval(script)
    window.document.dispatchEvent(new window.Event('DOMContentLoaded'))
    const screen = (away: boolean): void => {
      const news = new window.MessageEvent('message', { data: { kind: 'zhike-sandbox-screen', session: 's1', away } })
      Object.defineProperty(news, 'source', { value: parent })
      window.dispatchEvent(news)
    }
    return { window, told, screen, run: (text) => window.eval(text) }
  }

  it('learns address, title and description, also of a page of another origin', () => {
    expect(open().told[0]).toMatchObject({ kind: 'zhike-sandbox-page', session: 's1', loaded: true, address: 'http://localhost:3000/r/abc', title: '价目表', description: '共 8 页' })
  })

  it('a page inside the page reports nothing', () => {
    expect(open('').told).toEqual([])
    expect(open({ ...boot, client: 'wecom' }).told).toEqual([])
  })

  it('hides it while the phone is locked: state and event, once each', () => {
    const { screen, run } = open()
    run("globalThis.seen = []; document.addEventListener('visibilitychange', () => seen.push(document.visibilityState + ' ' + document.hidden))")
    for (const away of [true, true, false]) screen(away)
    expect(run('seen.join()')).toBe('hidden true,visible false')
  })

  it('opens links in the same window and follows the address', () => {
    const { told, run } = open()
    run("document.getElementById('out').click(); history.pushState(null, '', '/r/abc?page=2')")
    expect(run("document.getElementById('out').target")).toBe('_self')
    expect(told.at(-1)).toMatchObject({ how: 'push', address: 'http://localhost:3000/r/abc?page=2' })
  })

  it('tells once which picture a finger or the right button stays on; a mere tap goes on', async () => {
    const { window, told, run } = open()
    run("document.body.innerHTML = '<a href=\"#x\"><img id=\"code\" src=\"/r/abc/contact.png\"></a><p>正文</p>'")
    const pressed = () => told.filter((one) => JSON.stringify(one).includes('zhike-sandbox-picture'))
    run("document.querySelector('p').dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }))")
    run("['pointerdown', 'pointerup', 'click'].forEach((name) => code.dispatchEvent(new MouseEvent(name, { bubbles: true })))")
    expect(pressed()).toEqual([])
    run("code.dispatchEvent(new MouseEvent('pointerdown', { bubbles: true }))")
    await window.happyDOM.waitUntilComplete()
    expect(run("code.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }))")).toBe(false)
    expect(pressed()).toEqual([{ kind: 'zhike-sandbox-picture', session: 's1', src: 'http://localhost:3000/r/abc/contact.png' }])
    expect(run("code.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))")).toBe(false)
  })

  it('is served with the shim to pages of the product and alone to outside pages', async () => {
    const text = async (path: string): Promise<string> => (await fetch(`${box.url}${path}`)).text()
    expect(await text('/sandbox/web/browser.js')).toBe(script)
    // Two scripts in one file: the second must not become an argument of the first.
    expect(await text('/sandbox/shim.js')).toMatch(/\}\)\(\)\s*;\s*\/\/ What WeChat/)
    expect(await text('/sandbox/web/article')).toContain('<script src="/sandbox/web/browser.js"></script>')
  })
})

describe('pages she comes back to', () => {
  const card = (url: string, title = url): { url: string; title: string; desc: string; imgUrl: string } => ({ url, title, desc: '', imgUrl: '' })
  const urls = (pages: { url: string }[]): string[] => pages.map((page) => page.url.slice('http://x/'.length))

  it('are kept per person, latest first, each once', async () => {
    const path = `/people/${customer.id}/pages`
    for (const url of ['http://x/a', 'http://x/b', 'http://x/a']) await box.client('POST', `${path}/recent`, card(url))
    await box.client('POST', `${path}/favourites`, card('http://x/b', '停车指南'))
    const pages = await box.client<SavedPages>('GET', path)
    expect(urls(pages.recent)).toEqual(['a', 'b'])
    expect(pages.favourites).toEqual([{ ...card('http://x/b', '停车指南'), at: expect.any(Number) }])
    expect((await box.client<SavedPages>('DELETE', `${path}/favourites`, { url: 'http://x/b' })).favourites).toEqual([])
  })

  it('are shared as they stand, with a friend or into a group she is in', async () => {
    const link = { url: 'http://localhost:3000/r/abc#p3', title: '第 3 页', desc: '现在的样子', imgUrl: '' }
    const { personId } = box.control.act({ corpid, action: 'new_stranger', name: '闺蜜' })
    const toFriend = await box.client<Message>('POST', `/people/${customer.id}/share`, { link, toPerson: personId })
    expect(toFriend).toMatchObject({ via: 'forward', from: `customer:${customer.id}`, content: { type: 'link', ...link } })
    const group = (await box.client<ChatSummary[]>('GET', `/people/${customer.id}/chats`)).find((chat) => chat.kind === 'group')
    expect(await box.client<Message>('POST', `/people/${customer.id}/share`, { link, toChatId: group?.chatId })).toMatchObject({ chatId: group?.chatId })
    expect(await box.client('POST', `/people/${personId}/share`, { link, toChatId: group?.chatId })).toMatchObject({ message: '发送人不在这个聊天里' })
  })
})

describe('the card of a mini program · wecom-api/00 §9.4', () => {
  const good = { appid: 'wx8f3a1c0d5e7b2946', title: '春季新品', imgUrl: 'https://x.example/cover.png', page: 'pages/goods.html?id=1' }
  const checked = (change: Partial<typeof good>): unknown => chatMessageOf({ msgtype: 'miniprogram', miniprogram: { ...good, ...change } })

  it('arrives in the chat', async () => {
    const sent = await box.client('POST', '/jsapi/send', { corpid, userid: 'wuxiaoyan', chatId: customer.chatId, params: { msgtype: 'miniprogram', miniprogram: good } })
    expect(sent).toMatchObject({ err_msg: 'sendChatMessage:ok' })
    expect((await box.client<Message[]>('GET', `/chats/${customer.chatId}/messages`)).at(-1)?.content).toEqual({ type: 'miniprogram', ...good })
  })

  it.each([
    ['an AppID of another form', { appid: 'gh_1234' }, 'invalid appid'], ['no title', { title: ' ' }, 'invalid title'],
    ['a picture without http(s)', { imgUrl: '/cover.png' }, 'invalid imgUrl'], ['no picture', { imgUrl: '' }, 'invalid imgUrl'],
    ['a path without .html', { page: 'pages/goods?id=1' }, 'invalid page'],
  ])('is refused with %s', (_name, change, fail) => {
    expect(checked(change)).toEqual({ fail })
  })
})
