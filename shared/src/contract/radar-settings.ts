import { z } from 'zod'
import { CLOCK_PATTERN } from '../quiet-hours.ts'
import { KEEP_VIEWS_DAYS } from '../radar.ts'
import { defineContract, staff } from './define.ts'
import { moment } from './parts.ts'

const clock = z.string().regex(CLOCK_PATTERN, '时间形如 22:00')
const keepWords = `天数为 ${KEEP_VIEWS_DAYS.least} 到 ${KEEP_VIEWS_DAYS.most} 的整数`
const keepViewsDays = z.number().int(keepWords).min(KEEP_VIEWS_DAYS.least, keepWords).max(KEEP_VIEWS_DAYS.most, keepWords)

/** What a corp sets for its radar. */
const radarSettingsForm = z.object({
  /** Customers are told on the page that their reading is seen. */
  consentLine: z.boolean(),
  /** Which messages senders get besides that of the first opening (MAT-16). */
  tellReading: z.boolean(),
  tellSummary: z.boolean(),
  /** In the corp's zone; past midnight when `until` is earlier. */
  quiet: z.object({ from: clock, until: clock }).refine(({ from, until }) => from !== until, '开始和结束不能是同一时间').nullable(),
  /** Days that views are kept; null: as the installation says. */
  keepViewsDays: keepViewsDays.nullable(),
})
export type RadarSettingsForm = z.infer<typeof radarSettingsForm>

const radarSettings = radarSettingsForm.extend({
  /** Changes with every edit; send it back when saving (GEN-8). */
  version: z.number().int(),
  /** Null when nobody has changed anything yet. */
  updatedAt: moment.nullable(),
  /** Days that the installation keeps views. */
  usualViewsDays: z.number().int(),
})
export type RadarSettingsView = z.infer<typeof radarSettings>

export const radarSettingsContract = defineContract({
  'GET /api/radar/settings': { summary: 'What the corp has set for its radar', who: staff('settings.write'), response: radarSettings },
  'PUT /api/radar/settings': {
    summary: 'Changes it; refused when somebody else has changed it since `version` (GEN-8)',
    who: staff('settings.write'), body: radarSettingsForm.extend({ version: z.number().int().min(0) }), response: radarSettings,
  },
  'GET /api/radar/settings/old-views': {
    summary: 'How many views would go if they were kept for so many days only (GEN-3)',
    who: staff('settings.write'), query: z.object({ days: z.coerce.number<number>().pipe(keepViewsDays) }),
    response: z.object({ views: z.number().int(), /** Beyond that they were not counted. */ more: z.boolean() }),
  },
})
