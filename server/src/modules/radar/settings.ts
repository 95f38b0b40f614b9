import { endsNextDay, clockOfMinutes, minutesOfClock, quietUntil, quietWords } from '@zhike/shared'
import { radarSettingsContract } from '@zhike/shared/contract'
import type { RadarSettingsForm, RadarSettingsView } from '@zhike/shared/contract'
import { and, eq, lt } from 'drizzle-orm'
import type { Queries } from '../../platform/db/connect.ts'
import { isDuplicate } from '../../platform/db/connect.ts'
import { countUpTo } from '../../platform/db/keyset.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { conflict } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Register, Viewer } from '../identity/index.ts'
import type { Quiet } from '../notices/index.ts'
import type { RadarNeeds } from './needs.ts'
import { radarSettings, views } from './tables.ts'

/** What a corp has set for its radar. @property version 0 while it has set nothing; @property updatedAt epoch ms */
export interface RadarSettings extends RadarSettingsForm { version: number; updatedAt: number | null }

/** As it comes: customers know that they are seen, senders are told everything, at any hour. */
const UNTOUCHED: RadarSettings = { consentLine: true, tellReading: true, tellSummary: true, quiet: null, keepViewsDays: null, version: 0, updatedAt: null }

const KEPT_MS = 2000
const KEPT = 2000
const DAY_MS = 24 * 60 * 60 * 1000
const COUNTED = 10_000

export type RadarSettingsArea = ReturnType<typeof createRadarSettings>

/** Settings of the corps' radars: which messages, when nobody is messaged, what readers are told, how long views are kept. */
export function createRadarSettings(platform: Platform, needs: Pick<RadarNeeds, 'audit' | 'corps'>) {
  const { clock, config, db } = platform
  const usualViewsDays = Math.round(config.retention.viewsMs / DAY_MS)
  const memory = new Map<number, { settings: Promise<RadarSettings>; at: number }>()

  /** Not older than two seconds: read for every page and every batch of beacons. */
  function of(corpId: number): Promise<RadarSettings> {
    const known = memory.get(corpId)
    if (known && clock.now() - known.at < KEPT_MS) return known.settings
    if (memory.size >= KEPT) memory.clear()
    const settings = settingsOf(db, corpId).read()
    memory.set(corpId, { settings, at: clock.now() })
    // Who asked hears of the failure; the next one asks the database again.
    settings.catch(() => memory.delete(corpId))
    return settings
  }

  async function save(viewer: Viewer, { version, ...form }: RadarSettingsForm & { version: number }, from: string): Promise<RadarSettings> {
    const { corpId } = viewer
    const saved = await inTransaction(db, async (tx) => {
      const store = settingsOf(tx, corpId)
      const before = await store.read()
      // Sent twice, it is saved once.
      if (sameForm(before, form)) return before
      const after = { ...form, version: version + 1, updatedAt: clock.now() }
      if (before.version !== version || !(await store.write(after))) throw conflict('雷达设置刚刚被别人修改过，请看过最新内容再保存，以免覆盖对方的修改')
      await needs.audit.record(tx, { corpId, actorId: viewer.staffId, action: 'radar.settings_changed', subject: '', before: recorded(before), after: recorded(after), from })
      return after
    })
    memory.delete(corpId)
    return saved
  }

  /** As the audit log keeps it: in words (GEN-4). */
  const recorded = ({ consentLine, tellReading, tellSummary, quiet, keepViewsDays }: RadarSettingsForm) => ({
    consentLine, tellReading, tellSummary, quiet: quiet ? quietWords(quiet) : '不设', keepViews: keepViewsDays === null ? `系统默认的 ${usualViewsDays} 天` : `${keepViewsDays} 天`,
  })
  const present = ({ consentLine, tellReading, tellSummary, quiet, keepViewsDays, version, updatedAt }: RadarSettings): RadarSettingsView =>
    ({ consentLine, tellReading, tellSummary, quiet, keepViewsDays, version, updatedAt, usualViewsDays })

  return {
    of,
    /** How long this corp's views are kept, milliseconds. */
    async keepsViewsMs(corpId: number): Promise<number> {
      const { keepViewsDays } = await of(corpId)
      return keepViewsDays === null ? config.retention.viewsMs : keepViewsDays * DAY_MS
    },
    /** The quiet hours that a moment lies in; null: people may be messaged (GEN-10). */
    async quietAt(corpId: number, at: number): Promise<Quiet | null> {
      const { quiet } = await of(corpId)
      const corp = quiet && await needs.corps.byId(corpId)
      const until = quiet && corp ? quietUntil(quiet, at, corp.zone) : null
      return quiet && until !== null ? { until, name: endsNextDay(quiet) ? '夜间' : '免打扰时段' } : null
    },
    routes(register: Register): void {
      register(radarSettingsContract, {
        // Whoever is about to change something must not see what was true two seconds ago.
        'GET /api/radar/settings': async ({ viewer }) => present(await settingsOf(db, viewer.corpId).read()),
        'PUT /api/radar/settings': async ({ viewer, body, request }) => present(await save(viewer, body, request.ip)),
        'GET /api/radar/settings/old-views': async ({ viewer, query }) => {
          const found = await countUpTo(db, views, and(eq(views.corpId, viewer.corpId), lt(views.openedAt, clock.now() - query.days * DAY_MS)), COUNTED + 1)
          return { views: Math.min(found, COUNTED), more: found > COUNTED }
        },
      })
    },
  }
}

function settingsOf(q: Queries, corpId: number) {
  const columns = ({ consentLine, tellReading, tellSummary, quiet, keepViewsDays, version }: RadarSettingsForm & { version: number }, updatedAt: number) => ({
    consentLine: consentLine ? 1 : 0, tellReading: tellReading ? 1 : 0, tellSummary: tellSummary ? 1 : 0,
    quietFrom: quiet ? minutesOfClock(quiet.from) : null, quietUntil: quiet ? minutesOfClock(quiet.until) : null, keepViewsDays, version, updatedAt,
  })
  return {
    async read(): Promise<RadarSettings> {
      const [row] = await q.select().from(radarSettings).where(eq(radarSettings.corpId, corpId))
      if (!row) return UNTOUCHED
      const { quietFrom, quietUntil: until, keepViewsDays, version, updatedAt } = row
      return {
        consentLine: row.consentLine === 1, tellReading: row.tellReading === 1, tellSummary: row.tellSummary === 1,
        quiet: quietFrom === null || until === null ? null : { from: clockOfMinutes(quietFrom), until: clockOfMinutes(until) }, keepViewsDays, version, updatedAt,
      }
    },
    /** False when somebody has saved since the version before this one. */
    async write(settings: RadarSettingsForm & { version: number; updatedAt: number }): Promise<boolean> {
      const row = columns(settings, settings.updatedAt)
      if (settings.version > 1) {
        const [result] = await q.update(radarSettings).set(row).where(and(eq(radarSettings.corpId, corpId), eq(radarSettings.version, settings.version - 1)))
        return result.affectedRows === 1
      }
      try {
        await q.insert(radarSettings).values({ corpId, ...row })
        return true
      } catch (error) {
        if (isDuplicate(error)) return false
        throw error
      }
    },
  }
}

function sameForm(one: RadarSettingsForm, other: RadarSettingsForm): boolean {
  const { consentLine, tellReading, tellSummary, quiet, keepViewsDays } = one
  return consentLine === other.consentLine && tellReading === other.tellReading && tellSummary === other.tellSummary
    && quiet?.from === other.quiet?.from && quiet?.until === other.quiet?.until && keepViewsDays === other.keepViewsDays
}
