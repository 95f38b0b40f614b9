import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect, createServer as createTcpServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { Writable } from 'node:stream'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { createLog } from '../../server/src/platform/log.ts'
import { isPublicAddress } from '../../server/src/platform/outside/addresses.ts'
import type { Net } from '../../server/src/platform/outside/net.ts'
import { createOutside } from '../../server/src/platform/outside/outside.ts'
import type { GetOptions, OutsidePage } from '../../server/src/platform/outside/outside.ts'
import { OutsideRefused } from '../../server/src/platform/outside/refusals.ts'

const KB = 1024
const MB = 1024 * KB
/** The address under which the Internet of these tests knows its one server. */
const PUBLIC = '93.184.216.34'
const PAGE = '<html><head><title>春季价目表</title></head><body>正文</body></html>'
const silent = createLog({ level: 'silent', name: 'test' })
const closing: (() => void)[] = []

afterEach(() => { for (const close of closing.splice(0)) close() })

/** A server of this machine that the tests reach as a public one. @returns its port */
async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  closing.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

interface World { net: Net; asked: string[]; connected: string[] }

/** An Internet where names have the given addresses, one list per look-up (the last one stays), and every address leads to one server. */
function world(port: number, names: Record<string, string[][]> = {}): World {
  const asked: string[] = []
  const connected: string[] = []
  return {
    asked, connected,
    net: {
      resolve: async (name) => {
        asked.push(name)
        const answers = names[name] ?? [[PUBLIC]]
        return (answers.length > 1 ? answers.shift() : answers[0]) ?? []
      },
      connect: (address, wanted) => {
        connected.push(`${address}:${wanted}`)
        return connect({ host: '127.0.0.1', port })
      },
    },
  }
}

const asPage = (changes: Partial<GetOptions> = {}): GetOptions => ({ maxBytes: MB, overflow: 'cut', timeoutMs: 5000, accept: 'html', ...changes })
const asPicture = (changes: Partial<GetOptions> = {}): GetOptions => ({ maxBytes: MB, overflow: 'refuse', timeoutMs: 5000, accept: 'image', ...changes })

async function site(listener: RequestListener, names?: Record<string, string[][]>) {
  const port = await listening(createServer(listener))
  const internet = world(port, names)
  const outside = createOutside({ log: silent }, internet.net)
  return { ...internet, port, outside, get: (url: string, options: GetOptions = asPage()): Promise<OutsidePage> => outside.get(url, options) }
}

const html = (response: ServerResponse, body: string | Buffer = PAGE, headers: Record<string, string> = {}) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(body)
const to = (response: ServerResponse, location: string, status = 302) => response.writeHead(status, { location }).end()

async function refusal(work: Promise<unknown>): Promise<OutsideRefused> {
  const error: unknown = await work.then(() => new Error('it was read'), (thrown: unknown) => thrown)
  if (error instanceof OutsideRefused) return error
  throw error
}

