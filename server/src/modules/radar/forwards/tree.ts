import type { ReaderKind } from '@zhike/shared'

/** A link of a chain, as far as the tree needs it. */
export interface ChainLink { shareId: number; parentId: number | null; forwardedBy: string | null; depth: number }
/** What one device has read of one link. */
export interface ChainReading { shareId: number; visitorId: string; customerId: number | null; reader: ReaderKind; opens: number; visibleMs: number; lastAt: number; viewId: number }

/** A reader in the tree. `parent` is the node of whoever passed it on to her; null for those who read what was sent. */
export interface ForwardNode {
  key: string
  parent: string | null
  depth: number
  customerId: number | null
  reader: ReaderKind
  opens: number
  /** Visible milliseconds of all her openings. */
  visibleMs: number
  /** Epoch ms. */
  lastAt: number
  /** One of her views: who she is is told from it. */
  viewId: number
}

/**
 * Who passed a link on to whom (MAT-19): A → B → C. A customer is one reader on all her devices; who opens the same link again is
 * not a second reader. Readers whose giver is no longer known (old views are deleted) stand where the link itself began.
 */
export function forwardTree(links: readonly ChainLink[], readings: readonly ChainReading[]): ForwardNode[] {
  const byLink = new Map<number, ChainReading[]>()
  for (const reading of readings) byLink.set(reading.shareId, [...(byLink.get(reading.shareId) ?? []), reading])
  const nodes = new Map<string, ForwardNode>()
  /** Nodes of the devices that read a link. */
  const nodeOf = new Map<string, string>()
  // A chain is made from its beginning: parents have smaller ids.
  for (const link of [...links].sort((a, b) => a.shareId - b.shareId)) {
    const giver = link.parentId === null || link.forwardedBy === null ? null : nodeOf.get(`${link.parentId}:${link.forwardedBy}`) ?? null
    const own = byLink.get(link.shareId) ?? []
    const addressee = own.find((reading) => reading.reader === 'customer')
    for (const reading of own) {
      const key = keyOf(reading)
      nodeOf.set(`${link.shareId}:${reading.visitorId}`, key)
      const known = nodes.get(key)
      if (known) {
        nodes.set(key, { ...known, opens: known.opens + reading.opens, visibleMs: known.visibleMs + reading.visibleMs, lastAt: Math.max(known.lastAt, reading.lastAt) })
        continue
      }
      // The address as it was sent, copied: only she can have given it away.
      const copied = link.parentId === null && reading.reader === 'forwarded' && addressee ? keyOf(addressee) : null
      const parent = giver ?? copied
      nodes.set(key, {
        key, parent: parent === key ? null : parent, depth: 0, customerId: reading.customerId, reader: reading.reader,
        opens: reading.opens, visibleMs: reading.visibleMs, lastAt: reading.lastAt, viewId: reading.viewId,
      })
    }
  }
  return inOrder(nodes)
}

const keyOf = ({ customerId, visitorId }: Pick<ChainReading, 'customerId' | 'visitorId'>): string => (customerId === null ? `v${visitorId}` : `c${customerId}`)

/** Each reader after whoever gave it to her; without recursion, since chains may be a thousand long. */
function inOrder(nodes: ReadonlyMap<string, ForwardNode>): ForwardNode[] {
  const children = new Map<string | null, ForwardNode[]>()
  for (const node of nodes.values()) {
    const parent = node.parent !== null && nodes.has(node.parent) ? node.parent : null
    children.set(parent, [...(children.get(parent) ?? []), node])
  }
  const listed: ForwardNode[] = []
  const seen = new Set<string>()
  const open = [...(children.get(null) ?? [])].reverse().map((node) => ({ node, depth: 0 }))
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, depth } = next
    if (seen.has(node.key)) continue
    seen.add(node.key)
    listed.push({ ...node, depth, parent: depth === 0 ? null : node.parent })
    for (const child of [...(children.get(node.key) ?? [])].reverse()) open.push({ node: child, depth: depth + 1 })
  }
  return listed
}
