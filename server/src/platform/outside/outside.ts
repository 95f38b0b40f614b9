import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { Log } from '../log.ts'
import { cut } from '../text.ts'
import { isPublicAddress } from './addresses.ts'
import { readBody } from './body.ts'
import type { BodyLimits } from './body.ts'
import { exchange } from './exchange.ts'
import type { Accept } from './exchange.ts'
import { internet } from './net.ts'
import type { Net } from './net.ts'
import { OutsideRefused, refusedStatus } from './refusals.ts'
import { assertOutside, hostOf, parseTarget } from './target.ts'

export interface GetOptions extends BodyLimits {
  /** For everything together: looking the name up, redirects, and the body; milliseconds. */
  timeoutMs: number
  accept: Accept
}

/** What a site answered. */
export interface OutsidePage {
  /** Where the redirects ended. */
  url: string
  status: number
  /** Without parameters, lower case; empty when the site doesn't say. */
  contentType: string
  /** As the site says it, lower case. */
  charset: string | null
  /** They decide whether the page may be shown in a frame. */
  headers: { 'x-frame-options': string | null; 'content-security-policy': string | null }
  body: Buffer
  /** The body is only the beginning. */
  cut: boolean
}

export interface Outside {
  /** @throws OutsideRefused with a reason and a text for the person */
  get(url: string, options: GetOptions): Promise<OutsidePage>
}

interface OutsideOptions {
  log: Log
  /** Where addresses of the built-in sandbox really are, null for all others. The only way inside; given in sandbox mode only. */
  inside?: (url: URL) => URL | null
}

const REDIRECTS = 5
const IS_REDIRECT = new Set([301, 302, 303, 307, 308])

/**
 * Reads what people typed the address of, without letting the address reach into our own network: every name is looked up once,
 * all its addresses must be public, and the connection goes to one of exactly these. Each redirect begins anew.
 */
export function createOutside({ log, inside }: OutsideOptions, net: Net = internet): Outside {
  /** One question to one site. */
  async function answerOf(url: URL, accept: Accept, signal: AbortSignal): Promise<IncomingMessage> {
    const real = inside?.(url)
    if (real) return exchange(real, [hostOf(real)], accept, net, signal)
    assertOutside(url)
    return exchange(url, await publicAddresses(hostOf(url), net, signal), accept, net, signal)
  }

  async function follow(text: string, options: GetOptions, signal: AbortSignal): Promise<OutsidePage> {
    let url = parseTarget(text)
    for (let hops = 0; hops <= REDIRECTS; hops++) {
      const response = await answerOf(url, options.accept, signal)
      const status = response.statusCode ?? 0
      const { location } = response.headers
      if (IS_REDIRECT.has(status) && location !== undefined) {
        response.destroy()
        url = parseTarget(spelledOut(location), url)
        continue
      }
      return await pageOf(url, status, response, options)
    }
    throw new OutsideRefused('redirects')
  }

  return {
    async get(text, options) {
      const began = performance.now()
      const signal = AbortSignal.timeout(options.timeoutMs)
      try {
        const page = await follow(text, options, signal)
        log.debug({ site: siteOf(page.url), bytes: page.body.length, cut: page.cut, ms: Math.round(performance.now() - began) }, 'read from outside')
        return page
      } catch (error) {
        const refused = error instanceof OutsideRefused && !(signal.aborted && error.reason === 'unreachable') ? error : new OutsideRefused(signal.aborted ? 'timeout' : 'unreachable', undefined, { cause: error })
        log.info({ site: siteOf(text), reason: refused.reason, cause: refused.cause instanceof Error ? refused.cause.message : undefined, ms: Math.round(performance.now() - began) }, 'not read from outside')
        throw refused
      }
    },
  }
}

/** The addresses of a name or of itself, IPv4 first: more networks have it. */
async function publicAddresses(host: string, net: Net, signal: AbortSignal): Promise<string[]> {
  if (isIP(host) !== 0) return [host]
  const found = await unlessAborted(net.resolve(host, signal), signal)
  if (found.length === 0) throw new OutsideRefused('name')
  if (!found.every(isPublicAddress)) throw new OutsideRefused('address')
  return [...found].sort((a, b) => isIP(a) - isIP(b))
}

async function pageOf(url: URL, status: number, response: IncomingMessage, options: GetOptions): Promise<OutsidePage> {
  const [type = '', ...parameters] = (response.headers['content-type'] ?? '').toLowerCase().split(';')
  const contentType = type.trim()
  try {
    if (status < 200 || status > 299) throw refusedStatus(status)
    if (!isOfKind(contentType, options.accept)) throw new OutsideRefused('type', options.accept === 'image' ? '这个网址打开的不是图片' : undefined)
    const body = await readBody(response, options)
    return {
      url: url.href, status, contentType,
      charset: parameters.map((each) => /^\s*charset\s*=\s*["']?([^"'\s]+)/.exec(each)?.[1]).find((each) => each !== undefined) ?? null,
      headers: { 'x-frame-options': headerOf(response, 'x-frame-options'), 'content-security-policy': headerOf(response, 'content-security-policy') },
      ...body,
    }
  } finally {
    response.destroy()
  }
}

/** Stores of pictures often call them just bytes; what they are is seen in the bytes. */
function isOfKind(contentType: string, accept: Accept): boolean {
  if (contentType === '') return true
  if (accept === 'html') return contentType === 'text/html' || contentType === 'application/xhtml+xml'
  return contentType.startsWith('image/') || contentType === 'application/octet-stream'
}

/** A header sent more than once is all of its values. */
function headerOf(response: IncomingMessage, name: string): string | null {
  const values = response.rawHeaders.filter((_value, i) => i % 2 === 1 && response.rawHeaders[i - 1]?.toLowerCase() === name)
  return values.length === 0 ? null : values.join(', ')
}

/** Headers arrive byte by byte; sites put Chinese into a Location as UTF-8. */
function spelledOut(location: string): string {
  const text = Buffer.from(location, 'latin1').toString('utf8')
  return text.includes('\ufffd') ? location : text
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let stop: (() => void) | undefined
  const aborted = new Promise<never>((_done, fail) => {
    stop = () => fail(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    if (stop) signal.removeEventListener('abort', stop)
  }
}

/** For the log: only the site. Paths and queries hold tokens and phone numbers. */
function siteOf(text: string): string {
  if (!URL.canParse(text)) return 'no URL'
  const { protocol, host } = new URL(text)
  return cut(`${protocol}//${host}`, 300)
}