describe('a page outside', () => {
  it('is read: where it ended, what it is, what it says about frames · MAT-6', async () => {
    const seen: IncomingMessage[] = []
    const { get, asked, connected } = await site((request, response) => {
      seen.push(request)
      html(response, PAGE, { 'x-frame-options': 'DENY', 'content-security-policy': "frame-ancestors 'none'", 'content-type': 'Text/HTML; Charset="GBK"' })
    })
    const page = await get('http://www.example.com/price?a=1#top')
    expect(page).toMatchObject({ url: 'http://www.example.com/price?a=1#top', status: 200, contentType: 'text/html', charset: 'gbk', cut: false })
    expect(page.headers).toEqual({ 'x-frame-options': 'DENY', 'content-security-policy': "frame-ancestors 'none'" })
    expect(page.body.toString()).toBe(PAGE)
    expect(asked).toEqual(['www.example.com'])
    expect(connected).toEqual([`${PUBLIC}:80`])
    expect(seen[0]?.url).toBe('/price?a=1')
    expect(seen[0]?.headers).toMatchObject({ host: 'www.example.com', 'user-agent': 'Mozilla/5.0 (compatible; ZhikeLinkReader/1.0)' })
    expect(seen[0]?.headers).not.toHaveProperty('cookie')
    expect(seen[0]?.headers).not.toHaveProperty('referer')
  })

  it.each([
    ['gzip', gzipSync(PAGE)], ['br', brotliCompressSync(PAGE)], ['deflate', deflateSync(PAGE)], ['identity', Buffer.from(PAGE)],
  ])('is decompressed: %s', async (encoding, body) => {
    const { get } = await site((_request, response) => html(response, body, { 'content-encoding': encoding }))
    expect((await get('http://www.example.com/')).body.toString()).toBe(PAGE)
  })

  it('may have a Chinese name, a dot at the end of it, and other ports of the web', async () => {
    const hosts: unknown[] = []
    const { get, asked, connected } = await site((request, response) => {
      hosts.push(request.headers.host)
      html(response)
    })
    await get('http://例子.中国/')
    await get('http://www.example.com.:8080/')
    expect(asked).toEqual(['xn--fsqu00a.xn--fiqs8s', 'www.example.com'])
    expect(hosts).toEqual(['xn--fsqu00a.xn--fiqs8s', 'www.example.com:8080'])
    expect(connected).toEqual([`${PUBLIC}:80`, `${PUBLIC}:8080`])
  })

  it('is reached at its next address when one is down', async () => {
    const port = await listening(createServer((_request, response) => html(response)))
    const closed = createTcpServer()
    const down = await listening(closed)
    await new Promise((done) => closed.close(done))
    const { net } = world(port, { 'www.example.com': [['1.1.1.1', '2400:3200::1']] })
    const tried: string[] = []
    const outside = createOutside({ log: silent }, { ...net, connect: (address) => connect({ host: '127.0.0.1', port: tried.push(address) === 1 ? down : port }) })
    expect((await outside.get('http://www.example.com/', asPage())).status).toBe(200)
    expect(tried).toEqual(['1.1.1.1', '2400:3200::1'])
  })

  it('that answers with an error, or with something else than was asked for, is refused', async () => {
    const { get } = await site((request, response) => {
      if (request.url === '/gone') response.writeHead(404, { 'content-type': 'text/html' }).end(PAGE)
      else if (request.url === '/broken') response.writeHead(502).end()
      else if (request.url === '/file') response.writeHead(200, { 'content-type': 'application/zip' }).end('PK')
      else if (request.url === '/odd') html(response, PAGE, { 'content-encoding': 'gzip, gzip' })
      else html(response)
    })
    expect(await refusal(get('http://www.example.com/gone'))).toMatchObject({ reason: 'status', message: expect.stringContaining('404') as string })
    expect(await refusal(get('http://www.example.com/broken'))).toMatchObject({ reason: 'status', message: expect.stringContaining('502') as string })
    expect((await refusal(get('http://www.example.com/file'))).reason).toBe('type')
    expect((await refusal(get('http://www.example.com/odd'))).reason).toBe('type')
    expect(await refusal(get('http://www.example.com/', asPicture()))).toMatchObject({ reason: 'type', message: '这个网址打开的不是图片' })
  })

  it('that nobody answers for, or no name server knows, is refused', async () => {
    const { net } = world(1, { 'nowhere.example.com': [[]] })
    const outside = createOutside({ log: silent }, net)
    expect((await refusal(outside.get('http://nowhere.example.com/', asPage()))).reason).toBe('name')
    expect((await refusal(outside.get('http://www.example.com/', asPage()))).reason).toBe('unreachable')
    const failing = createOutside({ log: silent }, { ...net, resolve: () => Promise.reject(new Error('ESERVFAIL')) })
    expect((await refusal(failing.get('http://www.example.com/', asPage()))).reason).toBe('unreachable')
  })
})

describe('TLS', () => {
  // Made for this test only: self-signed for shop.example.cn, valid for a hundred years.
  const file = (name: string) => readFileSync(new URL(`../fixtures/outside/${name}`, import.meta.url), 'utf8')
  const cert = file('shop.cert.pem')

  async function secureSite() {
    const names: unknown[] = []
    const hosts: unknown[] = []
    const server = createTlsServer({ cert, key: file('shop.key.pem'), SNICallback: (name, done) => { names.push(name); done(null) } }, (request, response) => {
      hosts.push(request.headers.host)
      html(response)
    })
    return { ...world(await listening(server)), names, hosts }
  }

  it('is for the name, not for the address it was looked up as', async () => {
    const { net, names, hosts, connected } = await secureSite()
    const outside = createOutside({ log: silent }, { ...net, trusted: cert })
    expect((await outside.get('https://shop.example.cn/', asPage())).status).toBe(200)
    expect({ names, hosts, connected }).toEqual({ names: ['shop.example.cn'], hosts: ['shop.example.cn'], connected: [`${PUBLIC}:443`] })
  })

  it('is verified: a certificate of nobody, or of another name, is refused', async () => {
    const { net, hosts } = await secureSite()
    expect(await refusal(createOutside({ log: silent }, net).get('https://shop.example.cn/', asPage()))).toMatchObject({ reason: 'unreachable', message: expect.stringContaining('证书') as string })
    const trusting = createOutside({ log: silent }, { ...net, trusted: cert })
    expect((await refusal(trusting.get('https://bank.example.cn/', asPage()))).message).toContain('证书')
    expect((await refusal(trusting.get(`https://${PUBLIC}/`, asPage()))).message).toContain('证书')
    expect(hosts).toEqual([])
  })
})

