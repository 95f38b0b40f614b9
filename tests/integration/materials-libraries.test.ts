import { readFileSync } from 'node:fs'
import { eq } from 'drizzle-orm'
import sharp from 'sharp'
import { LIMITS } from '@zhike/shared'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditLogs } from '../../server/src/modules/audit/tables.ts'
import { departmentLeaders, departments, staffDepartments } from '../../server/src/modules/identity/tables.ts'
import { organisationStore } from '../../server/src/modules/identity/organisation-store.ts'
import { a4Pages } from '../fixtures/materials/pdf.ts'
import { ADMIN, openMaterialsHouse, type Json, type MaterialsHouse, type Person } from './materials-house.ts'

/** Two shops below the company; 周敏 leads the first. */
const [COMPANY, PUDONG, PUDONG_FLOOR, XUHUI] = [1, 3, 31, 4]
const film = readFileSync(new URL('../../server/src/demo/files/car-seat.mp4', import.meta.url))

let house: MaterialsHouse
let admin: Person
let zhoumin: Person
let wu: Person
let liu: Person
let corpGroup: number
const picture = (background = '#f4b183') => sharp({ create: { width: 900, height: 600, channels: 3, background } }).png().toBuffer()
const take = async (person: Person, name: string, bytes: Buffer): Promise<number> => {
  const answer = await person.upload(name, bytes)
  expect(answer.status, answer.body.toString()).toBe(200)
  return answer.json.fileId
}
const make = async (person: Person, form: object): Promise<Json> => {
  const answer = await person.ask('POST', '/api/materials', form)
  expect(answer.status, answer.body.toString()).toBe(200)
  return answer.json
}
const titles = async (person: Person, query: string): Promise<string[]> => (await person.ask('GET', `/api/materials?${query}`)).json.items.map((item) => item.title)
const groupsOf = async (person: Person, scope: string) => (await person.ask('GET', `/api/material-groups?scope=${scope}`)).json.groups

beforeAll(async () => {
  house = await openMaterialsHouse()
  admin = await house.person('wwlib', ADMIN)
  zhoumin = await house.person('wwlib', 'zhoumin')
  wu = await house.person('wwlib', 'wuxiaoyan')
  liu = await house.person('wwlib', 'liuyutong')
  const { db } = house.platform
  const { corpId } = admin
  await db.insert(departments).values([[COMPANY, null, '总部'], [PUDONG, COMPANY, '浦东店'], [PUDONG_FLOOR, PUDONG, '浦东店二层'], [XUHUI, COMPANY, '徐汇店']].map(([departmentId, parentId, name]) =>
    ({ corpId, departmentId: Number(departmentId), parentId: parentId === null ? null : Number(parentId), name: String(name), sortOrder: 0 })))
  await db.insert(staffDepartments).values([[zhoumin, PUDONG], [wu, PUDONG_FLOOR], [liu, XUHUI]].map(([person, departmentId]) => ({ corpId, staffId: (person as Person).staffId, departmentId: Number(departmentId) })))
  await db.insert(departmentLeaders).values({ corpId, staffId: zhoumin.staffId, departmentId: PUDONG })
  await organisationStore(db, corpId).changed()
  corpGroup = (await groupsOf(admin, 'corp'))[0]?.groupId ?? 0
})
afterAll(() => house?.close())

