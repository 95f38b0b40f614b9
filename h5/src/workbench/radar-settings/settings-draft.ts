import { KEEP_VIEWS_CHOICES, clockOfMinutes, endsNextDay } from '@zhike/shared'
import type { RadarSettingsForm, RadarSettingsView } from '@zhike/shared/contract'

/** The form of the radar's settings as it is being filled in. */
export interface SettingsDraft {
  consentLine: boolean
  tellReading: boolean
  tellSummary: boolean
  quiet: boolean
  /** Kept while the quiet hours are off: turned on again, they are the same. */
  from: string
  until: string
  /** Days; 0: as the installation says. */
  keep: number
}

export const SETTINGS_FIELDS = ['quiet', 'keepViewsDays'] as const
export type SettingsField = (typeof SETTINGS_FIELDS)[number]

/** What most shops would choose. */
const USUAL_NIGHT = { from: '22:00', until: '08:00' }

export function draftOf({ consentLine, tellReading, tellSummary, quiet, keepViewsDays }: RadarSettingsForm): SettingsDraft {
  return { consentLine, tellReading, tellSummary, quiet: quiet !== null, ...(quiet ?? USUAL_NIGHT), keep: keepViewsDays ?? 0 }
}

export function formOf({ consentLine, tellReading, tellSummary, quiet, from, until, keep }: SettingsDraft): RadarSettingsForm {
  return { consentLine, tellReading, tellSummary, quiet: quiet ? { from, until } : null, keepViewsDays: keep === 0 ? null : keep }
}

/** What is wrong with the form, at the fields. The server checks the same rules again. */
export function problemsOf({ quiet, from, until }: SettingsDraft): Partial<Record<SettingsField, string>> {
  return quiet && from === until ? { quiet: '开始和结束不能是同一时间' } : {}
}

const STEP_MINUTES = 30
const HALF_HOURS = Array.from({ length: (24 * 60) / STEP_MINUTES }, (_, i) => clockOfMinutes(i * STEP_MINUTES))

/** Times of day to choose from, with one that was set in another way. @param from tells which of them are on the next day */
export function clockOptions(chosen: string, from?: string): { value: string; label: string }[] {
  return [...new Set([...HALF_HOURS, chosen])].sort().map((value) => ({ value, label: from !== undefined && value !== from && endsNextDay({ from, until: value }) ? `次日 ${value}` : value }))
}

/** Would saving change anything? */
export const isChanged = (draft: SettingsDraft, saved: RadarSettingsForm): boolean => JSON.stringify(formOf(draft)) !== JSON.stringify(formOf(draftOf(saved)))

/** How many days views are kept with this choice. */
export const daysKept = (keep: number, { usualViewsDays }: RadarSettingsView): number => (keep === 0 ? usualViewsDays : keep)

const NAMED_DAYS: Record<number, string> = { 180: '半年', 365: '一年', 1098: '三年' }

/** The choices, with the installation's own number, and with one that was set in another way. */
export function keepOptions(settings: RadarSettingsView): { value: number; label: string }[] {
  const days = [...new Set([...KEEP_VIEWS_CHOICES, ...(settings.keepViewsDays === null ? [] : [settings.keepViewsDays])])].sort((a, b) => a - b)
  return [{ value: 0, label: `跟随系统默认（${settings.usualViewsDays} 天）` }, ...days.map((value) => ({ value, label: NAMED_DAYS[value] ? `${value} 天（${NAMED_DAYS[value]}）` : `${value} 天` }))]
}

const WORDS: readonly (readonly [label: string, of: (form: RadarSettingsForm) => unknown])[] = [
  ['正在看提醒', (form) => form.tellReading], ['离开小结', (form) => form.tellSummary], ['免打扰时段', (form) => form.quiet], ['阅读告知', (form) => form.consentLine], ['保留时间', (form) => form.keepViewsDays],
]

/** What differs between two of them, in words. */
export function differing(one: RadarSettingsForm, other: RadarSettingsForm): string[] {
  return WORDS.flatMap(([label, of]) => (JSON.stringify(of(one)) === JSON.stringify(of(other)) ? [] : [label]))
}
