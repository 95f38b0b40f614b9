// What a corp sets for its radar: saved, guarded, written down, and kept to.
import { CONSENT_LINE } from '@zhike/shared'
import type { RadarSettingsForm, RadarSettingsView } from '@zhike/shared/contract'
import { desc, eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { auditLogs } from '../../server/src/modules/audit/tables.ts'
import { materials } from '../../server/src/modules/materials/tables.ts'
import { radarSettings, shares, views } from '../../server/src/modules/radar/tables.ts'
import { callerFor, openHouse, syncStaff, type Caller, type House } from '../run/house.ts'

const UNTOUCHED = { consentLine: true, tellReading: true, tellSummary: true, quiet: null, keepViewsDays: null }

let house: House
let admin: Caller
let now = Date.UTC(2026, 2, 4, 4)
beforeAll(async () => {
  house = await openHouse({ clock: { now: () => now }, worker: true })
  await syncStaff(house)
  admin = await house.signIn('linzhixia')
})
afterAll(() => house.close())
beforeEach(async () => {
  await house.platform.db.delete(radarSettings)
  // Nothing is remembered for longer.
  now += 2001
})

const get = (caller = admin): Promise<RadarSettingsView> => caller.call('GET /api/radar/settings')
const put = (changes: Partial<RadarSettingsForm>, version = 0, caller = admin) => caller.attempt('PUT /api/radar/settings', { body: { ...UNTOUCHED, ...changes, version } })

describe('settings of the radar', () => {
  it('turn the line on the page on and off that tells customers they are seen', async () => {
    const { corpId, platform: { db } } = house
    const [material] = await db.insert(materials).values({ corpId, scope: 'corp', groupId: 0, type: 'link', title: '价目表', url: 'https://example.com/', tagIds: [], createdAt: now, updatedAt: now })
    const token = 'a-token-of-the-settings'
    await db.insert(shares).values({ corpId, token, materialId: material.insertId, staffId: 1, context: 'group_chat', requestId: 'settings', state: 'sent', createdAt: now, sentAt: now })
    const page = async () => (await house.app.inject({ url: `/r/${token}`, headers: { 'user-agent': 'Mozilla/5.0 (iPhone) Safari/604.1' } })).body
    expect(await page()).toContain(CONSENT_LINE)
    await put({ consentLine: false })
    now += 2001
    const without = await page()
    expect(without).toContain('价目表')
    expect(without).not.toContain(CONSENT_LINE)
    expect(without).toContain('data-view=')
  })

  it('are as they come until somebody changes them, and say how long the installation keeps views', async () => {
    expect(await get()).toEqual({ ...UNTOUCHED, version: 0, updatedAt: null, usualViewsDays: 1098 })
  })

  it('are saved, and the audit log has what they were and became, in words · GEN-4', async () => {
    const form = { consentLine: false, tellReading: false, tellSummary: true, quiet: { from: '22:00', until: '08:30' }, keepViewsDays: 90 }
    const saved = await put(form)
    expect(saved.json()).toEqual({ ...form, version: 1, updatedAt: now, usualViewsDays: 1098 })
    expect(await get()).toEqual(saved.json())
    const [entry] = await house.platform.db.select().from(auditLogs).where(eq(auditLogs.action, 'radar.settings_changed')).orderBy(desc(auditLogs.id)).limit(1)
    expect(entry).toMatchObject({
      before: { consentLine: true, tellReading: true, tellSummary: true, quiet: '不设', keepViews: '系统默认的 1098 天' },
      after: { consentLine: false, tellReading: false, tellSummary: true, quiet: '22:00–次日 08:30', keepViews: '90 天' },
    })
    expect((await put({ quiet: null }, 1)).json()).toMatchObject({ quiet: null, version: 2 })
  })

  it('that somebody else has changed meanwhile are not overwritten; sent twice they are saved once · GEN-8', async () => {
    const entries = async () => Number((await house.platform.db.select({ n: sql<number>`COUNT(*)` }).from(auditLogs).where(eq(auditLogs.action, 'radar.settings_changed')))[0]?.n)
    const before = await entries()
    const answers = await Promise.all([put({ tellReading: false }), put({ tellSummary: false }), put({ consentLine: false })])
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([200, 409, 409])
    expect(answers.find((answer) => answer.statusCode === 409)?.json()).toMatchObject({ code: 'conflict', message: expect.stringContaining('刚刚被别人修改过') as string })
    const kept = await get()
    expect((await put({ keepViewsDays: 30 }, 0)).statusCode).toBe(409)
    expect(await get()).toEqual(kept)
    const twice = await Promise.all([put({ keepViewsDays: 180 }, 1), put({ keepViewsDays: 180 }, 1)])
    expect(twice.map((answer) => answer.statusCode).filter((status) => status === 200).length).toBeGreaterThan(0)
    expect((await put({ keepViewsDays: 180 }, 1)).json()).toMatchObject({ version: 2, keepViewsDays: 180 })
    expect(await entries()).toBe(before + 2)
  })

  it.each<[object, string]>([
    [{ quiet: { from: '22:00', until: '22:00' } }, 'quiet'], [{ quiet: { from: '24:00', until: '08:00' } }, 'quiet.from'], [{ quiet: { from: '9:00', until: '08:00' } }, 'quiet.from'], [{ quiet: { from: '22:00' } }, 'quiet.until'],
    [{ keepViewsDays: 29 }, 'keepViewsDays'], [{ keepViewsDays: 3661 }, 'keepViewsDays'], [{ keepViewsDays: 30.5 }, 'keepViewsDays'],
  ])('%j is refused at its field · GEN-7', async (wrong, field) => {
    const refused = await admin.attempt('PUT /api/radar/settings', { body: { ...UNTOUCHED, ...wrong, version: 0 } })
    expect(refused.statusCode).toBe(422)
    expect(refused.json<{ details: { fields: Record<string, string> } }>().details.fields[field]).toMatch(/[\u4e00-\u9fff]/)
    expect(await get()).toMatchObject({ version: 0 })
  })

  it('tell how many views would go before they are kept for less time · GEN-3', async () => {
    const { corpId, platform: { db } } = house
    await db.insert(views).values([10, 40, 400].map((days) => ({ corpId, viewKey: `old${days}`, shareId: 1, materialId: 1, staffId: 1, visitorId: 'v', openedAt: now - days * 86_400_000, lastSeenAt: now, announced: 2 })))
    expect(await admin.call('GET /api/radar/settings/old-views', { query: { days: 30 } })).toEqual({ views: 2, more: false })
    expect(await admin.call('GET /api/radar/settings/old-views', { query: { days: 365 } })).toEqual({ views: 1, more: false })
    expect((await admin.attempt('GET /api/radar/settings/old-views', { query: { days: 5 } })).statusCode).toBe(422)
  })

  it('are for whoever may change the settings, each of her own corp · SYS-1, SYS-4', async () => {
    const member = await house.signIn('wuxiaoyan')
    for (const key of ['GET /api/radar/settings', 'PUT /api/radar/settings', 'GET /api/radar/settings/old-views'] as const) {
      expect((await member.attempt(key, key.startsWith('PUT') ? { body: { ...UNTOUCHED, version: 0 } } : { query: { days: 30 } })).statusCode, key).toBe(403)
    }
    const other = await house.modules.corps.add({ wecomCorpId: `wwother${now}`, name: '别家', adminUserids: ['boss'] })
    const boss = await callerFor(house, other.id, 'boss')
    expect((await put({ consentLine: false, keepViewsDays: 30 }, 0, boss)).statusCode).toBe(200)
    expect(await get()).toMatchObject({ consentLine: true, keepViewsDays: null })
    expect(await get(boss)).toMatchObject({ consentLine: false, keepViewsDays: 30 })
  })
})
