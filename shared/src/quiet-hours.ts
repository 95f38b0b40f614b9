import { minuteOfDay } from './format.ts'

const DAY_MINUTES = 24 * 60
const MINUTE_MS = 60_000

/** Times of day as forms give them: 00:00 … 23:59. */
export const CLOCK_PATTERN = /^([01]\d|2[0-3]):[0-5]\d$/

/** The part of a corp's day in which nobody is messaged: `22:00` to `08:00` of the next day. The end is no longer quiet. */
export interface QuietHours { from: string; until: string }

/** Minutes since midnight: 08:30 → 510. */
export const minutesOfClock = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5))
/** 510 → 08:30. */
export const clockOfMinutes = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

/** Do they end on the day after they began? */
export const endsNextDay = ({ from, until }: QuietHours): boolean => minutesOfClock(until) <= minutesOfClock(from)
/** How long they are. */
export const quietMinutes = ({ from, until }: QuietHours): number => minutesOf(from, until)
/** As people say them: 22:00–次日 08:00. */
export const quietWords = (hours: QuietHours): string => `${hours.from}–${endsNextDay(hours) ? '次日 ' : ''}${hours.until}`

/** When the quiet hours that a moment lies in are over, epoch ms; null when it lies in none (GEN-10, GEN-11). */
export function quietUntil(hours: QuietHours, at: number, zone: string): number | null {
  const now = clockOfMinutes(minuteOfDay(at, zone))
  if (minutesOf(hours.from, now) >= quietMinutes(hours)) return null
  const end = at - (at % MINUTE_MS) + minutesOf(now, hours.until) * MINUTE_MS
  // Where clocks were changed meanwhile the end is the hour on the wall, not so many minutes later.
  const shown = clockOfMinutes(minuteOfDay(end, zone))
  const late = minutesOf(hours.until, shown)
  return end - (late > DAY_MINUTES / 2 ? late - DAY_MINUTES : late) * MINUTE_MS
}

/** From one time of day to the next time that the clock shows another. */
const minutesOf = (from: string, until: string): number => (minutesOfClock(until) - minutesOfClock(from) + DAY_MINUTES) % DAY_MINUTES
