// Views that can't be announced or ended, and what the sweeper does about the others.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createRadarSettings } from '../../server/src/modules/radar/settings.ts'
import { views as viewRows } from '../../server/src/modules/radar/tables.ts'
import { createWatch } from '../../server/src/modules/radar/watch/watch.ts'
import { openStage, type Stage } from './radar-stage.ts'

let stage: Stage
let wu: Awaited<ReturnType<Stage['person']>>
let chen: Awaited<ReturnType<Stage['person']>>
let material: number
let customer: Awaited<ReturnType<Stage['customer']>>

beforeAll(async () => {
  stage = await openStage({ now: Date.UTC(2026, 2, 4, 4, 0) })
  wu = await stage.person('wuxiaoyan')
  chen = await stage.person('chensiyuan')
  material = await stage.pdf('2026 春季价目表')
})
afterAll(() => stage.close())
beforeEach(async () => { customer = await stage.customer('林间小路', [wu.staffId]) })

const chatOf = (of: { externalUserId: string }) => ({ kind: 'customer', externalUserId: of.externalUserId })

describe('views that fail', () => {
  /** Lets the database refuse what brings a view of these links into a state. */
  const poison = async (state: 1 | 2, shareId: number) => {
    await stage.rows('DROP TRIGGER IF EXISTS poisoned')
    await stage.rows(`CREATE TRIGGER poisoned BEFORE UPDATE ON views FOR EACH ROW IF NEW.share_id = ${shareId} AND NEW.device = 'poison' AND NEW.announced = ${state} THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'poisoned'; END IF`)
  }
  const views = (shareId: number, announced: 0 | 1, device: string, many: number) => stage.platform.db.insert(viewRows).values(Array.from({ length: many }, (_, i) => ({
    corpId: stage.corp.id, viewKey: `${device}-${announced}-${shareId}-${i}`, shareId, materialId: material, staffId: wu.staffId, visitorId: `v${i}`, device, announced, openedAt: stage.clock.now() - 120_000 - (device === 'poison' ? 60_000 : 0), lastSeenAt: stage.clock.now() - 60_000, visibleMs: 1000,
  })))
  const states = async (shareId: number) => (await stage.rows('SELECT device, announced, COUNT(*) n FROM views WHERE share_id = ? GROUP BY device, announced ORDER BY device', [shareId])).map(({ device, announced, n }) => [device, announced, Number(n)])
  afterEach(async () => void await stage.rows('DROP TRIGGER IF EXISTS poisoned'))

  it.each([[0, 1], [1, 2]] as const)('from state %i to %i keep no others from it, however many and however old; they are tried again later', async (from, to) => {
    const { shareId } = await stage.send(wu, material, chatOf(customer))
    await poison(to, shareId)
    await views(shareId, from, 'poison', 500)
    await views(shareId, from, 'sound', 1)
    const { shareId: other } = await stage.send(chen, material, chatOf(await stage.customer('别人的客户', [chen.staffId])))
    await views(other, from, 'sound', 1)
    const sweeper = createWatch(stage.platform, stage.radarNeeds, createRadarSettings(stage.platform, stage.radarNeeds))
    await sweeper.sweep()
    await sweeper.sweep()
    const sound = async () => [...await states(shareId), ...await states(other)].filter(([device]) => device === 'sound')
    expect((await sound()).every(([, announced]) => Number(announced) >= to)).toBe(true)
    expect(await states(shareId)).toContainEqual(['poison', from, 500])
    await stage.rows('DROP TRIGGER poisoned')
    await sweeper.sweep()
    expect(await states(shareId)).toContainEqual(['poison', from, 500])
    stage.clock.pass(31_000)
    await sweeper.sweep()
    expect((await states(shareId)).find(([device, announced]) => device === 'poison' && announced === from)).toBeUndefined()
  }, 60_000)

  it('of a corp that is not there keep no others from it', async () => {
    const { shareId } = await stage.send(wu, material, chatOf(customer))
    await views(shareId, 1, 'poison', 500)
    await stage.rows('UPDATE views SET corp_id = 99999 WHERE share_id = ?', [shareId])
    await views(shareId, 1, 'sound', 1)
    const sweeper = createWatch(stage.platform, stage.radarNeeds, createRadarSettings(stage.platform, stage.radarNeeds))
    await sweeper.sweep()
    await sweeper.sweep()
    expect(await states(shareId)).toEqual([['poison', 1, 500], ['sound', 2, 1]])
    await stage.rows('DELETE FROM views WHERE corp_id = 99999')
  })
})
