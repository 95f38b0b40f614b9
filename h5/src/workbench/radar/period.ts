import { dayName } from '@zhike/shared'
import { computed, ref } from 'vue'
import { serverNow } from '../../common/now.ts'

/** Of a comparison: how many days up to today, or days of one's own choice. */
export const PERIODS = [{ value: '1', label: '今天' }, { value: '7', label: '近 7 天' }, { value: '30', label: '近 30 天' }, { value: 'days', label: '自选日期' }] as const
export type PeriodChoice = (typeof PERIODS)[number]['value']
/** Without days of one's own: for a card on the radar's first screen. */
export const SHORT_PERIODS = PERIODS.filter((one) => one.value !== 'days')

const DAY_MS = 24 * 3600_000

/** The days that a choice means, `2026-03-04`, both included; null while own days are not both filled in. */
export function daysOf(choice: PeriodChoice, own: { first: string; last: string }, now: number, zone?: string): { from: string; to: string } | null {
  if (choice === 'days') return own.first === '' || own.last === '' ? null : { from: own.first, to: own.last }
  // Counted from noon: a day is not always 24 hours long.
  const noon = Date.parse(`${dayName(now, zone)}T12:00:00Z`)
  const name = (at: number) => new Date(at).toISOString().slice(0, 10)
  return { from: name(noon - (Number(choice) - 1) * DAY_MS), to: name(noon) }
}

/** A period as a screen holds it. @param zone of the corp */
export function usePeriod(first: PeriodChoice, zone?: string) {
  const choice = ref<PeriodChoice>(first)
  const own = ref({ first: '', last: '' })
  return { choice, own, days: computed(() => daysOf(choice.value, own.value, serverNow(), zone)) }
}