describe('the team library · MAT-1, MAT-2', () => {
  let groupId: number
  let material: Json

  it('a store manager opens a group to her department; it needs one, and only those she leads', async () => {
    expect((await zhoumin.ask('POST', '/api/material-groups', { scope: 'team', name: '没有部门', departmentIds: [] })).json.details.fields).toEqual({ departmentIds: '请至少选择一个部门' })
    expect((await zhoumin.ask('POST', '/api/material-groups', { scope: 'team', name: '别人的店', departmentIds: [XUHUI] })).status).toBe(403)
    expect((await wu.ask('POST', '/api/material-groups', { scope: 'team', name: '店员建的', departmentIds: [PUDONG] })).status).toBe(403)
    expect((await zhoumin.ask('GET', '/api/material-departments')).json).toEqual({ departments: [{ departmentId: PUDONG, name: '浦东店', depth: 1 }, { departmentId: PUDONG_FLOOR, name: '浦东店二层', depth: 2 }] })
    const made = await zhoumin.ask('POST', '/api/material-groups', { scope: 'team', name: '浦东店专用', departmentIds: [PUDONG] })
    expect(made.json).toMatchObject({ scope: 'team', departments: [{ departmentId: PUDONG, name: '浦东店' }], mayEdit: true })
    groupId = made.json.groupId
    material = await make(zhoumin, { type: 'link', url: 'https://www.example.com/pudong', title: '浦东店店庆', groupId })
    expect(material).toMatchObject({ scope: 'team', mayEdit: true })
  })

  it('is used by the staff of its departments and below, and does not exist for others, also not by guessed ids', async () => {
    expect(await titles(wu, 'scope=team')).toEqual(['浦东店店庆'])
    expect((await wu.ask('GET', `/api/materials/${material.materialId}`)).json).toMatchObject({ mayEdit: false })
    expect(await titles(liu, 'scope=team')).toEqual([])
    expect(await titles(liu, 'scope=any')).not.toContain('浦东店店庆')
    expect(await groupsOf(liu, 'team')).toEqual([])
    const { materialId } = material
    for (const [method, url] of [['GET', `/api/materials/${materialId}`], ['GET', `/api/materials/${materialId}/pictures/cover-360.webp`], ['GET', `/api/materials/${materialId}/preview-link`], ['GET', `/api/materials/${materialId}/uses`], ['DELETE', `/api/materials/${materialId}`]] as const) {
      expect((await liu.ask(method, url)).status, url).toBe(404)
    }
    expect((await liu.ask('PUT', `/api/materials/${materialId}/favourite`, { favourite: true })).status).toBe(404)
    expect((await liu.ask('POST', '/api/materials', { type: 'link', url: 'https://www.example.com', title: '塞进去', groupId })).status).toBe(422)
  })

  it('an administrator sees every group, and sends only from those of her own departments', async () => {
    expect((await admin.ask('GET', `/api/materials/${material.materialId}`)).json).toMatchObject({ mayEdit: true })
    expect(await titles(admin, 'scope=team')).toEqual(['浦东店店庆'])
    expect(await titles(admin, 'scope=team&sendable=1')).toEqual([])
  })

  it('whoever deletes a group moves its materials to another one of hers, and keeps them; the default group is for who sees the whole corp · MAT-2', async () => {
    const group = async (name: string, departmentIds = [PUDONG]) => (await zhoumin.ask('POST', '/api/material-groups', { scope: 'team', name, departmentIds })).json.groupId
    const [other, empty] = [await group('临时'), await group('空的')]
    const made = await make(zhoumin, { type: 'link', url: 'https://www.example.com/gone', title: '临时活动', groupId: other })
    expect(await titles(wu, 'scope=team')).toContain('临时活动')
    const url = `/api/material-groups/${other}`
    const [theDefault] = (await groupsOf(admin, 'team')).filter((one) => one.isDefault)
    for (const to of ['', `?to=${other}`, `?to=${corpGroup}`, `?to=${theDefault?.groupId}`, '?to=99999999']) {
      expect((await zhoumin.ask('DELETE', `${url}${to}`)).json.details?.fields, to).toHaveProperty('to')
    }
    expect((await zhoumin.ask('DELETE', `/api/material-groups/${empty}`)).json).toEqual({ moved: 0 })
    expect((await zhoumin.ask('DELETE', `${url}?to=${groupId}`)).json).toEqual({ moved: 1 })
    expect(await titles(zhoumin, 'scope=team')).toContain('临时活动')
    expect(await titles(wu, 'scope=team')).toContain('临时活动')
    const moved = (await admin.ask('POST', '/api/material-groups', { scope: 'team', name: '总部的', departmentIds: [COMPANY] })).json.groupId
    await make(admin, { type: 'link', url: 'https://www.example.com/hq', title: '总部通知', groupId: moved })
    expect((await admin.ask('DELETE', `/api/material-groups/${moved}`)).json).toEqual({ moved: 1 })
    expect((await admin.ask('GET', `/api/materials/${made.materialId}`)).json.group.name).toBe('浦东店专用')
    expect(await titles(zhoumin, 'scope=team')).not.toContain('总部通知')
  })
})

