import ipaddr from 'ipaddr.js'
import { isPublicAddress } from '../outside/addresses.ts'

/** Reverse proxies before us. @property hops how many · @property from addresses and networks of the last one; null: whatever isn't of the Internet */
export interface Proxies { hops: number; from: readonly string[] | null }

/** An address or a network, such as `203.0.113.7` or `10.0.0.0/8`. */
export const isNetwork = (text: string): boolean => ipaddr.isValid(text) || ipaddr.isValidCIDR(text)

/**
 * Whose word is taken for where a request came from: as many proxies as there are, and of the last one, which talks to us, only
 * where it may stand. Anybody who reaches our port otherwise would be whoever she says.
 */
export function trustsProxies({ hops, from }: Proxies): false | ((address: string, hop: number) => boolean) {
  if (hops === 0) return false
  const networks = from?.map((text) => (ipaddr.isValidCIDR(text) ? ipaddr.parseCIDR(text) : ipaddr.parseCIDR(`${text}/${ipaddr.parse(text).kind() === 'ipv6' ? 128 : 32}`)))
  const isProxy = (text: string): boolean => {
    if (!ipaddr.isValid(text)) return false
    // IPv4 over an IPv6 socket is IPv4.
    const address = ipaddr.process(text)
    return networks === undefined ? !isPublicAddress(address.toString()) : networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))
  }
  return (address, hop) => hop < hops && (hop > 0 || isProxy(address))
}