describe('an address inside our network', () => {
  it.each([
    'http://127.0.0.1/', 'http://127.1/', 'http://2130706433/', 'http://0x7f000001/', 'http://0x7f.0.0.1/', 'http://0177.0.0.1/', 'http://017700000001/', 'http://127.0.0.1./',
    'http://１２７。０。０。１/', 'http://%31%32%37.0.0.1/', 'http:\\\\127.0.0.1\\', 'http:///127.0.0.1/', 'http://0/', 'http://0.0.0.0/', 'http://10.0.0.1/', 'http://172.16.3.4/',
    'http://192.168.1.1/', 'http://169.254.169.254/latest/meta-data/', 'http://100.100.100.200/latest/meta-data/', 'http://100.64.0.1/', 'http://192.0.0.192/', 'http://198.18.0.1/',
    'http://224.0.0.1/', 'http://240.0.0.1/', 'http://255.255.255.255/', 'http://168.63.129.16/', 'http://192.0.2.1/', 'http://198.51.100.1/', 'http://203.0.113.1/',
    'http://[::1]/', 'http://[::]/', 'http://[0:0:0:0:0:0:0:1]/', 'http://[::ffff:127.0.0.1]/', 'http://[::ffff:7f00:1]/', 'http://[::127.0.0.1]/', 'http://[::ffff:0:127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/', 'http://[64:ff9b:1::a00:1]/', 'http://[2002:7f00:1::]/', 'http://[2001:0:7f00:1::]/', 'http://[fe80::1]/', 'http://[fec0::1]/', 'http://[fc00::1]/',
    'http://[fd00:ec2::254]/', 'http://[ff02::1]/', 'http://[2001:db8::1]/', 'http://[3fff::1]/', 'http://[100::1]/', 'http://[5f00::1]/', 'http://[4000::1]/',
    'http://localhost/', 'http://LOCALHOST./', 'http://ⓛocalhost/', 'http://api.localhost/', 'http://mysql/', 'http://router.local/', 'http://metadata.google.internal/', 'http://nas.lan/', 'http://pc.home.arpa/',
  ])('is refused without a question to anybody: %s', async (url) => {
    const { get, asked, connected } = await site((_request, response) => html(response))
    expect(await refusal(get(url))).toMatchObject({ reason: 'address', message: '这个网址指向内部网络，不能读取' })
    expect({ asked, connected }).toEqual({ asked: [], connected: [] })
  })

  it.each(['http://[fe80::1%25eth0]/', 'http://[fe80::1%eth0]/', 'http://1.2.3.4.5/', 'http://a..example.com/', 'http://./', 'http://', '价目表', `http://www.example.com/${'x'.repeat(3000)}`])('is no address at all: %s', async (url) => {
    const { get, connected } = await site((_request, response) => html(response))
    expect(['name', 'address']).toContain((await refusal(get(url))).reason)
    expect(connected).toEqual([])
  })

  it.each([
    [['127.0.0.1']], [['10.1.2.3']], [['::1']], [['::ffff:10.0.0.1']], [['fe80::1%eth0']], [['169.254.169.254']],
    [[PUBLIC, '192.168.0.5']], [['2400:3200::1', 'fd00::1']], [['no address']],
  ])('is refused as what a name resolves to, also as one of several: %j', async (addresses) => {
    const { get, connected } = await site((_request, response) => html(response), { 'evil.example.com': [addresses] })
    expect((await refusal(get('http://evil.example.com/'))).reason).toBe('address')
    expect(connected).toEqual([])
  })

  it('is never reached by a name that changes: it is looked up once, and the connection goes to what was checked', async () => {
    const { get, asked, connected } = await site((_request, response) => html(response), { 'rebind.example.com': [[PUBLIC], ['127.0.0.1']] })
    expect((await get('http://rebind.example.com/')).status).toBe(200)
    expect(asked).toEqual(['rebind.example.com'])
    expect(connected).toEqual([`${PUBLIC}:80`])
    expect((await refusal(get('http://rebind.example.com/'))).reason).toBe('address')
    expect(connected).toHaveLength(1)
  })

  it('is not reached by the second look-up of a redirect to the same name', async () => {
    const { get, asked, connected } = await site((request, response) => (request.url === '/' ? to(response, '/secret') : html(response)), { 'rebind.example.com': [[PUBLIC], ['127.0.0.1']] })
    expect((await refusal(get('http://rebind.example.com/'))).reason).toBe('address')
    expect(asked).toHaveLength(2)
    expect(connected).toEqual([`${PUBLIC}:80`])
  })

  it.each([
    ['http://127.0.0.1/admin', 'address'], ['//127.0.0.1/admin', 'address'], ['http://0x7f.1:8080/', 'address'], ['http://[::1]/', 'address'], ['https://localhost/', 'address'], ['http://2130706433', 'address'],
    ['http://inside.example.com/', 'address'], ['file:///etc/passwd', 'scheme'], ['gopher://127.0.0.1:6379/_FLUSHALL', 'scheme'], ['data:text/html,x', 'scheme'], ['javascript:alert(1)', 'scheme'],
    ['http://www.example.com:6379/', 'port'], ['http://user:pass@www.example.com/', 'name'], ['http://[', 'name'],
  ])('is not reached by a redirect to %s', async (location, reason) => {
    const { get, connected } = await site((_request, response) => to(response, location), { 'inside.example.com': [['10.0.0.8']] })
    expect((await refusal(get('http://www.example.com/'))).reason).toBe(reason)
    expect(connected).toHaveLength(1)
  })

  it('has ranges, and the Internet beside them', () => {
    for (const address of ['1.1.1.1', '8.8.8.8', '100.63.255.255', '100.128.0.0', '172.15.255.255', '172.32.0.0', '192.0.1.0', '198.17.255.255', '223.255.255.255', '2400:3200::1', '2606:4700::1111']) expect(isPublicAddress(address), address).toBe(true)
    for (const address of ['', 'example.com', '127.0.0.1', '100.64.0.0', '172.31.255.255', '198.19.255.255', '::', '2002:808:808::', '64:ff9b::808:808', '2400:3200::1%eth0']) expect(isPublicAddress(address), address).toBe(false)
  })
})