describe('personal materials · MAT-20', () => {
  it('are their owner’s alone: made, changed, deleted by her, unknown to everybody else', async () => {
    const [group] = await groupsOf(wu, 'personal')
    const fileIds = [await take(wu, '名片.png', await picture())]
    const made = await make(wu, { type: 'image', fileIds, title: '我的名片', groupId: group?.groupId })
    expect(made).toMatchObject({ scope: 'personal', mayEdit: true })
    expect(await titles(wu, 'scope=personal')).toEqual(['我的名片'])
    for (const other of [admin, zhoumin, liu]) {
      expect((await other.ask('GET', `/api/materials/${made.materialId}`)).status).toBe(404)
      expect(await titles(other, 'scope=personal')).toEqual([])
      expect((await other.ask('GET', `/api/files/${fileIds[0]}/picture`)).status).toBe(404)
    }
    const changed = await wu.ask('PUT', `/api/materials/${made.materialId}`, { version: 1, form: { type: 'image', fileIds, title: '我的新名片', groupId: group?.groupId } })
    expect(changed.json).toMatchObject({ title: '我的新名片', version: 2 })
    expect((await wu.ask('PUT', `/api/materials/${made.materialId}`, { version: 2, form: { type: 'image', fileIds, title: '搬到企业', groupId: corpGroup } })).status).toBe(403)
    expect((await wu.ask('DELETE', `/api/materials/${made.materialId}`)).status).toBe(204)
  })

  it('a member without the permission changes nothing of the corp library', async () => {
    expect((await wu.ask('POST', '/api/materials', { type: 'link', url: 'https://www.example.com', title: '想放进企业', groupId: corpGroup })).status).toBe(403)
    expect((await wu.ask('POST', '/api/material-groups', { scope: 'corp', name: '想建分组' })).status).toBe(403)
    expect((await wu.ask('PUT', '/api/material-groups/order', { scope: 'corp', groupIds: [corpGroup] })).status).toBe(403)
  })
})

