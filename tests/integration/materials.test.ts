import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'
import { sql } from 'drizzle-orm'
import { LIMITS } from '@zhike/shared'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createReading } from '../../server/src/modules/materials/reading.ts'
import { files } from '../../server/src/modules/materials/tables.ts'
import { A4, a4Pages, pdfOf } from '../fixtures/materials/pdf.ts'
import { ADMIN, openMaterialsHouse, type Json, type MaterialsHouse, type Person } from './materials-house.ts'

let house: MaterialsHouse
let admin: Person
let seller: Person
let stranger: Person
let groupId: number
const picture = () => sharp({ create: { width: 900, height: 600, channels: 3, background: '#f4b183' } }).png().toBuffer()

beforeAll(async () => {
  house = await openMaterialsHouse()
  admin = await house.person('wwcorp-a', ADMIN)
  seller = await house.person('wwcorp-a', 'wuxiaoyan')
  stranger = await house.person('wwcorp-b', ADMIN)
  groupId = (await admin.ask('GET', '/api/material-groups')).json.groups[0]?.groupId ?? 0
})
afterAll(() => house?.close())

async function link(title: string, more: object = {}): Promise<Json> {
  const made = await admin.ask('POST', '/api/materials', { type: 'link', url: 'https://www.example.com/a', title, groupId, ...more })
  expect(made.json).toMatchObject({ title })
  return made.json
}

describe('uploads', () => {
  it('take a PDF, draw its first page at once and the others in the background · MAT-5', async () => {
    const file = await admin.upload('../2026 春季价目表.pdf', a4Pages(4))
    expect(file.json).toMatchObject({ name: '2026 春季价目表.pdf', kind: 'pdf', pages: 4, width: null })
    const made = await admin.ask('POST', '/api/materials', { type: 'pdf', fileId: file.json.fileId, title: '春季价目表', groupId })
    expect(made.json).toMatchObject({ state: 'preparing', pages: 4, preparedPages: 1, type: 'pdf', version: 1 })
    const id = made.json.materialId
    expect(await house.materials.forReader(admin.corpId, id)).toMatchObject({ state: 'preparing', pages: [{ width: 720, height: 1019 }], pageCount: 4, deleted: false, hasCover: true })

    const cover = await seller.ask('GET', made.json.cover ?? '')
    expect([cover.status, cover.headers['content-type'], (await sharp(cover.body).metadata()).width]).toEqual([200, 'image/webp', 360])
    const again = await seller.ask('GET', made.json.cover ?? '', undefined, { 'if-none-match': String(cover.headers.etag) })
    expect(again.status).toBe(304)
    expect((await seller.ask('GET', `/api/materials/${id}/pictures/p2-720.webp`)).status).toBe(404)

    const news: unknown[] = []
    const stop = house.platform.live.subscribe(admin.corpId, (message) => news.push(message.event))
    await house.materials.work()
    await vi.waitFor(async () => expect((await seller.ask('GET', `/api/materials/${id}`)).json).toMatchObject({ state: 'ready', preparedPages: 4 }), { timeout: 30_000 })
    await vi.waitFor(() => expect(news).toContainEqual({ kind: 'material', materialId: id }))
    stop()
    const detail = (await seller.ask('GET', `/api/materials/${id}`)).json
    // The answer says whose figures these are: a salesperson sees those of her own links.
    expect(detail.totals.scope).toBe('own')
    expect((await admin.ask('GET', `/api/materials/${id}`)).json.totals.scope).toBe('all')
    expect(detail.pictures).toHaveLength(4)
    expect((await seller.ask('GET', detail.pictures[3]?.src ?? '')).status).toBe(200)
    const card = await house.materials.cardPicture(admin.corpId, id, null)
    expect((await sharp(card?.body).metadata()).format).toBe('jpeg')
  })

  it('take pictures and show them at once · MAT-7', async () => {
    const file = (await admin.upload('新品.png', await picture())).json
    expect(file).toMatchObject({ kind: 'image', width: 900, height: 600, pages: null })
    const made = (await admin.ask('POST', '/api/materials', { type: 'image', fileIds: [file.fileId], title: '新品海报', groupId })).json
    expect(made).toMatchObject({ state: 'ready', pages: 1, pictures: [{ width: 720, height: 480 }] })
    const shown = await seller.ask('GET', made.pictures[0]?.src ?? '')
    expect((await sharp(shown.body).metadata()).width).toBe(720)
  })

  it.each([
    ['a locked PDF', '密码.pdf', () => pdfOf([A4], { encrypted: true }), 422, '设置了打开密码'],
    ['a damaged PDF', '坏.pdf', () => Buffer.from('%PDF-1.7 broken'), 422, '已损坏'],
    ['a PDF of too many pages', '厚.pdf', () => a4Pages(301), 422, '最多 300 页'],
    ['something else named .pdf', '程序.pdf', () => Buffer.from('MZ'.padEnd(4000, 'x')), 415, '需要一份 PDF'],
    ['a broken picture', '坏.png', () => Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(2000)]), 422, '已损坏'],
    ['too large a picture', '大.jpg', () => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(11 * 1024 * 1024)]), 413, '不能超过 10 MB'],
    ['nothing', '空.pdf', () => Buffer.alloc(0), 422, '空的'],
  ])('refuse %s before saving', async (_what, name, bytes, status, says) => {
    const before = await rows('files')
    const answer = await admin.upload(name, bytes())
    expect([answer.status, answer.json.message]).toEqual([status, expect.stringContaining(says)])
    expect(await rows('files')).toBe(before)
  })

  it('are their uploader’s: nobody makes a material of another’s file · MAT-20', async () => {
    const file = (await seller.upload('a.pdf', a4Pages(1))).json
    expect((await admin.ask('POST', '/api/materials', { type: 'pdf', fileId: file.fileId, title: '别人的文件', groupId })).json.details.fields).toEqual({ fileId: '请重新上传文件' })
    expect((await admin.ask('GET', `/api/files/${file.fileId}/picture`)).status).toBe(404)
    expect((await seller.ask('GET', `/api/files/${file.fileId}/picture`)).status).toBe(200)
  })

  it('that no material took within a day are deleted, those in use stay', async () => {
    const lost = (await admin.upload('没用.png', await picture())).json
    const kept = (await admin.upload('在用.png', await picture())).json
    await admin.ask('POST', '/api/materials', { type: 'image', fileIds: [kept.fileId], title: '在用', groupId })
    house.clock.pass(25 * 60 * 60_000)
    await house.materials.sweep.forgetUnused()
    house.clock.pass(-25 * 60 * 60_000)
    const made = (fileId: number) => admin.ask('POST', '/api/materials', { type: 'image', fileIds: [fileId], title: '再用一次', groupId })
    expect((await made(lost.fileId)).json).toMatchObject({ code: 'invalid', details: { fields: { fileIds: '请重新上传文件' } } })
    expect((await made(kept.fileId)).status).toBe(200)
  })
})

