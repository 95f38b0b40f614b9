import ipaddr from 'ipaddr.js'

/** Public by their numbers, and yet inside: the service address of Azure's hosts answers only the machines that run there. */
const INSIDE_BY_CUSTOM = new Set(['168.63.129.16'])

/** What the Internet hands out of IPv6 (RFC 4291); everything else has a special meaning. */
const GLOBAL_IPV6: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3]

/**
 * True when an IP address is an ordinary one of the Internet. Addresses that carry another one inside (IPv4-mapped, NAT64, 6to4,
 * Teredo) are not, whatever they carry: no site needs them, and where they lead is decided by gateways that we don't know.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text) || text.includes('%')) return false
  const address = ipaddr.parse(text)
  if (address.range() !== 'unicast') return false
  return address.kind() === 'ipv6' ? address.match(GLOBAL_IPV6) : !INSIDE_BY_CUSTOM.has(address.toString())
}
