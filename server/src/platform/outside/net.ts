import { Resolver } from 'node:dns/promises'
import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** How we get to the Internet; tests give their own. */
export interface Net {
  /** All addresses of a name; none when there is no such name. */
  resolve(name: string, signal: AbortSignal): Promise<string[]>
  /** Begins a connection to an address that was checked. Never given a name of the outside. */
  connect(address: string, port: number): Socket
  /** A certificate (PEM) trusted besides the usual ones. */
  trusted?: string
}

/** Per question to a name server, in milliseconds. */
const RESOLVE_MS = 3000

export const internet: Net = {
  // Not `lookup`: that takes a thread which files and crypto need too, can't be called off, and reads names of the inside (hosts, search domains).
  async resolve(name, signal) {
    const resolver = new Resolver({ timeout: RESOLVE_MS, tries: 2 })
    const callOff = () => resolver.cancel()
    signal.addEventListener('abort', callOff, { once: true })
    try {
      const [four, six] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
      const found = [four, six].flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
      // Some name servers fail when asked for IPv6: that counts only when nothing else is known.
      if (found.length === 0) for (const each of [four, six]) if (each.status === 'rejected' && !isAbsent(each.reason)) throw each.reason
      return found
    } finally {
      signal.removeEventListener('abort', callOff)
    }
  },
  connect: (address, port) => connect({ host: address, port }),
}

const ABSENT = new Set<unknown>(['ENOTFOUND', 'ENODATA'])
const isAbsent = (error: unknown): boolean => error instanceof Error && 'code' in error && ABSENT.has(error.code)