describe('the library', () => {
  it('lists newest first in pages, each material once, with figures · MAT-3, MAT-13', async () => {
    const made: number[] = []
    for (const n of [1, 2, 3, 4, 5]) made.push((await link(`第${n}篇文章`)).materialId)
    house.radar.figures.set(made[4] ?? 0, { views: 9, todayViews: 2, shares: 3 })
    const first = (await seller.ask('GET', '/api/materials?q=篇文章&limit=2')).json
    expect(first.total).toBe(5)
    expect(first.items[0]).toMatchObject({ materialId: made[4], views: 9, todayViews: 2, shares: 3, createdBy: { userid: ADMIN }, state: 'ready', cover: null })
    const seen: unknown[] = first.items.map((item) => item.materialId)
    for (let after = first.next; after; ) {
      const page: Json = (await seller.ask('GET', `/api/materials?q=篇文章&limit=2&after=${after}`)).json
      seen.push(...page.items.map((item) => item.materialId))
      after = page.next
    }
    expect(seen).toEqual([...made].reverse())
  })

  it('searches by title and by file name, taking signs as typed · MAT-3', async () => {
    await link('满100%立减')
    const file = (await admin.upload('会员_手册.pdf', a4Pages(1))).json
    await admin.ask('POST', '/api/materials', { type: 'pdf', fileId: file.fileId, title: '权益说明', groupId })
    const titles = async (q: string) => (await seller.ask('GET', `/api/materials?q=${encodeURIComponent(q)}`)).json.items.map((item) => item.title)
    expect(await titles('100%')).toEqual(['满100%立减'])
    expect(await titles('会员_手')).toEqual(['权益说明'])
    expect(await titles('会员%手')).toEqual([])
    expect(await titles('\\')).toEqual([])
    expect((await seller.ask('GET', '/api/materials?type=pdf')).json.items.every((item) => item.type === 'pdf')).toBe(true)
  })

  it('shows what the viewer sent last, and how often a customer in her scope opened it', async () => {
    const [a, b] = [await link('先发的'), await link('后发的')]
    house.radar.sent = [b.materialId, a.materialId]
    house.radar.opened.set(a.materialId, 3)
    const recent = (await seller.ask('GET', '/api/materials?only=sent&customerId=1')).json
    expect(recent.items.map((item) => [item.title, item.customerViews])).toEqual([['后发的', 0], ['先发的', 3]])
    expect((await seller.ask('GET', '/api/materials?customerId=2')).status).toBe(404)
  })

  it('checks the form on the server too: title, url, file · MAT-4, GEN-7', async () => {
    const wrong = await admin.ask('POST', '/api/materials', { type: 'link', url: 'javascript:alert(1)', title: '超'.repeat(21), groupId })
    expect(wrong.status).toBe(422)
    expect(Object.keys(wrong.json.details.fields).sort()).toEqual(['title', 'url'])
    const image = (await admin.upload('图.png', await picture())).json
    const mixed = await admin.ask('POST', '/api/materials', { type: 'pdf', fileId: image.fileId, title: '不是 PDF', groupId })
    expect(mixed.json.message).toContain('文件的类型不对')
    expect((await admin.ask('POST', '/api/materials', { type: 'link', url: 'https://www.example.com', title: '好', groupId: 999_999 })).json.details.fields).toHaveProperty('groupId')
  })

  it('makes one material of a form sent twice · GEN-8', async () => {
    const form = { type: 'link', url: 'https://www.example.com/twice', title: '只要一份', groupId }
    const both = await Promise.all([admin.ask('POST', '/api/materials', form), admin.ask('POST', '/api/materials', form)])
    expect(both[0]?.json.materialId).toBe(both[1]?.json.materialId)
  })

  it('changes everything but the type, and refuses to write over a newer change · MAT-10, GEN-8', async () => {
    const made = await link('原来的标题')
    const url = `/api/materials/${made.materialId}`
    const form = (title: string, more: object = {}) => ({ type: 'link', url: 'https://www.example.com/b', title, summary: '说明', groupId, score: 5, ...more })
    const changed = await admin.ask('PUT', url, { version: 1, form: form('新的标题') })
    expect(changed.json).toMatchObject({ title: '新的标题', score: 5, version: 2, url: 'https://www.example.com/b', updatedBy: made.createdBy })
    const late = await admin.ask('PUT', url, { version: 1, form: form('晚来的标题') })
    expect([late.status, late.json.code]).toEqual([409, 'conflict'])
    expect((await admin.ask('GET', url)).json.title).toBe('新的标题')
    expect((await admin.ask('PUT', url, { version: 2, form: { type: 'file', title: '换类型', groupId, fileId: 1 } })).status).toBe(400)
    expect(await audited('material.changed')).toContain('新的标题')
  })

  it('takes corp tags that there are; one deleted since it was saved falls away · MAT-8', async () => {
    const form = (tagIds: string[]) => ({ type: 'link', url: 'https://www.example.com/a', title: '带标签的', groupId, tagIds })
    expect((await admin.ask('POST', '/api/materials', form(['etGONE']))).json.details.fields).toEqual({ tagIds: '请重新选择标签' })
    const made = (await admin.ask('POST', '/api/materials', form(['etA']))).json
    expect(made.tagIds).toEqual(['etA'])
    await house.platform.db.execute(sql`UPDATE materials SET tag_ids = '["etA","etGONE"]' WHERE id = ${made.materialId}`)
    expect((await admin.ask('PUT', `/api/materials/${made.materialId}`, { version: 1, form: form(['etA', 'etGONE']) })).json).toMatchObject({ tagIds: ['etA'], version: 2 })
  })

  it('keeps a deleted material for its links and statistics only · MAT-11', async () => {
    const made = await link('要删除的')
    const url = `/api/materials/${made.materialId}`
    expect((await admin.ask('DELETE', url)).status).toBe(204)
    expect((await admin.ask('DELETE', url)).status).toBe(404)
    expect((await admin.ask('GET', url)).status).toBe(404)
    // Its figures stay, for whoever saw it before; there is nothing to send or change.
    expect((await seller.ask('GET', `${url}?ever=1`)).json).toMatchObject({ title: '要删除的', deleted: true, mayEdit: false, pictures: [], files: [], totals: { views: 4 } })
    expect((await stranger.ask('GET', `${url}?ever=1`)).status).toBe(404)
    expect(await house.materials.forReader(admin.corpId, made.materialId)).toMatchObject({ deleted: true, title: '要删除的' })
    expect((await house.materials.titles(house.platform.db, admin.corpId, [made.materialId])).get(made.materialId)).toMatchObject({ title: '要删除的', deleted: true })
    expect(await house.materials.cardPicture(admin.corpId, made.materialId, null)).toBeNull()
  })

  it('gives link cards a picture also without a cover', async () => {
    const made = await link('没有封面')
    const { format, width } = await sharp((await house.materials.cardPicture(admin.corpId, made.materialId, null))?.body).metadata()
    expect([format, width]).toEqual(['jpeg', 400])
    const cover = (await admin.upload('封面.png', await picture())).json
    const covered = (await admin.ask('PUT', `/api/materials/${made.materialId}`, { version: 1, form: { type: 'link', url: 'https://www.example.com/a', title: '有封面', groupId, coverFileId: cover.fileId } })).json
    expect((await seller.ask('GET', covered.cover ?? '')).status).toBe(200)
    expect((await admin.ask('PUT', `/api/materials/${made.materialId}`, { version: 2, form: { type: 'link', url: 'https://www.example.com/a', title: '有封面', groupId, coverFileId: null } })).json.cover).toBeNull()
  })

  it('is closed to other corps and, for changes, to those without permission · SYS-1, SYS-4', async () => {
    const made = await link('本企业的')
    const url = `/api/materials/${made.materialId}`
    const form = { version: 1, form: { type: 'link', url: 'https://www.example.com/a', title: '改掉', groupId } }
    expect((await stranger.ask('GET', url)).status).toBe(404)
    expect((await stranger.ask('PUT', url, form)).status).toBe(404)
    expect((await stranger.ask('DELETE', url)).status).toBe(404)
    expect((await stranger.ask('GET', '/api/materials?q=本企业的')).json.items).toEqual([])
    const file = (await admin.upload('自己的.png', await picture())).json
    const theirs = (await stranger.ask('GET', '/api/material-groups')).json.groups[0]?.groupId
    expect((await stranger.ask('POST', '/api/materials', { type: 'image', fileIds: [file.fileId], title: '偷用', groupId: theirs })).status).toBe(422)
    expect((await seller.ask('PUT', url, form)).status).toBe(403)
    expect((await seller.ask('DELETE', url)).status).toBe(403)
    expect((await house.app.inject({ url })).statusCode).toBe(401)
  })
})