describe('types of material', () => {
  it('a picture set keeps its order, and every picture is a page · MAT-7', async () => {
    const fileIds = [await take(admin, '一.png', await picture('#ff0000')), await take(admin, '二.png', await picture('#0000ff'))]
    const made = await make(admin, { type: 'image', fileIds: [...fileIds].reverse(), title: '两张图', groupId: corpGroup })
    expect(made).toMatchObject({ pages: 2, preparedPages: 2, files: [{ fileId: fileIds[1] }, { fileId: fileIds[0] }] })
    const first = await sharp((await wu.ask('GET', made.pictures[0]?.src ?? '')).body).stats()
    expect((first.channels[2]?.mean ?? 0) > (first.channels[0]?.mean ?? 0)).toBe(true)
    const twice = await admin.ask('POST', '/api/materials', { type: 'image', fileIds: [fileIds[0], fileIds[0]], title: '同一张', groupId: corpGroup })
    expect(twice.json.details.fields).toHaveProperty('fileIds')
    const many = await admin.ask('POST', '/api/materials', { type: 'image', fileIds: Array.from({ length: LIMITS.imagesPerSet + 1 }, (_, i) => i + 1), title: '太多', groupId: corpGroup })
    expect(many.json.message).toContain(`最多 ${LIMITS.imagesPerSet} 张图片`)
  })

  it('an article is cleaned when it is saved, and shows its pictures', async () => {
    const fileId = await take(admin, '图.png', await picture())
    const body = `<h1>标题</h1><p onclick="alert(1)">正文<script>alert(2)</script><a href="javascript:alert(3)">坏链接</a></p><img data-file="${fileId}" src="https://evil.example/x.png" onerror="alert(4)"><iframe src="//evil.example"></iframe>`
    const made = await make(admin, { type: 'article', body, title: '一篇文章', groupId: corpGroup })
    expect(made.body).toContain(`data-file="${fileId}"`)
    for (const bad of ['onclick', 'onerror', 'script', 'javascript:', 'iframe', 'evil.example']) expect(made.body).not.toContain(bad)
    expect(made).toMatchObject({ minutes: 1, inline: [{ fileId, width: 720, height: 480 }] })
    expect((await wu.ask('GET', made.inline[0]?.src ?? '')).status).toBe(200)
    const reader = await house.materials.forReader(admin.corpId, made.materialId)
    expect(reader?.article).toMatchObject({ minutes: 1, pictures: [{ fileId, page: 1 }] })
    expect((await admin.ask('POST', '/api/materials', { type: 'article', body: '<script>x</script>', title: '空文章', groupId: corpGroup })).status).toBe(422)
    const foreign = await take(liu, '别人的.png', await picture())
    expect((await admin.ask('POST', '/api/materials', { type: 'article', body: `<p>字</p><img data-file="${foreign}">`, title: '偷图', groupId: corpGroup })).json.details.fields).toHaveProperty('body')
  })

  it('a video tells its length and is played in ranges', async () => {
    const made = await make(admin, { type: 'video', fileId: await take(admin, '安装.mp4', film), coverFileId: await take(admin, '封面.png', await picture()), title: '一段视频', groupId: corpGroup })
    expect(made).toMatchObject({ durationMs: 14_667, bytes: film.length, state: 'ready' })
    const url = made.media ?? ''
    const part = await wu.ask('GET', url, undefined, { range: 'bytes=10-19' })
    expect([part.status, part.headers['content-range'], part.headers['content-type'], part.body.equals(film.subarray(10, 20))]).toEqual([206, `bytes 10-19/${film.length}`, 'video/mp4', true])
    const end = await wu.ask('GET', url, undefined, { range: 'bytes=-5' })
    expect(end.body.equals(film.subarray(-5))).toBe(true)
    expect((await wu.ask('GET', url)).body.equals(film)).toBe(true)
    expect((await wu.ask('GET', url, undefined, { range: 'bytes=999999999-' })).status).toBe(400)
    expect((await admin.upload('不是视频.mp4', Buffer.concat([film.subarray(0, 40), Buffer.alloc(4000)]))).json.message).toContain('已损坏')
  })

  it('a file is fetched under its own name and never shown as a page', async () => {
    const bytes = Buffer.from('等级,积分\n金卡,100\n')
    const made = await make(admin, { type: 'file', fileId: await take(admin, '积分表.csv', bytes), title: '积分表', groupId: corpGroup })
    const fetched = await wu.ask('GET', made.media ?? '')
    expect(fetched.headers).toMatchObject({ 'content-type': 'application/octet-stream', 'x-content-type-options': 'nosniff', 'content-disposition': expect.stringContaining(encodeURIComponent('积分表.csv')) })
    expect(fetched.body.equals(bytes)).toBe(true)
    expect((await admin.upload('页面.html', Buffer.from('<script>alert(1)</script>'))).status).toBe(415)
  })

  it('a mini program needs an AppID, a path and a cover', async () => {
    const coverFileId = await take(admin, '商城.png', await picture())
    const form = { type: 'miniprogram', appId: 'wx1a2b3c4d5e6f7a8b', path: 'pages/home/index', coverFileId, title: '商城', groupId: corpGroup }
    expect(await make(admin, form)).toMatchObject({ miniprogram: { appId: 'wx1a2b3c4d5e6f7a8b', path: 'pages/home/index' }, media: null })
    const wrong = await admin.ask('POST', '/api/materials', { ...form, appId: 'gh_123', path: 'a b', title: '不对' })
    expect(Object.keys(wrong.json.details.fields).sort()).toEqual(['appId', 'path'])
  })
})