describe('what else is refused before anything is asked', () => {
  it.each([
    ['file:///etc/passwd', 'scheme'], ['gopher://www.example.com/', 'scheme'], ['ftp://www.example.com/', 'scheme'], ['javascript:alert(1)', 'scheme'], ['data:text/html,<p>', 'scheme'], ['view-source:http://www.example.com', 'scheme'],
    ['http://admin:secret@www.example.com/', 'name'], ['http://admin@www.example.com/', 'name'], ['http://www.example.com%2f@127.0.0.1/', 'name'],
    ['http://www.example.com:22/', 'port'], ['http://www.example.com:25/', 'port'], ['http://www.example.com:3306/', 'port'], ['http://www.example.com:6379/', 'port'], ['https://www.example.com:9200/', 'port'], ['http://www.example.com:0/', 'port'],
  ])('%s (%s)', async (url, reason) => {
    const { get, asked, connected } = await site((_request, response) => html(response))
    const refused = await refusal(get(url))
    expect(refused.reason).toBe(reason)
    expect(refused.message).toMatch(/[\u4e00-\u9fff]/)
    expect(refused.message).not.toContain('secret')
    expect({ asked, connected }).toEqual({ asked: [], connected: [] })
  })
})

describe('redirects', () => {
  it('are followed by hand, five at most, and the last address is told', async () => {
    const { get, asked } = await site((request, response) => {
      const step = Number(request.url?.slice(1))
      if (step < 5) to(response, step === 2 ? `http://m.example.com/${step + 1}` : `${step + 1}`, [301, 302, 303, 307, 308][step])
      else html(response)
    })
    expect((await get('http://www.example.com/0')).url).toBe('http://m.example.com/5')
    expect(asked).toHaveLength(6)
  })

  it('that go round in circles end', async () => {
    let questions = 0
    const { get } = await site((_request, response) => {
      questions++
      to(response, '/again')
    })
    expect((await refusal(get('http://www.example.com/'))).reason).toBe('redirects')
    expect(questions).toBe(6)
  })

  it('may name a Chinese path as it is, and lead nowhere', async () => {
    const { get } = await site((request, response) => {
      if (request.url === '/') to(response, Buffer.from('/价目表').toString('latin1'))
      else if (request.url === '/none') response.writeHead(302).end()
      else html(response)
    })
    expect((await get('http://www.example.com/')).url).toBe(`http://www.example.com/${encodeURIComponent('价目表')}`)
    expect((await refusal(get('http://www.example.com/none'))).reason).toBe('status')
  })
})