describe('groups', () => {
  it('the default group is always there, first, and stays · MAT-2', async () => {
    const groups = (await seller.ask('GET', '/api/material-groups')).json.groups
    expect(groups[0]).toMatchObject({ name: '默认分组', isDefault: true })
    expect((await admin.ask('DELETE', `/api/material-groups/${groupId}`)).json.message).toBe('默认分组不能删除')
    expect((await admin.ask('PUT', `/api/material-groups/${groupId}`, { name: '别的' })).status).toBe(409)
  })

  it('names are unique and short; deleting a group moves its materials to the default group · MAT-2', async () => {
    const made = (await admin.ask('POST', '/api/material-groups', { name: ' 育儿知识 ' })).json
    expect(made).toMatchObject({ name: '育儿知识', isDefault: false, materials: 0 })
    expect((await admin.ask('POST', '/api/material-groups', { name: '育儿知识' })).json.details.fields.name).toBe('分组名称不能重复')
    expect((await admin.ask('POST', '/api/material-groups', { name: '长'.repeat(21) })).status).toBe(422)
    const moved = await link('在分组里', { groupId: made.groupId })
    expect((await seller.ask('GET', `/api/materials?groupId=${made.groupId}`)).json.items).toHaveLength(1)
    expect((await admin.ask('PUT', `/api/material-groups/${made.groupId}`, { name: '育儿课堂' })).json).toMatchObject({ name: '育儿课堂', materials: 1 })
    expect((await stranger.ask('DELETE', `/api/material-groups/${made.groupId}`)).status).toBe(404)
    expect((await admin.ask('DELETE', `/api/material-groups/${made.groupId}`)).json).toEqual({ moved: 1 })
    expect((await seller.ask('GET', `/api/materials/${moved.materialId}`)).json.group.name).toBe('默认分组')
  })
})

