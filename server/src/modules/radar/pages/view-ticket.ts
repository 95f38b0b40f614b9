import { createSigner } from '../../../platform/crypto/secret-box.ts'

/** What a beacon may speak of: made when the page was served, signed, and carried by the page. */
export interface ViewTicket {
  corpId: number
  shareId: number
  materialId: number
  staffId: number
  /** Random; one per served page. */
  viewKey: string
  visitorId: string
  /** Pages of the material; 0 when it has none. */
  pages: number
  /** Epoch ms. */
  openedAt: number
  device: string
}

/** A ticket that was checked, with what the hot path needs ready-made. */
export interface KnownTicket extends ViewTicket {
  /** The ticket as the head of a line for the stream, see line.ts. */
  head: string
  /** Beacons in the present window (rate limit). */
  windowStart: number
  inWindow: number
}

/** Pages left open over night still report; older tickets are refused. */
export const TICKET_MS = 24 * 60 * 60 * 1000
/** How many checked tickets one process remembers. */
const REMEMBERED = 50_000

export interface ViewTickets {
  issue(token: string, ticket: ViewTicket): string
  /** The ticket, or null when it is forged, belongs to another link, or is too old. Reads nothing but memory. */
  read(token: string, signed: string, now: number): KnownTicket | null
}

/**
 * View tickets (purpose `view`). The HMAC is computed once per ticket and process: a page sends the same ticket every few
 * seconds. Only tickets that were valid are remembered, so forgeries can't push out others.
 */
export function createViewTickets(appKey: Buffer): ViewTickets {
  const signer = createSigner(appKey, 'view')
  const known = new Map<string, { token: string; ticket: KnownTicket }>()

  function check(token: string, signed: string): KnownTicket | null {
    const payload = signer.verify(signed)
    if (payload === null) return null
    const [mark, shareToken, corpId, shareId, materialId, staffId, viewKey, visitorId, pages, openedAt, device] = payload.split('|')
    if (mark !== 'v1' || shareToken !== token || viewKey === undefined || visitorId === undefined || device === undefined) return null
    const ticket: ViewTicket = {
      corpId: Number(corpId), shareId: Number(shareId), materialId: Number(materialId), staffId: Number(staffId), viewKey, visitorId, pages: Number(pages), openedAt: Number(openedAt), device,
    }
    const head = JSON.stringify([ticket.corpId, ticket.viewKey, ticket.shareId, ticket.materialId, ticket.staffId, ticket.visitorId, ticket.device, ticket.pages, ticket.openedAt]).slice(0, -1)
    return { ...ticket, head, windowStart: 0, inWindow: 0 }
  }

  return {
    issue: (token, t) => signer.sign(['v1', token, t.corpId, t.shareId, t.materialId, t.staffId, t.viewKey, t.visitorId, t.pages, t.openedAt, t.device.replaceAll('|', ' ')].join('|')),
    read(token, signed, now) {
      let entry = known.get(signed)
      if (!entry) {
        const ticket = check(token, signed)
        if (!ticket) return null
        // The oldest tenth goes at once: cheaper than one by one, and no beacon waits for it.
        if (known.size >= REMEMBERED) for (const key of [...known.keys()].slice(0, REMEMBERED / 10)) known.delete(key)
        entry = { token, ticket }
        known.set(signed, entry)
      }
      if (entry.token !== token || now - entry.ticket.openedAt > TICKET_MS) return null
      return entry.ticket
    },
  }
}