describe('too much', () => {
  it('is refused at once when it is announced, and a page of it is cut', async () => {
    let sent = 0
    const { get } = await site((request, response) => {
      response.writeHead(200, { 'content-type': request.url === '/page' ? 'text/html' : 'image/jpeg', 'content-length': String(2 * 1024 * MB) })
      // Nothing but the announcement: who reads on waits in vain.
      if (request.url === '/picture') return response.flushHeaders()
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * KB, 'a'))) sent += 64 * KB
      }
      response.on('drain', more)
      more()
    })
    expect((await refusal(get('http://www.example.com/picture', asPicture()))).reason).toBe('too_large')
    const page = await get('http://www.example.com/page', asPage({ maxBytes: 300 * KB }))
    expect(page).toMatchObject({ cut: true })
    expect(page.body).toHaveLength(300 * KB)
    expect(sent).toBeLessThan(64 * MB)
  })

  it('is refused where it begins when it is not announced', async () => {
    const { get } = await site((_request, response) => response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.alloc(MB + 1)))
    expect((await refusal(get('http://www.example.com/', asPicture()))).reason).toBe('too_large')
    const exact = await site((_request, response) => response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.alloc(MB)))
    expect((await exact.get('http://www.example.com/', asPicture())).body).toHaveLength(MB)
  })

  it.each([['gzip', gzipSync(Buffer.alloc(200 * MB))], ['br', brotliCompressSync(Buffer.alloc(200 * MB))]])('is counted after decompression: a %s bomb', async (encoding, bomb) => {
    expect(bomb.length).toBeLessThan(MB)
    const { get } = await site((request, response) => response.writeHead(200, { 'content-type': request.url === '/page' ? 'text/html' : 'image/jpeg', 'content-encoding': encoding }).end(bomb))
    expect((await refusal(get('http://www.example.com/', asPicture()))).reason).toBe('too_large')
    expect((await get('http://www.example.com/page')).body).toHaveLength(MB)
  })

  it('is also compressed content that never becomes anything', async () => {
    const nothing = Buffer.concat([gzipSync('').subarray(0, 10), Buffer.alloc(64 * KB).fill(Buffer.from([0, 0, 0, 0xff, 0xff]))])
    const { get } = await site((_request, response) => {
      response.writeHead(200, { 'content-type': 'image/jpeg', 'content-encoding': 'gzip' })
      response.write(nothing.subarray(0, 10))
      const more = () => { while (!response.destroyed && response.write(nothing.subarray(10, 10 + 50 * KB - (50 * KB) % 5))) continue }
      response.on('drain', more)
      more()
    })
    expect((await refusal(get('http://www.example.com/', asPicture({ maxBytes: 100 * KB })))).reason).toBe('too_large')
  })

  it('are headers without end', async () => {
    const port = await listening(createTcpServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n')
      const more = () => { while (!socket.destroyed && socket.write(`x-flood: ${'a'.repeat(1000)}\r\n`)) continue }
      socket.on('drain', more)
      more()
    }))
    const outside = createOutside({ log: silent }, world(port).net)
    expect((await refusal(outside.get('http://www.example.com/', asPage()))).reason).toBe('too_large')
  })
})