const taken = async (title: string, pages: number): Promise<{ fileId: number; materialId: number }> => {
  const { fileId } = (await admin.upload(`${title}.pdf`, a4Pages(pages))).json
  const { materialId } = (await admin.ask('POST', '/api/materials', { type: 'pdf', fileId, title, groupId })).json
  return { fileId, materialId }
}

it('pages are drawn once a material takes the file, some of each in turn: a long PDF does not keep a short one waiting', async () => {
  const unused = (await admin.upload('没人用.pdf', a4Pages(3))).json
  const long = await taken('很长的画册', 60)
  const short = await taken('两页的单子', 2)
  await vi.waitFor(async () => expect(await stateOf(short.fileId)).toBe('ready'), { timeout: 30_000 })
  expect(await stateOf(long.fileId)).toBe('preparing')
  await vi.waitFor(async () => expect(await stateOf(long.fileId)).toBe('ready'), { timeout: 60_000 })
  expect((await admin.ask('GET', `/api/materials/${long.materialId}`)).json).toMatchObject({ preparedPages: 60, pages: 60 })
  expect(await stateOf(unused.fileId)).toBe('preparing')
}, 120_000)

it('who leaves many uploads unused, or large ones, has to use them first · MAT-5', async () => {
  const { corpId, staffId } = admin
  const left = Array.from({ length: LIMITS.unusedUploads }, (_, i) => ({
    corpId, key: `left-${i}`, kind: 'image' as const, name: 'a.png', bytes: 10, mime: 'image/png', sha256: 'x', drawn: [], state: 'ready' as const, uploadedBy: staffId, createdAt: house.platform.clock.now(),
  }))
  await house.platform.db.insert(files).values(left)
  const refused = await admin.upload('再来一张.png', await picture())
  expect(refused.status).toBe(429)
  expect(refused.json.message).toContain('没有保存成素材的文件太多')
  await house.platform.db.execute(sql`DELETE FROM files WHERE corp_id = ${corpId} AND file_key LIKE 'left-%' AND file_key <> 'left-0'`)
  // One large one has the same effect, whichever way the next file comes.
  await house.platform.db.execute(sql`UPDATE files SET bytes = ${LIMITS.unusedBytes - 1} WHERE corp_id = ${corpId} AND file_key = 'left-0'`)
  await expect(house.materials.upload({ corpId, staffId }, 'image', '再来一张.png', await picture())).rejects.toMatchObject({ code: 'too_many' })
  await house.platform.db.execute(sql`DELETE FROM files WHERE corp_id = ${corpId} AND file_key = 'left-0'`)
  expect((await admin.upload('再来一张.png', await picture())).status).toBe(200)
})

