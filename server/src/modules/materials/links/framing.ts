import type { Framing } from '@zhike/shared'
import type { OutsidePage } from '../../../platform/outside/outside.ts'

/**
 * Reads what a page's headers say about frames, as browsers do: frame-ancestors of its policies, and only without any of these
 * X-Frame-Options. (A policy in the page itself says nothing about frames.)
 * @param ours origin of the page that frames it
 */
export function framingOf(page: Pick<OutsidePage, 'url' | 'headers'>, ours: string): Exclude<Framing, 'unknown'> {
  const [framing, framed] = [new URL(ours), new URL(page.url)]
  // Mixed content: a page over http is not loaded into one over https.
  if (framing.protocol === 'https:' && framed.protocol !== 'https:') return 'refused'
  const policies = ancestorsOf(page.headers['content-security-policy'] ?? '')
  const allowed = policies.length > 0
    ? policies.every((sources) => sources.some((source) => allows(source, framing, framed)))
    : optionsAllow(page.headers['x-frame-options'] ?? '', framing, framed)
  return allowed ? 'allowed' : 'refused'
}

/** The sources of each policy that has frame-ancestors; within a policy the first one counts. */
function ancestorsOf(header: string): string[][] {
  return header.split(',').flatMap((policy) => {
    const directive = policy.split(';').map((each) => each.trim().toLowerCase().split(/\s+/)).find(([name]) => name === 'frame-ancestors')
    return directive ? [directive.slice(1)] : []
  })
}

const DEFAULT_PORTS: Record<string, string> = { 'http:': '80', 'https:': '443' }
const portOf = (url: URL): string => url.port || (DEFAULT_PORTS[url.protocol] ?? '')
/** A source over http also means the same over https. */
const schemeAllows = (wanted: string, url: URL): boolean => url.protocol === wanted || (wanted === 'http:' && url.protocol === 'https:')

function allows(source: string, framing: URL, framed: URL): boolean {
  if (source === '*') return true
  if (source === "'self'") return framing.hostname === framed.hostname && schemeAllows(framed.protocol, framing) && portAllows(portOf(framed), framing)
  const scheme = /^([a-z][a-z0-9+.-]*:)$/.exec(source)?.[1]
  if (scheme !== undefined) return schemeAllows(scheme, framing)
  const parts = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\*|(?:\*\.)?[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::(\d+|\*))?\/?$/.exec(source)
  if (!parts) return false
  const [, named, host = '', port] = parts
  const hostAllows = host === '*' || (host.startsWith('*.') ? framing.hostname.endsWith(host.slice(1)) : framing.hostname === host)
  return hostAllows && schemeAllows(named === undefined ? framed.protocol : `${named}:`, framing) && portAllows(port, framing)
}

function portAllows(wanted: string | undefined, url: URL): boolean {
  if (wanted === undefined) return portOf(url) === DEFAULT_PORTS[url.protocol]
  return wanted === '*' || portOf(url) === wanted || (wanted === '80' && portOf(url) === '443')
}

const KNOWN_OPTIONS = ['deny', 'sameorigin', 'allowall']

/** Contradicting values refuse; what no browser knows (ALLOW-FROM) says nothing. */
function optionsAllow(header: string, framing: URL, framed: URL): boolean {
  const options = new Set(header.split(',').map((each) => each.trim().toLowerCase()).filter((each) => each !== ''))
  if (options.size > 1) return !KNOWN_OPTIONS.some((known) => options.has(known))
  if (options.has('deny')) return false
  return !options.has('sameorigin') || framing.origin === framed.origin
}
