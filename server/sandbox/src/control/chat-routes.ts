import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { MessageContent } from '../protocol/chats.ts'
import type { PartyId, PersonView } from '../protocol/people.ts'
import { WorldError, notFound } from '../world/errors.ts'
import { forwardMessage, partiesOf, writeMessage } from '../world/messaging.ts'
import { isPartyId } from '../world/parties.ts'
import { chatDetail, personChats, personDetail, personView } from '../world/views.ts'
import type { Corp } from '../world/corp.ts'
import type { Person } from '../world/model.ts'
import type { Sandbox } from '../world/sandbox.ts'

const party = z.string().max(200).transform((value, context): PartyId => {
  if (isPartyId(value)) return value
  context.addIssue({ code: 'custom', message: 'not a party id' })
  return z.NEVER
})
const webUrl = z.string().max(4096).regex(/^(https?:\/\/|\/sandbox\/)/)
const short = z.string().max(1024)
export const linkShape = { url: webUrl, title: short, desc: short, imgUrl: z.union([webUrl, z.literal('')]) }

const content: z.ZodType<MessageContent> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string().min(1).max(4000) }),
  z.object({ type: z.literal('link'), ...linkShape }),
  z.object({ type: z.literal('image'), mediaId: short, url: webUrl }),
  z.object({ type: z.literal('video'), mediaId: short, url: webUrl, name: short }),
  z.object({ type: z.literal('file'), mediaId: short, url: webUrl, name: short, size: z.number().int().min(0) }),
  z.object({ type: z.literal('miniprogram'), appid: short, title: short, imgUrl: z.union([webUrl, z.literal('')]), page: short }),
])

const chatParams = z.object({ chatId: z.string().max(300) })
const peopleQuery = z.object({
  corpid: z.string().optional(), q: z.string().default(''), relation: z.enum(['any', 'customer', 'stranger']).default('any'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})

/** Chats and the people outside, as the two simulated clients show them. */
export async function chatRoutes(app: FastifyInstance, options: { sandbox: Sandbox }): Promise<void> {
  const { sandbox } = options
  const personOf = (params: unknown): { corp: Corp; person: Person } => {
    const { id } = z.object({ id: z.string() }).parse(params)
    const corp = sandbox.corpOfPerson(id)
    const person = corp?.people.get(id)
    if (corp === undefined || person === undefined) throw notFound('这个人')
    return { corp, person }
  }

  app.get('/people', (request) => {
    const query = peopleQuery.parse(request.query)
    const found: PersonView[] = []
    for (const corp of sandbox.corps.values()) {
      if (query.corpid !== undefined && corp.corpid !== query.corpid) continue
      for (const person of corp.people.values()) {
        if (found.length >= query.limit) break
        if (!person.name.includes(query.q)) continue
        const view = personView(corp, person)
        if (query.relation === 'any' || view.relation === query.relation) found.push(view)
      }
    }
    return found
  })
  app.get('/people/:id', (request) => {
    const { corp, person } = personOf(request.params)
    return personDetail(corp, person)
  })
  app.get('/people/:id/chats', (request) => {
    const { corp, person } = personOf(request.params)
    return personChats(sandbox, corp, person.id)
  })

  app.get('/chats/:chatId', (request) => {
    const { chatId } = chatParams.parse(request.params)
    return chatDetail(sandbox, chatId, z.object({ as: party }).parse(request.query).as)
  })
  app.get('/chats/:chatId/messages', (request) => {
    const { chatId } = chatParams.parse(request.params)
    const asked = z.object({ as: party.optional(), before: z.string().optional(), limit: z.coerce.number().int().min(1).max(200).default(50) }).parse(request.query)
    return sandbox.chats.page(chatId, asked.limit, { before: asked.before, viewer: asked.as })
  })
  app.post('/chats/:chatId/messages', (request) => {
    const { chatId } = chatParams.parse(request.params)
    const body = z.object({ from: party, content }).parse(request.body)
    return writeMessage(sandbox, chatId, body.from, body.content)
  })
  app.post('/chats/:chatId/read', (request) => {
    const { chatId } = chatParams.parse(request.params)
    const { reader } = z.object({ reader: party }).parse(request.body)
    if (!partiesOf(sandbox, chatId).parties.includes(reader)) throw new WorldError('不在这个聊天里', 403)
    sandbox.chats.markRead(chatId, reader)
    sandbox.feed.emit({ type: 'read', chatId, reader })
    return { ok: true }
  })
  app.post('/chats/:chatId/forward', (request) => {
    const { chatId } = chatParams.parse(request.params)
    const body = z.object({ by: party, messageId: z.string(), toChatId: z.string().optional(), toPerson: z.string().optional() }).parse(request.body)
    return forwardMessage(sandbox, { chatId, ...body })
  })
}
