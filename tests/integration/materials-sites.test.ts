// What the sites of links allow is asked in the background: of the address that a link has now, again when it failed, and again after a day.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTaking } from '../../server/src/modules/materials/files/taking.ts'
import { createOutsidePages, type OutsidePages } from '../../server/src/modules/materials/outside-pages.ts'
import type { OutsidePage } from '../../server/src/platform/outside/outside.ts'
import { OutsideRefused } from '../../server/src/platform/outside/refusals.ts'
import { ADMIN, openMaterialsHouse, type MaterialsHouse, type Person } from './materials-house.ts'

const HOUR = 60 * 60_000
let house: MaterialsHouse
let admin: Person
let groupId = 0
let pages: OutsidePages
/** What sites answer now. */
let answer: (url: string) => Promise<OutsidePage>
const asked: string[] = []
const changed = vi.fn()

beforeAll(async () => {
  house = await openMaterialsHouse()
  admin = await house.person('wwsites00000001', ADMIN)
  groupId = (await admin.ask('GET', '/api/material-groups?scope=corp')).json.groups[0]?.groupId ?? 0
  pages = createOutsidePages(house.platform, {
    taking: createTaking(house.platform), changed,
    outside: { get: (url) => {
      asked.push(url)
      return answer(url)
    } },
  })
  pages.work()
})
afterAll(async () => {
  await pages.stop()
  await house.close()
})
beforeEach(() => {
  asked.length = 0
  changed.mockClear()
  answer = async (url) => page(url, null)
})

const page = (url: string, options: string | null): OutsidePage => ({
  url, status: 200, contentType: 'text/html', charset: null, headers: { 'x-frame-options': options, 'content-security-policy': null }, body: Buffer.from('<title>门窗</title>'), cut: false,
})
const address = () => `https://${randomUUID()}.example.com/a`
const form = (url: string) => ({ type: 'link', url, title: '门窗知识', summary: '', coverFileId: null, groupId })
const made = async (url: string) => (await admin.ask('POST', '/api/materials', form(url))).json
const framing = async (materialId: number) => (await house.materials.forSender(admin.corpId, materialId))?.framing
/** Sessions end meanwhile. */
async function dayLater(): Promise<void> {
  house.clock.pass(25 * HOUR)
  admin = await house.person('wwsites00000001', ADMIN)
}

describe('the site of a link', () => {
  it('is asked when the link is made, and its readers see it that way · MAT-6', async () => {
    answer = async (url) => page(url, 'DENY')
    const { materialId } = await made(address())
    await expect.poll(() => framing(materialId)).toBe('refused')
    expect(changed).toHaveBeenCalledWith(admin.corpId, materialId)
  })

  it('says nothing about the address that an edit put in its place meanwhile · MAT-6, MAT-10', async () => {
    const [before, after] = [address(), address()]
    let goOn = () => {}
    const held = new Promise<void>((done) => (goOn = done))
    answer = async (url) => {
      if (url !== before) return page(url, 'DENY')
      await held
      return page(url, null)
    }
    const { materialId, version } = await made(before)
    await expect.poll(() => asked).toEqual([before])
    expect((await admin.ask('PUT', `/api/materials/${materialId}`, { version, form: form(after) })).status).toBe(200)
    await expect.poll(() => framing(materialId)).toBe('refused')
    goOn()
    // The overtaken answer has come back when the next job is done.
    const next = await made(address())
    await expect.poll(() => framing(next.materialId)).toBe('refused')
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(2))
    expect(await framing(materialId)).toBe('refused')
  })

  it('that could not be asked is asked again a day later, and what it said before stays · MAT-6', async () => {
    const url = address()
    const { materialId } = await made(url)
    await expect.poll(() => framing(materialId)).toBe('allowed')
    // Refused for good: no use in asking the same again at once.
    answer = async () => { throw new OutsideRefused('type') }
    asked.length = 0
    await pages.askOld()
    await dayLater()
    await pages.askOld()
    await expect.poll(() => asked.filter((one) => one === url)).toEqual([url])
    expect(await framing(materialId)).toBe('allowed')
    answer = async (one) => page(one, 'SAMEORIGIN')
    await dayLater()
    await pages.askOld()
    await expect.poll(() => framing(materialId)).toBe('refused')
  })

  it('is asked once more at once when it was away for a moment · MAT-6', async () => {
    let times = 0
    answer = async (url) => {
      times += 1
      if (times === 1) throw new OutsideRefused('timeout')
      return page(url, 'DENY')
    }
    const { materialId } = await made(address())
    await expect.poll(() => framing(materialId), { timeout: 40_000, interval: 500 }).toBe('refused')
    expect(times).toBe(2)
  }, 60_000)
})

it('a member brings over one article at a time; her colleague isn’t kept waiting · MAT-4', async () => {
  let goOn = () => {}
  const held = new Promise<void>((done) => (goOn = done))
  answer = async (url) => {
    await held
    return page(url, null)
  }
  const first = pages.importArticle(admin, address())
  await expect(pages.importArticle(admin, address())).rejects.toMatchObject({ code: 'too_many', message: '上一篇文章还在导入，请等它完成' })
  const colleague = pages.importArticle({ ...admin, staffId: admin.staffId + 1 }, address())
  goOn()
  // Neither page has an article in it.
  await expect(first).rejects.toMatchObject({ code: 'invalid' })
  await expect(colleague).rejects.toMatchObject({ code: 'invalid' })
  await expect(pages.importArticle(admin, address())).rejects.toMatchObject({ code: 'invalid' })
})
