/** How numbers, money and times are written on every screen and in every message (ui.md). */

const plain = new Intl.NumberFormat('en-US')

/** 12,345 up to 99,999; from there 12.3万; from a hundred million 1.2亿. */
export function formatCount(n: number): string {
  const size = Math.abs(n)
  if (size < 100_000) return plain.format(n)
  if (size < 100_000_000) return `${trimZero(n / 10_000)}万`
  return `${trimZero(n / 100_000_000)}亿`
}

/** Reading time: 5秒, 1分20秒, 1小时5分. Parts of a second are cut, a positive time is never 0秒. */
export function formatDwell(ms: number): string {
  const total = ms > 0 ? Math.max(1, Math.floor(ms / 1000)) : 0
  const hours = Math.floor(total / 3600)
  const minutes = Math.floor((total % 3600) / 60)
  const seconds = total % 60
  if (hours > 0) return minutes > 0 ? `${hours}小时${minutes}分` : `${hours}小时`
  if (minutes > 0) return seconds > 0 ? `${minutes}分${String(seconds).padStart(2, '0')}秒` : `${minutes}分`
  return `${seconds}秒`
}

/** Bytes as 820 B, 12.5 KB, 1.2 MB. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${trimZero(bytes / 1024)} KB`
  return `${trimZero(bytes / 1024 / 1024)} MB`
}

interface DayParts { year: number; month: number; day: number; clock: string }

const zoneFormats = new Map<string, Intl.DateTimeFormat>()
/** Lists ask for the present with every row, and Intl takes its time. */
const knownMinutes = new Map<string, DayParts>()
const MOST_MINUTES = 200

function partsIn(zone: string, ms: number): DayParts {
  const minute = `${zone} ${Math.floor(ms / 60_000)}`
  let parts = knownMinutes.get(minute)
  if (!parts) {
    parts = readParts(zone, ms)
    if (knownMinutes.size >= MOST_MINUTES) knownMinutes.clear()
    knownMinutes.set(minute, parts)
  }
  return parts
}

function readParts(zone: string, ms: number): DayParts {
  let format = zoneFormats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone, year: 'numeric', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
    })
    zoneFormats.set(zone, format)
  }
  const found: Record<string, string> = {}
  for (const part of format.formatToParts(ms)) found[part.type] = part.value
  return {
    year: Number(found.year), month: Number(found.month), day: Number(found.day), clock: `${found.hour}:${found.minute}`,
  }
}

/** The default zone of a corp (GEN-11). */
export const DEFAULT_ZONE = 'Asia/Shanghai'

/**
 * A moment as people say it: 刚刚, 5分钟前, 09:14 (today), 昨天 18:02, 3月4日, 2025年3月4日.
 * @param ms the moment, epoch milliseconds
 * @param now the present, epoch milliseconds
 */
export function formatTime(ms: number, now: number, zone: string = DEFAULT_ZONE): string {
  const age = now - ms
  if (age >= -60_000 && age < 60_000) return '刚刚'
  if (age >= 0 && age < 3_600_000) return `${Math.floor(age / 60_000)}分钟前`
  const then = partsIn(zone, ms)
  const today = partsIn(zone, now)
  if (sameDay(then, today)) return then.clock
  if (sameDay(then, partsIn(zone, now - 86_400_000))) return `昨天 ${then.clock}`
  return dayOf(then, today)
}

/** The day of a moment: 3月4日, 2025年3月4日. Arguments as of `formatTime`. */
export function formatDay(ms: number, now: number, zone: string = DEFAULT_ZONE): string {
  return dayOf(partsIn(zone, ms), partsIn(zone, now))
}

function dayOf(then: DayParts, today: DayParts): string {
  return then.year === today.year ? `${then.month}月${then.day}日` : `${then.year}年${then.month}月${then.day}日`
}

/** A moment in full: 2026年3月4日 18:02. */
export function formatMoment(ms: number, zone: string = DEFAULT_ZONE): string {
  const then = partsIn(zone, ms)
  return `${then.year}年${then.month}月${then.day}日 ${then.clock}`
}

/** The day of a moment in a zone: 2026-03-04. */
export function dayName(ms: number, zone: string = DEFAULT_ZONE): string {
  const { year, month, day } = partsIn(zone, ms)
  return [year, String(month).padStart(2, '0'), String(day).padStart(2, '0')].join('-')
}

/** Minutes since midnight on the clocks of a zone. */
export function minuteOfDay(ms: number, zone: string = DEFAULT_ZONE): number {
  const { clock } = partsIn(zone, ms)
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))
}

/** Start of the day that holds `ms` in a zone, as epoch milliseconds. */
export function dayStart(ms: number, zone: string = DEFAULT_ZONE): number {
  const { year, month, day } = partsIn(zone, ms)
  const asUtc = Date.UTC(year, month - 1, day)
  const shown = partsIn(zone, asUtc)
  const offset = Date.UTC(shown.year, shown.month - 1, shown.day, Number(shown.clock.slice(0, 2)), Number(shown.clock.slice(3))) - asUtc
  return asUtc - offset
}

/** 13812342046 → 138****2046. Shorter texts keep only their last two characters. */
export function maskPhone(phone: string): string {
  if (phone.length >= 11) return `${phone.slice(0, 3)}****${phone.slice(-4)}`
  return phone.length > 2 ? `${'*'.repeat(phone.length - 2)}${phone.slice(-2)}` : '**'
}

function sameDay(a: DayParts, b: DayParts): boolean {
  return a.year === b.year && a.month === b.month && a.day === b.day
}

function trimZero(n: number): string {
  return (Math.floor(Math.abs(n) * 10) / 10 * Math.sign(n)).toFixed(1).replace(/\.0$/, '')
}
