import type { PageReport } from './protocol/native-bridge.ts'

/** Where a browser has been and stands, as WeChat's back and forward buttons need it. */
export interface PageHistory {
  readonly entries: readonly string[]
  readonly at: number
  /** What the page last said of the length of its tab's history. */
  readonly length: number
}

export const NOWHERE: PageHistory = { entries: [], at: -1, length: 0 }

export const canGoBack = ({ at }: PageHistory): boolean => at > 0
export const canGoForward = ({ entries, at }: PageHistory): boolean => at < entries.length - 1

/**
 * The history after a report of the page; pure, no I/O.
 * @param asked the entry that the person has just gone to by a button, or null when the page moved by itself
 */
export function visited(before: PageHistory, report: Pick<PageReport, 'address' | 'how' | 'loaded' | 'length'>, asked: number | null = null): PageHistory {
  const { address, length } = report
  const standAt = (at: number): PageHistory => ({ entries: before.entries.with(at, address), at, length })
  if (before.entries.length === 0) return { entries: [address], at: 0, length }
  if (asked !== null && asked < before.entries.length) return standAt(asked)
  if (isNewEntry(before, report)) return { entries: [...before.entries.slice(0, before.at + 1), address], at: before.at + 1, length }
  // A page may go back by itself.
  const moves = report.how === 'traverse' || report.how === 'unknown'
  if (moves && address !== before.entries[before.at]) {
    if (before.entries[before.at - 1] === address) return standAt(before.at - 1)
    if (before.entries[before.at + 1] === address) return standAt(before.at + 1)
  }
  return standAt(before.at)
}

function isNewEntry(before: PageHistory, { address, how, loaded, length }: Pick<PageReport, 'address' | 'how' | 'loaded' | 'length'>): boolean {
  const grew = length > before.length && address !== before.entries[before.at]
  switch (how) {
    case 'push':
      return true
    // Opened by a link, then led on by a redirect of the page in between (a sign-in).
    case 'replace':
      return loaded && grew
    case 'unknown':
      return grew
    case 'reload':
    case 'traverse':
    case 'same':
      return false
  }
}