describe('finding', () => {
  it('goes by pinyin initials, whole pinyin and several words · MAT-3', async () => {
    await make(admin, { type: 'link', url: 'https://www.example.com/price', title: '春季价目表', groupId: corpGroup })
    for (const q of ['cjjmb', 'chunjijiamu', 'CJJMB', '价目 春季', '春季 jmb']) expect(await titles(wu, `q=${encodeURIComponent(q)}`), q).toEqual(['春季价目表'])
    expect(await titles(wu, `q=${encodeURIComponent('价目 秋季')}`)).toEqual([])
    expect(await titles(wu, 'q=%7C')).not.toEqual([])
  })

  it('stars are one’s own and gather all libraries; orders by what was sent this week', async () => {
    const [a, b] = [await make(admin, { type: 'link', url: 'https://www.example.com/1', title: '甲', groupId: corpGroup }), await make(admin, { type: 'link', url: 'https://www.example.com/2', title: '乙', groupId: corpGroup })]
    expect((await wu.ask('PUT', `/api/materials/${a.materialId}/favourite`, { favourite: true })).status).toBe(204)
    expect(await titles(wu, 'only=favourites')).toEqual(['甲'])
    expect(await titles(liu, 'only=favourites')).toEqual([])
    expect((await wu.ask('GET', `/api/materials/${a.materialId}`)).json.favourite).toBe(true)
    await wu.ask('PUT', `/api/materials/${a.materialId}/favourite`, { favourite: false })
    expect(await titles(wu, 'only=favourites')).toEqual([])
    house.radar.ranking = [b.materialId, a.materialId]
    expect(await titles(wu, 'order=sent_week')).toEqual(['乙', '甲'])
    // By how often they were opened all of them are there, those that nobody opened last and the newest of them first, page by page.
    const all = await titles(wu, 'limit=100')
    const byViews = await titles(wu, 'order=most_viewed&limit=100')
    expect(byViews).toEqual(['乙', '甲', ...all.filter((title) => title !== '甲' && title !== '乙')])
    expect(await titles(wu, 'order=most_viewed&limit=2&skip=1')).toEqual(byViews.slice(1, 3))
    expect((await wu.ask('GET', '/api/materials?order=most_viewed&limit=1')).json.total).toBe(all.length)
    house.radar.ranking = []
  })

  it('groups are put in order; the default one stays first · MAT-2', async () => {
    const ids: number[] = []
    for (const name of ['一组', '二组', '三组']) ids.push((await admin.ask('POST', '/api/material-groups', { scope: 'corp', name })).json.groupId)
    const wanted = [ids[2], ids[0], ids[1]]
    expect((await admin.ask('PUT', '/api/material-groups/order', { scope: 'corp', groupIds: [...wanted, corpGroup] })).status).toBe(204)
    expect((await groupsOf(wu, 'corp')).map((group) => group.groupId)).toEqual([corpGroup, ...wanted])
    const [entry] = await house.platform.db.select().from(auditLogs).where(eq(auditLogs.action, 'material_group.arranged'))
    expect(entry?.after).toEqual({ groups: ['三组', '一组', '二组', '默认分组'] })
  })

  it('materials from before pinyin was searched are spelled later', async () => {
    const made = await make(admin, { type: 'link', url: 'https://www.example.com/old', title: '老素材', groupId: corpGroup })
    await house.platform.database.pool.query('UPDATE materials SET search_text = ? WHERE id = ?', ['老素材 ', made.materialId])
    expect(await titles(wu, 'q=lsc')).toEqual([])
    await house.materials.sweep.spellOld()
    expect(await titles(wu, 'q=lsc')).toEqual(['老素材'])
  })
})

it('before a material is deleted it is said what would miss it · MAT-11', async () => {
  const made = await make(admin, { type: 'link', url: 'https://www.example.com/used', title: '在用的', groupId: corpGroup })
  expect((await admin.ask('GET', `/api/materials/${made.materialId}/uses`)).json).toEqual({ uses: [{ kind: 'shares', count: 4, names: [] }] })
})

