import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { Socket } from 'node:net'
import { connect as tlsConnect, rootCertificates } from 'node:tls'
import type { Net } from './net.ts'
import { OutsideRefused } from './refusals.ts'
import { hostOf, portOf } from './target.ts'

/** Of the answer's head, in bytes; sites with long policies come to a few KB. */
const HEAD_BYTES = 32 * 1024
/** A name with many addresses: so many are tried. */
const TRIED_ADDRESSES = 3
/** As long as another address is left to be tried, in milliseconds. */
const CONNECT_MS = 3000

export type Accept = 'html' | 'image'
const ACCEPTS: Record<Accept, string> = {
  html: 'text/html,application/xhtml+xml;q=0.9',
  // Sites that negotiate send what our drawing takes.
  image: 'image/jpeg,image/png,image/*;q=0.5',
}

/**
 * Asks one address of a site for one URL and gives the answer when its head is there; its body is still to be read or destroyed.
 * The connection is ours alone and goes to one of the given addresses: the name is used in the Host header and for TLS only.
 * @throws OutsideRefused `unreachable` or `too_large`, or whatever the signal ended it with
 */
export async function exchange(url: URL, addresses: readonly string[], accept: Accept, net: Net, signal: AbortSignal): Promise<IncomingMessage> {
  const socket = await connected(net, addresses, portOf(url), signal)
  try {
    return await ask(url, url.protocol === 'https:' ? secured(url, socket, net) : socket, accept, signal)
  } catch (error) {
    socket.destroy()
    throw explained(error)
  }
}

async function connected(net: Net, addresses: readonly string[], port: number, signal: AbortSignal): Promise<Socket> {
  const tried = addresses.slice(0, TRIED_ADDRESSES)
  let failure: unknown = null
  for (const [i, address] of tried.entries()) {
    const socket = net.connect(address, port)
    const patience = i < tried.length - 1 ? setTimeout(() => socket.destroy(new Error('connecting takes too long')), CONNECT_MS) : undefined
    try {
      await once(socket, 'connect', { signal })
      return socket
    } catch (error) {
      socket.destroy()
      signal.throwIfAborted()
      failure = error
    } finally {
      clearTimeout(patience)
    }
  }
  throw new OutsideRefused('unreachable', undefined, { cause: failure })
}

/** TLS as browsers do it: the certificate must be valid for the name, which is also told to the server (an address is not, by RFC 6066). */
function secured(url: URL, socket: Socket, net: Net): Socket {
  const host = hostOf(url)
  const secure = tlsConnect({
    socket, host, ...(isIP(host) === 0 ? { servername: host } : {}), ALPNProtocols: ['http/1.1'], rejectUnauthorized: true,
    ...(net.trusted === undefined ? {} : { ca: [...rootCertificates, net.trusted] }),
  })
  socket.once('error', (error) => secure.destroy(error))
  secure.once('close', () => socket.destroy())
  return secure
}

function ask(url: URL, connection: Socket, accept: Accept, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      // Without an agent there is no pool: nobody else's request can use this connection, nor ours another's.
      createConnection: () => connection,
      method: 'GET', path: `${url.pathname}${url.search}`, setHost: false, maxHeaderSize: HEAD_BYTES, insecureHTTPParser: false, signal,
      headers: {
        host: url.host.replace(/\.(?=:|$)/, ''), 'user-agent': 'Mozilla/5.0 (compatible; ZhikeLinkReader/1.0)',
        accept: ACCEPTS[accept], 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.5', 'accept-encoding': 'gzip, br', connection: 'close',
      },
    })
    request.once('response', resolve)
    // Later errors come through the body.
    request.on('error', reject)
    request.end()
  })
}

function explained(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'HPE_HEADER_OVERFLOW') return new OutsideRefused('too_large', undefined, { cause: error })
  if (/CERT|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH/.test(code)) return new OutsideRefused('unreachable', '对方网站的安全证书有问题，不能读取', { cause: error })
  return new OutsideRefused('unreachable', undefined, { cause: error })
}
