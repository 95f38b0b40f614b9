import { isIP } from 'node:net'
import { isPublicAddress } from './addresses.ts'
import { OutsideRefused } from './refusals.ts'

const PORTS = new Set([80, 443, 8080, 8443])
const LONGEST_URL = 2048
/** Names that only mean something inside a network, whatever a resolver says. */
const INSIDE_NAMES = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa)$/

/** Reads an address that somebody typed or a site redirected to. The parser of URLs brings numbers, dots and letters into one spelling. */
export function parseTarget(text: string, base?: URL): URL {
  if (text.length > LONGEST_URL || !URL.canParse(text, base?.href)) throw new OutsideRefused('name', '网址不正确，请检查后重新填写')
  const url = new URL(text, base)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new OutsideRefused('scheme')
  if (url.username !== '' || url.password !== '') throw new OutsideRefused('name', '网址里不能带用户名和密码')
  return url
}

/** The name or the address to look for, without brackets and the dot that ends a full name. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')

export const portOf = (url: URL): number => Number(url.port || (url.protocol === 'https:' ? 443 : 80))

/** Refuses ports that no site uses, and hosts that can only be inside. What names resolve to is checked apart, after this. */
export function assertOutside(url: URL): void {
  if (!PORTS.has(portOf(url))) throw new OutsideRefused('port')
  const host = hostOf(url)
  if (isIP(host) !== 0) {
    if (!isPublicAddress(host)) throw new OutsideRefused('address')
    return
  }
  if (INSIDE_NAMES.test(host) || !host.includes('.')) throw new OutsideRefused('address')
  if (host.split('.').some((label) => label.length === 0 || label.length > 63)) throw new OutsideRefused('name')
}
