import { z } from 'zod'
import type { AppMessageBody } from '../protocol/app-messages.ts'
import type { Corp } from '../world/corp.ts'
import { WecomError } from './wecom-error.ts'

/** What message/send accepts per msgtype, and how the member sees it (wecom-api/02 §6). */

const optionalText = z.string().default('')
const link = z.object({ type: z.number().int().default(0), title: optionalText, url: optionalText, appid: optionalText, pagepath: optionalText })

const cardSchema = z.object({
  card_type: z.string(), task_id: z.string().optional(),
  source: z.object({ icon_url: optionalText, desc: optionalText, desc_color: z.number().int().default(0) }).optional(),
  main_title: z.object({ title: optionalText, desc: optionalText }).optional(),
  emphasis_content: z.object({ title: optionalText, desc: optionalText }).optional(),
  sub_title_text: optionalText,
  horizontal_content_list: z.array(z.object({ type: z.number().int().default(0), keyname: z.string(), value: optionalText, url: optionalText })).default([]),
  jump_list: z.array(link).default([]),
  card_action: link.optional(),
  action_menu: z.object({ desc: optionalText, action_list: z.array(z.object({ text: z.string(), key: z.string() })) }).optional(),
  card_image: z.object({ url: z.string(), aspect_ratio: z.number().optional() }).optional(),
  image_text_area: z.object({ type: z.number().int().default(0), url: optionalText, title: optionalText, desc: optionalText, image_url: z.string() }).optional(),
})

const media = z.object({ media_id: z.string(), title: optionalText, description: optionalText })

const payloadSchemas = {
  text: z.object({ content: z.string() }),
  markdown: z.object({ content: z.string() }),
  textcard: z.object({ title: optionalText, description: optionalText, url: optionalText, btntxt: optionalText }),
  news: z.object({ articles: z.array(z.object({ title: optionalText, description: optionalText, url: optionalText, picurl: optionalText })) }),
  image: media, voice: media, video: media, file: media,
  template_card: cardSchema,
}

function bytes(text: string): number {
  return Buffer.byteLength(text, 'utf8')
}

/** Text cut to so many bytes, never inside a character: over-long texts are cut, not refused. */
function cut(text: string, limit: number): string {
  let result = text
  while (bytes(result) > limit) result = [...result].slice(0, -1).join('')
  return result
}

function need(value: string, what: string, limit?: number): string {
  if (value.trim() === '') throw new WecomError(40063, `some parameters are empty: ${what}`)
  if (limit !== undefined && bytes(value) > limit) throw new WecomError(45002, `content size out of limit: ${what}`)
  return value
}

function httpUrl(value: string, what: string): string {
  if (!/^https?:\/\/[^\s]+$/.test(need(value, what, 2048))) throw new WecomError(40058, `invalid Request Parameter: ${what}`)
  return value
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new WecomError(40058, `invalid Request Parameter: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`)
}

function liveMedia(corp: Corp, id: string, now: number): string {
  const found = corp.media.get(id)
  if (found === undefined || found.createdAt + 3 * 86_400_000 <= now) throw new WecomError(40007)
  return `/sandbox/media/${corp.corpid}/${id}`
}

/** Checks the payload of one msgtype; unknown types are 40008. */
export function messageBodyOf(corp: Corp, msgtype: string, payload: unknown, now: number): AppMessageBody {
  switch (msgtype) {
    case 'text': {
      const content = parse(payloadSchemas.text, payload).content
      if (content === '') throw new WecomError(44004)
      return { msgtype, content: cut(content, 2048) }
    }
    case 'markdown': {
      const content = parse(payloadSchemas.markdown, payload).content
      if (content === '') throw new WecomError(44004)
      return { msgtype, content: cut(content, 2048) }
    }
    case 'textcard': {
      const card = parse(payloadSchemas.textcard, payload)
      if ([...card.title].length > 128 || [...card.description].length > 512) throw new WecomError(45002)
      return {
        msgtype, title: need(card.title, 'textcard.title'), description: need(card.description, 'textcard.description'),
        url: httpUrl(card.url, 'textcard.url'), btntxt: card.btntxt === '' ? '详情' : [...card.btntxt].slice(0, 4).join(''),
      }
    }
    case 'news': {
      const { articles } = parse(payloadSchemas.news, payload)
      if (articles.length < 1 || articles.length > 8) throw new WecomError(40058, 'invalid Request Parameter: articles 1-8')
      return {
        msgtype,
        articles: articles.map((item) => ({
          title: cut(need(item.title, 'news.title'), 128), description: cut(item.description, 512), url: httpUrl(item.url, 'news.url'), picurl: item.picurl,
        })),
      }
    }
    case 'image':
    case 'voice':
    case 'video':
    case 'file': {
      const item = parse(payloadSchemas[msgtype], payload)
      if (item.media_id === '') throw new WecomError(41006)
      return { msgtype, mediaId: item.media_id, url: liveMedia(corp, item.media_id, now), title: item.title || (corp.media.get(item.media_id)?.name ?? '') }
    }
    case 'template_card':
      return { msgtype, card: cardOf(parse(cardSchema, payload)) }
    default:
      throw new WecomError(40008)
  }
}

function cardOf(card: z.output<typeof cardSchema>): Extract<AppMessageBody, { msgtype: 'template_card' }>['card'] {
  const types = ['text_notice', 'news_notice', 'button_interaction', 'vote_interaction', 'multiple_interaction']
  if (!types.includes(card.card_type)) throw new WecomError(40058, 'invalid Request Parameter: card_type')
  const title = card.main_title?.title ?? ''
  const notice = card.card_type === 'text_notice' || card.card_type === 'news_notice'
  if (notice && card.card_action === undefined) throw new WecomError(40063, 'some parameters are empty: card_action')
  if (notice && card.card_action?.type === 1) httpUrl(card.card_action.url, 'card_action.url')
  if (card.card_type === 'text_notice' && title === '' && card.sub_title_text === '') throw new WecomError(40063, 'some parameters are empty: main_title.title')
  if (card.card_type !== 'text_notice' && title === '') throw new WecomError(40063, 'some parameters are empty: main_title.title')
  if (card.card_type === 'news_notice' && card.card_image === undefined && card.image_text_area === undefined) throw new WecomError(40063, 'some parameters are empty: card_image')
  if (card.horizontal_content_list.length > 6 || card.jump_list.length > 3) throw new WecomError(40058, 'invalid Request Parameter: list too long')
  if (card.task_id !== undefined && !/^[0-9A-Za-z_\-@]{1,128}$/.test(card.task_id)) throw new WecomError(40058, 'invalid Request Parameter: task_id')
  if ((card.action_menu !== undefined || !notice) && card.task_id === undefined) throw new WecomError(40063, 'some parameters are empty: task_id')
  return {
    cardType: card.card_type, source: card.source?.desc ?? '', title, desc: card.main_title?.desc ?? '',
    emphasisTitle: card.emphasis_content?.title ?? '', emphasisDesc: card.emphasis_content?.desc ?? '', subTitle: card.sub_title_text,
    rows: card.horizontal_content_list.map((row) => ({ key: row.keyname, value: row.value, url: row.url })),
    jumps: card.jump_list.map((jump) => ({ title: jump.title, url: jump.url })), url: card.card_action?.url ?? '',
  }
}
