import type { Beat } from './beat.ts'
import type { KnownTicket } from '../pages/view-ticket.ts'

/** One view as far as the beacons at hand tell: what the writer puts into the database. */
export interface ViewProgress {
  corpId: number
  viewKey: string
  shareId: number
  materialId: number
  staffId: number
  visitorId: string
  device: string
  pages: number
  openedAt: number
  lastSeenAt: number
  visibleMs: number
  lastPage: number
  maxPage: number
  depth: number
  left: boolean
  pageMs: Map<number, number>
}

/** A beacon as one line of a stream entry: the ticket's head, when it was heard, and the counters. */
export function beatLine(ticket: KnownTicket, beat: Beat, seenAt: number): string {
  let line = `${ticket.head},${seenAt},${beat.visibleMs},${beat.page},${beat.depth},${beat.left ? 1 : 0}`
  for (const [page, ms] of beat.pageMs) line += `,${page},${ms}`
  return `${line}]`
}

const FIXED = 14

/** Reads a line back; null when it is damaged: such a line is dropped, it must never block the stream. */
export function readLine(line: string): ViewProgress | null {
  let parts: unknown
  try {
    parts = JSON.parse(line)
  } catch {
    return null
  }
  if (!Array.isArray(parts) || parts.length < FIXED || parts.length % 2 !== 0) return null
  const [corpId, viewKey, shareId, materialId, staffId, visitorId, device, pages, openedAt, seenAt, visibleMs, page, depth, left, ...perPage] = parts as unknown[]
  const numbers = [corpId, shareId, materialId, staffId, pages, openedAt, seenAt, visibleMs, page, depth, left, ...perPage]
  if (!numbers.every((n): n is number => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0)) return null
  if (typeof viewKey !== 'string' || typeof visitorId !== 'string' || typeof device !== 'string') return null
  const [c, s, m, st, p, opened, seen, visible, current, deep, gone] = numbers
  const pageMs = new Map<number, number>()
  for (let i = 11; i < numbers.length; i += 2) pageMs.set(numbers[i] ?? 0, numbers[i + 1] ?? 0)
  return {
    corpId: c ?? 0, viewKey, shareId: s ?? 0, materialId: m ?? 0, staffId: st ?? 0, visitorId, device, pages: p ?? 0, openedAt: opened ?? 0, lastSeenAt: seen ?? 0, visibleMs: visible ?? 0,
    lastPage: current ?? 0, maxPage: Math.max(current ?? 0, ...pageMs.keys()), depth: deep ?? 0, left: gone === 1, pageMs,
  }
}

/** Brings the beacons of a batch together, one row per view: counters are cumulative, so the greatest value is the truth. */
export function foldProgress(list: readonly ViewProgress[]): ViewProgress[] {
  const byView = new Map<string, ViewProgress>()
  for (const next of list) {
    const key = `${next.corpId}:${next.viewKey}`
    const known = byView.get(key)
    if (!known) {
      byView.set(key, next)
      continue
    }
    // The beacon with more time was sent later, whatever the order of arrival.
    if (next.visibleMs >= known.visibleMs) {
      known.lastPage = next.lastPage
      known.left = next.visibleMs > known.visibleMs ? next.left : known.left || next.left
      known.visibleMs = next.visibleMs
    }
    known.lastSeenAt = Math.max(known.lastSeenAt, next.lastSeenAt)
    known.maxPage = Math.max(known.maxPage, next.maxPage)
    known.depth = Math.max(known.depth, next.depth)
    for (const [page, ms] of next.pageMs) known.pageMs.set(page, Math.max(known.pageMs.get(page) ?? 0, ms))
  }
  return [...byView.values()].sort((a, b) => a.corpId - b.corpId || (a.viewKey < b.viewKey ? -1 : 1))
}
