import { z } from 'zod'
import { singleChatId } from '../world/chats.ts'
import { postAsStaff } from '../world/messaging.ts'
import type { MessageContent } from '../protocol/chats.ts'
import type { Corp } from '../world/corp.ts'
import { post, type ApiRoute } from './route.ts'
import { WecomError } from './wecom-error.ts'

/** wecom-api/03 §9.1 */
const CODE_MS = 20_000
/** While a first call is on its way to the phone, a second one hears 41096. */
const DELIVERY_MS = 20

const optionalText = z.string().default('')

const attachment = z.object({
  msgtype: z.string(),
  image: z.object({ media_id: optionalText, pic_url: optionalText }).optional(),
  link: z.object({ title: optionalText, picurl: optionalText, desc: optionalText, url: optionalText }).optional(),
  miniprogram: z.object({ title: optionalText, pic_media_id: optionalText, appid: optionalText, page: optionalText }).optional(),
  video: z.object({ media_id: optionalText }).optional(),
  file: z.object({ media_id: optionalText }).optional(),
})

const welcomeBody = z.object({
  welcome_code: z.string().default(''), text: z.object({ content: optionalText }).optional(), attachments: z.array(attachment).default([]),
})

function mediaContent(corp: Corp, kind: 'image' | 'video' | 'file', mediaId: string, now: number): MessageContent {
  const media = corp.media.get(mediaId)
  if (media === undefined || media.createdAt + 3 * 86_400_000 <= now) throw new WecomError(40007)
  const base = { mediaId, url: `/sandbox/media/${corp.corpid}/${mediaId}` }
  if (kind === 'image') return { type: 'image', ...base }
  return kind === 'video' ? { type: 'video', ...base, name: media.name } : { type: 'file', ...base, name: media.name, size: media.size }
}

function contentOf(corp: Corp, item: z.output<typeof attachment>, now: number): MessageContent {
  switch (item.msgtype) {
    case 'image':
      if (item.image === undefined) throw new WecomError(40063)
      if (item.image.media_id !== '') return mediaContent(corp, 'image', item.image.media_id, now)
      if (item.image.pic_url === '') throw new WecomError(40063)
      return { type: 'image', mediaId: '', url: item.image.pic_url }
    case 'link':
      if (item.link === undefined || item.link.title === '' || item.link.url === '') throw new WecomError(40063)
      if (Buffer.byteLength(item.link.title) > 128 || Buffer.byteLength(item.link.desc) > 512) throw new WecomError(45002)
      return { type: 'link', url: item.link.url, title: item.link.title, desc: item.link.desc, imgUrl: item.link.picurl }
    case 'miniprogram': {
      const mini = item.miniprogram
      if (mini === undefined || [mini.title, mini.pic_media_id, mini.appid, mini.page].includes('')) throw new WecomError(40063)
      if (Buffer.byteLength(mini.title) > 64) throw new WecomError(45002)
      if (!corp.media.has(mini.pic_media_id)) throw new WecomError(40007)
      return { type: 'miniprogram', appid: mini.appid, title: mini.title, imgUrl: `/sandbox/media/${corp.corpid}/${mini.pic_media_id}`, page: mini.page }
    }
    case 'video':
    case 'file': {
      const id = item[item.msgtype]?.media_id ?? ''
      if (id === '') throw new WecomError(40063)
      return mediaContent(corp, item.msgtype, id, now)
    }
    default:
      throw new WecomError(41065)
  }
}

export const welcomeRoutes: ApiRoute[] = [
  post('customer', '/cgi-bin/externalcontact/send_welcome_msg', welcomeBody, async ({ corp, sandbox, body }) => {
    if (body.welcome_code === '') throw new WecomError(41049)
    const text = body.text?.content ?? ''
    if (text === '' && body.attachments.length === 0) throw new WecomError(40063)
    if (Buffer.byteLength(text) > 4000) throw new WecomError(45002)
    if (body.attachments.length > 9) throw new WecomError(41064)
    const code = corp.welcomeCodes.get(body.welcome_code)
    if (code === undefined || code.issuedAt + CODE_MS < sandbox.clock.now()) throw new WecomError(41050)
    if (code.state === 'sending') throw new WecomError(41096)
    if (code.state === 'used' || sandbox.chats.talkedSince(singleChatId(corp.corpid, code.userid, code.personId), code.issuedAt)) throw new WecomError(41051)
    const contents = body.attachments.map((item) => contentOf(corp, item, sandbox.clock.now()))
    if (text !== '') contents.unshift({ type: 'text', text })
    code.state = 'sending'
    await new Promise((resolve) => setTimeout(resolve, DELIVERY_MS))
    code.state = 'used'
    postAsStaff(sandbox, corp, code.userid, code.personId, contents, 'welcome')
    return {}
  }),
]