it('a PDF whose job was lost is queued again', async () => {
  const file = await taken('丢了任务', 3)
  await vi.waitFor(async () => expect(await stateOf(file.fileId)).toBe('ready'), { timeout: 30_000 })
  await house.platform.db.execute(sql`UPDATE files SET state = 'preparing', drawn = json_array() WHERE id = ${file.fileId}`)
  house.clock.pass(15 * 60_000)
  await house.materials.sweep.queueStuck()
  house.clock.pass(-15 * 60_000)
  await vi.waitFor(async () => expect(await stateOf(file.fileId)).toBe('ready'), { timeout: 30_000 })
})

it('a page that cannot be drawn fails the file with a reason; the material is still listed', async () => {
  const file = (await admin.upload('后面坏了.pdf', pdfOf([A4, A4, A4], { without: 2 }))).json
  const made = (await admin.ask('POST', '/api/materials', { type: 'pdf', fileId: file.fileId, title: '后面坏了', groupId })).json
  await vi.waitFor(async () => expect((await seller.ask('GET', `/api/materials/${made.materialId}`)).json).toMatchObject({ state: 'failed', preparedPages: 1, stateNote: expect.stringContaining('重新导出') }), { timeout: 30_000 })
})

async function rows(table: 'files'): Promise<number> {
  const [found] = await house.platform.database.pool.query(`SELECT count(*) AS n FROM ${table}`)
  return (found as { n: number }[])[0]?.n ?? -1
}
async function stateOf(fileId: number): Promise<string> {
  const [found] = await house.platform.database.pool.query('SELECT state FROM files WHERE id = ?', [fileId])
  return (found as { state: string }[])[0]?.state ?? ''
}
async function audited(action: string): Promise<string[]> {
  const [found] = await house.platform.database.pool.query('SELECT subject FROM audit_logs WHERE action = ?', [action])
  return (found as { subject: string }[]).map((row) => row.subject)
}

