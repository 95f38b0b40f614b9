import { dayName } from '@zhike/shared'
import type { AnswerOf } from '@zhike/shared/contract'
import type { Platform } from '../../../platform/platform.ts'
import type { Viewer } from '../../identity/index.ts'
import { NOTHING, daysBefore, periodSums, shownSums } from './period.ts'

/** Openings, reading time and sends of the last days one by one, and all together against as many days before. */
export function createTrend({ db, clock }: Platform) {
  return async (viewer: Viewer, days: number): Promise<AnswerOf<'GET /api/radar/trend'>> => {
    const to = dayName(clock.now(), viewer.corp.zone)
    const from = daysBefore(to, days - 1)
    const sums = periodSums(db, viewer)
    const [byDay, all, before] = await Promise.all([sums.byDay({ from, to }), sums.together({ from, to }), sums.together({ from: daysBefore(from, days), to: daysBefore(from, 1) })])
    const shown = Array.from({ length: days }, (_, i) => daysBefore(to, days - 1 - i))
    return {
      days: shown.map((day) => {
        const { views, shares, readMs } = byDay.get(day) ?? NOTHING
        return { day, views, shares, readMs }
      }),
      sums: shownSums(all), before: shownSums(before),
    }
  }
}