describe('uploads in pieces · MAT-5', () => {
  const begin = (person: Person, bytes: number, name = '大.pdf', kind = 'pdf') => person.ask('POST', '/api/uploads', { kind, name, bytes, mark: '1' })
  const piece = async (person: Person, uploadId: number, number: number, bytes: Buffer) =>
    (await house.app.inject({ method: 'PUT', url: `/api/uploads/${uploadId}/pieces/${number}`, payload: bytes, headers: { cookie: person.cookie, 'content-type': 'application/octet-stream' } })).statusCode
  const pdf = Buffer.concat([a4Pages(2), Buffer.alloc(LIMITS.uploadPiece + 5000, 32)])

  it('go on where they stopped, also after the page was closed; a repeated piece changes nothing', async () => {
    const { uploadId } = (await begin(admin, pdf.length)).json
    expect(await piece(admin, uploadId, 0, pdf.subarray(0, LIMITS.uploadPiece))).toBe(200)
    expect((await begin(admin, pdf.length)).json).toMatchObject({ uploadId, received: 1 })
    expect(await piece(admin, uploadId, 0, pdf.subarray(0, LIMITS.uploadPiece))).toBe(200)
    expect((await admin.ask('POST', `/api/uploads/${uploadId}/finish`)).status).toBe(409)
    expect(await piece(admin, uploadId, 1, pdf.subarray(LIMITS.uploadPiece))).toBe(200)
    const [one, two] = await Promise.all([admin.ask('POST', `/api/uploads/${uploadId}/finish`), admin.ask('POST', `/api/uploads/${uploadId}/finish`)])
    const made = [one, two].filter((answer) => answer.status === 200)
    expect(made.length).toBeGreaterThan(0)
    const again = await admin.ask('POST', `/api/uploads/${uploadId}/finish`)
    expect(again.json).toMatchObject({ fileId: made[0]?.json.fileId, pages: 2 })
  })

  it('are refused before a byte is sent when they are too large, and after the first piece when they are something else', async () => {
    expect((await begin(admin, 200 * 1024 * 1024)).json).toMatchObject({ code: 'too_large', message: expect.stringContaining('20 MB') })
    expect((await begin(admin, 200 * 1024 * 1024, '大.mp4', 'video')).json.message).toContain('100 MB')
    const { uploadId } = (await begin(admin, LIMITS.uploadPiece * 2, '假.pdf')).json
    expect(await piece(admin, uploadId, 0, Buffer.alloc(LIMITS.uploadPiece, 1))).toBe(415)
  })

  it('take no piece out of turn, of a wrong size, or of somebody else', async () => {
    const { uploadId } = (await begin(admin, LIMITS.uploadPiece * 3, '顺序.pdf')).json
    expect(await piece(admin, uploadId, 2, Buffer.alloc(LIMITS.uploadPiece))).toBe(409)
    expect(await piece(admin, uploadId, 0, Buffer.from('%PDF-1.4'))).toBe(400)
    expect(await piece(wu, uploadId, 0, Buffer.alloc(LIMITS.uploadPiece))).toBe(404)
    expect((await wu.ask('DELETE', `/api/uploads/${uploadId}`)).status).toBe(404)
    expect((await admin.ask('DELETE', `/api/uploads/${uploadId}`)).status).toBe(204)
    expect((await admin.ask('GET', `/api/uploads/${uploadId}`)).status).toBe(404)
  })

  it('that were begun and left make room for others, and are swept after a day', async () => {
    for (let i = 0; i < LIMITS.uploadsOpen + 3; i++) expect((await begin(liu, 1000 + i, `留下${i}.pdf`)).status).toBe(200)
    const [left] = await house.platform.database.pool.query('SELECT count(*) AS n FROM uploads WHERE staff_id = ? AND file_id IS NULL', [liu.staffId])
    expect((left as { n: number }[])[0]?.n).toBe(LIMITS.uploadsOpen)
    house.clock.pass(25 * 60 * 60_000)
    await house.materials.sweep.uploads()
    house.clock.pass(-25 * 60 * 60_000)
    const [after] = await house.platform.database.pool.query('SELECT count(*) AS n FROM uploads', [])
    expect((after as { n: number }[])[0]?.n).toBe(0)
  })
})
