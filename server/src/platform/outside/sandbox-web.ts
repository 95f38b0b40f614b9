import type { Platform } from '../platform.ts'
import { createOutside } from './outside.ts'
import type { Outside } from './outside.ts'

/** The outside of this installation. With the built-in sandbox, what it shows of other people's sites belongs to it. */
export function outsideOf({ config, log }: Pick<Platform, 'config' | 'log'>): Outside {
  const { baseUrl, sandboxUrl } = config
  return createOutside({ log, inside: sandboxUrl === null ? undefined : (url) => sandboxAddress(url, baseUrl, sandboxUrl) })
}

/** The sandbox has a web of its own, at our address and at its own: that, and nothing else of this machine, may be read. */
function sandboxAddress(url: URL, baseUrl: string, sandboxUrl: string): URL | null {
  const origins = [baseUrl, sandboxUrl].map((address) => new URL(address).origin)
  return origins.includes(url.origin) && url.pathname.startsWith('/sandbox/web/') ? new URL(url.pathname + url.search, sandboxUrl) : null
}