describe('what another process remembers of a material', () => {
  const upload = async (name: string, bytes: Buffer): Promise<number> => (await admin.upload(name, bytes)).json.fileId
  const colour = async (background: string) => await sharp({ create: { width: 300, height: 300, channels: 3, background } }).png().toBuffer()
  /** Red or blue, as the picture is that it answers with. */
  async function shownAt(elsewhere: ReturnType<typeof createReading>, materialId: number, version: string): Promise<'red' | 'blue'> {
    const found = await elsewhere.pictureFor(admin.corpId, materialId, 'p1-720.webp', version)
    if (!found) throw new Error('no picture')
    const { channels: [red, , blue] } = await sharp(await buffer(found.body)).stats()
    return (red?.mean ?? 0) > (blue?.mean ?? 0) ? 'red' : 'blue'
  }

  it('is never sent: a sender gets what it is now · MAT-11, MAT-14', async () => {
    const elsewhere = createReading(house.platform)
    const made = await link('在别处删除')
    expect(await elsewhere.forReader(admin.corpId, made.materialId)).toMatchObject({ deleted: false })
    await admin.ask('DELETE', `/api/materials/${made.materialId}`)
    expect(await elsewhere.forSender(admin.corpId, made.materialId)).toMatchObject({ deleted: true })
  })

  it('is no half-drawn state: the moment it is ready it can be sent and read · MAT-5', async () => {
    const elsewhere = createReading(house.platform)
    const fileId = await upload('一会儿就好.pdf', a4Pages(2))
    const { materialId } = (await admin.ask('POST', '/api/materials', { type: 'pdf', fileId, title: '一会儿就好', groupId })).json
    expect(await elsewhere.forReader(admin.corpId, materialId)).toMatchObject({ state: 'preparing' })
    await house.platform.db.execute(sql`UPDATE files SET state = 'ready' WHERE id = ${fileId}`)
    expect(await elsewhere.forReader(admin.corpId, materialId)).toMatchObject({ state: 'ready' })
  })

  it('never answers a new address with an old picture, which browsers would keep · MAT-7', async () => {
    const elsewhere = createReading(house.platform)
    const fileIds = [await upload('红.png', await colour('#ff0000')), await upload('蓝.png', await colour('#0000ff'))]
    const { materialId, version } = (await admin.ask('POST', '/api/materials', { type: 'image', fileIds, title: '红在前', groupId })).json
    const before = (await elsewhere.forReader(admin.corpId, materialId))?.fileVersion ?? ''
    expect(await shownAt(elsewhere, materialId, before)).toBe('red')
    expect((await admin.ask('PUT', `/api/materials/${materialId}`, { version, form: { type: 'image', fileIds: fileIds.reverse(), title: '蓝在前', groupId } })).status).toBe(200)
    const after = (await house.materials.forReader(admin.corpId, materialId))?.fileVersion ?? ''
    expect(after).not.toBe(before)
    expect(await shownAt(elsewhere, materialId, after)).toBe('blue')
  })
})
