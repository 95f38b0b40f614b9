import { VIEW_CAP_MS } from '@zhike/shared'
import type { ViewTicket } from '../pages/view-ticket.ts'

/** Cumulative counters of one view as one beacon tells them, checked and clamped. */
export interface Beat {
  /** Visible milliseconds since the page was opened. */
  visibleMs: number
  /** Page on screen, 0 when there are no pages. */
  page: number
  /** 0…100: how far down the reader has been. */
  depth: number
  /** The page is closing or hidden for good. */
  left: boolean
  /** Visible milliseconds by page number. */
  pageMs: readonly (readonly [page: number, ms: number])[]
}

/** How much the reader's clock may run ahead of ours. */
const SLACK_MS = 2000
/** No view lives longer: a greater number is not a count but an attack. */
const ABSURD_MS = 24 * 60 * 60 * 1000 + SLACK_MS

const isCount = (value: unknown, max: number): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max

/**
 * Reads the body of a beacon (MAT-15). What no page of ours would say is refused (null): wrong types, negative, fractional or
 * absurd numbers, pages that don't exist. Time is clamped to what has passed since the page was served, and to the cap.
 */
export function readBeat(body: Record<string, unknown>, ticket: Pick<ViewTicket, 'openedAt' | 'pages'>, now: number): Beat | null {
  const { ms, page = 0, depth = 0, left = 0, seq = 0, pages } = body
  if (!isCount(ms, ABSURD_MS) || !isCount(page, ticket.pages) || !isCount(depth, 100) || !isCount(seq, 1e6)) return null
  if (left !== 0 && left !== 1 && typeof left !== 'boolean') return null
  const elapsed = now - ticket.openedAt + SLACK_MS
  const visibleMs = Math.max(0, Math.min(ms, elapsed, VIEW_CAP_MS))
  const pageMs = readPages(pages, ticket.pages, visibleMs)
  if (!pageMs) return null
  return { visibleMs, page, depth, left: left === 1 || left === true, pageMs }
}

function readPages(pages: unknown, count: number, visibleMs: number): [number, number][] | null {
  if (pages === undefined || pages === null) return []
  if (typeof pages !== 'object' || Array.isArray(pages)) return null
  const found: [number, number][] = []
  let sum = 0
  for (const [key, ms] of Object.entries(pages)) {
    const page = Number(key)
    if (!isCount(page, count) || page === 0 || !isCount(ms, ABSURD_MS)) return null
    if (ms === 0) continue
    sum += ms
    found.push([page, ms])
  }
  // Pages can't have been read for longer than the whole.
  if (sum > visibleMs) for (const entry of found) entry[1] = Math.floor((entry[1] * visibleMs) / sum)
  return found
}