describe('one deadline for everything', () => {
  const short = { timeoutMs: 150 }

  it('ends a look-up that never ends', async () => {
    const { net } = world(1)
    const outside = createOutside({ log: silent }, { ...net, resolve: () => new Promise(() => undefined) })
    expect((await refusal(outside.get('http://www.example.com/', asPage(short)))).reason).toBe('timeout')
  })

  it('ends a site that says nothing, or its head letter by letter', async () => {
    const port = await listening(createTcpServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nx: ')
        const drip = setInterval(() => socket.write('H'), 10)
        socket.on('close', () => clearInterval(drip))
      })
    }))
    const outside = createOutside({ log: silent }, world(port).net)
    expect((await refusal(outside.get('http://www.example.com/', asPage(short)))).reason).toBe('timeout')
    const { get } = await site(() => undefined)
    expect((await refusal(get('http://www.example.com/', asPage(short)))).reason).toBe('timeout')
  })

  it('is not begun anew by a redirect', async () => {
    const { get } = await site((request, response) => void (request.url === '/' ? to(response, '/slow') : undefined))
    expect((await refusal(get('http://www.example.com/', asPage(short)))).reason).toBe('timeout')
  })

  it('ends a page that never ends: what has come is given when its title is among it', async () => {
    const closed: Promise<unknown>[] = []
    const { get } = await site((request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' })
      response.write(request.url === '/titled' ? '<html><head><title>没完没了</title>' : '<html><he')
      const drip = setInterval(() => response.write(' '), 10)
      closed.push(new Promise((done) => response.on('close', () => { clearInterval(drip); done(undefined) })))
    })
    const page = await get('http://www.example.com/titled', asPage(short))
    expect(page.cut).toBe(true)
    expect(page.body.toString()).toMatch(/没完没了/)
    expect((await refusal(get('http://www.example.com/untitled', asPage(short)))).reason).toBe('timeout')
    expect((await refusal(get('http://www.example.com/titled', { ...asPage(short), overflow: 'refuse' }))).reason).toBe('timeout')
    // Nobody is left listening.
    await Promise.all(closed)
    expect(closed).toHaveLength(3)
  })

  it('does not count for a page that breaks off after its head', async () => {
    const { get } = await site((request, response) => {
      response.writeHead(200, { 'content-type': 'text/html', 'content-length': '100000' })
      response.write(request.url === '/titled' ? PAGE : '<!-- ', () => response.destroy())
    })
    expect(await get('http://www.example.com/titled')).toMatchObject({ cut: true })
    expect((await refusal(get('http://www.example.com/untitled'))).reason).toBe('unreachable')
  })
})

describe('the sandbox’s own addresses', () => {
  const inside = (port: number) => (url: URL) => (url.hostname === 'mp.sandbox.example' ? new URL(`http://127.0.0.1:${port}/pages${url.pathname}`) : null)

  it('are where they really are, and are named as they were typed', async () => {
    const { net, port, asked, connected } = await site((request, response) => (request.url === '/pages/old' ? to(response, '/new') : html(response, request.url ?? '')))
    const outside = createOutside({ log: silent, inside: inside(port) }, net)
    const page = await outside.get('http://mp.sandbox.example/old', asPage())
    expect(page.url).toBe('http://mp.sandbox.example/new')
    expect(page.body.toString()).toBe('/pages/new')
    expect(asked).toEqual([])
    expect(connected).toEqual([`127.0.0.1:${port}`, `127.0.0.1:${port}`])
  })

  it('are the only exemption: a redirect from there is checked like any other', async () => {
    const { net, port } = await site((_request, response) => to(response, 'http://127.0.0.1:8080/'))
    const outside = createOutside({ log: silent, inside: inside(port) }, net)
    expect((await refusal(outside.get('http://mp.sandbox.example/', asPage()))).reason).toBe('address')
    expect((await refusal(outside.get(`http://127.0.0.1:${port}/`, asPage()))).reason).toBe('port')
    expect((await refusal(outside.get('http://a:b@mp.sandbox.example/', asPage()))).reason).toBe('name')
  })
})

it('logs say which site it was, never what stands in the address', async () => {
  const lines: string[] = []
  const log = pino({ level: 'debug' }, new Writable({ write: (chunk: Buffer, _encoding, done) => { lines.push(chunk.toString()); done() } }))
  const { net } = await site((request, response) => (request.url?.startsWith('/from') ? to(response, '/13800138000/third-token?token=third') : html(response)))
  const outside = createOutside({ log }, net)
  await outside.get('http://www.example.com/from?token=first', asPage())
  await refusal(outside.get('http://user:second@127.0.0.1/x?token=second', asPage()))
  expect(lines).toHaveLength(2)
  expect(lines[0]).toContain('"http://www.example.com"')
  expect(lines.join('')).not.toMatch(/token|first|second|third|138/)
})
