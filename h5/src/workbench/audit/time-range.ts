import { dayName, dayStart } from '@zhike/shared'

const DAY_MS = 24 * 3600_000

export const TIME_RANGES = [
  { value: 'all', label: '全部时间' }, { value: '1', label: '今天' }, { value: '7', label: '近 7 天' }, { value: '30', label: '近 30 天' }, { value: 'days', label: '自选日期' },
] as const
export type TimeRange = (typeof TIME_RANGES)[number]['value']

/** Moments between which a range lies, `to` not included: epoch milliseconds, days of the corp's zone. Days as `2026-03-04`, empty: open end. */
export function momentsOf(range: TimeRange, days: { first: string; last: string }, now: number, zone?: string): { from?: number; to?: number } {
  if (range === 'all') return {}
  if (range !== 'days') return { from: dayStart(now, zone) - (Number(range) - 1) * DAY_MS }
  const last = beginOf(days.last, zone)
  return { from: beginOf(days.first, zone), to: last === undefined ? undefined : dayStart(last + 1.5 * DAY_MS, zone) }
}

function beginOf(day: string, zone?: string): number | undefined {
  const near = Date.parse(`${day}T00:00:00Z`)
  if (Number.isNaN(near)) return undefined
  return [near - DAY_MS, near, near + DAY_MS].map((at) => dayStart(at, zone)).find((at) => dayName(at, zone) === day)
}
