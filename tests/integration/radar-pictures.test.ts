// How long browsers keep the pictures and files of a tracked page.
import { afterAll, beforeAll, expect, it } from 'vitest'
import sharp from 'sharp'
import { openHouse, type House } from '../run/house.ts'

let house: House
let page: string
beforeAll(async () => {
  house = await openHouse({ synced: true, env: { WECOM_ADMIN_USERIDS: 'linzhixia' } })
  const { materials, identity } = house.modules
  const { staffId } = await identity.ensureStaff(house.corpId, 'linzhixia')
  const editor = { corpId: house.corpId, staffId, from: null }
  const [group] = await materials.groups(house.corpId)
  const red = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#c00000' } }).png().toBuffer()
  const { fileId } = await materials.upload(editor, 'image', '红.png', red)
  const materialId = await materials.create(editor, { type: 'image', fileIds: [fileId], title: '一张图', summary: '', groupId: group?.groupId ?? 0, score: 0, tagIds: [] })
  const admin = await house.signIn('linzhixia')
  page = new URL((await admin.call('GET /api/materials/:materialId/preview-link', { params: { materialId } })).url).pathname
})
afterAll(() => house.close())

it('an address names its version: that one is kept for good by her browser alone, any other address not at all · MAT-11', async () => {
  const { body } = await house.app.inject({ url: page, headers: { accept: 'text/html' } })
  const address = /src="(\/r\/[^"]+\/p1-720\.webp\?v=[\w-]+)"/.exec(body)?.[1] ?? ''
  const keeps = async (url: string) => {
    const answer = await house.app.inject({ url })
    expect(answer.statusCode, url).toBe(200)
    return answer.headers['cache-control']
  }
  expect(await keeps(address)).toBe('private, max-age=2592000, immutable')
  expect(await keeps(address.replace(/v=.*/, 'v=other'))).toBe('private, no-cache')
  expect(await keeps(address.replace(/\?.*/, ''))).toBe('private, no-cache')
})
