import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { addByCode, scanned } from '../world/contact-ways.ts'
import { notFound } from '../world/errors.ts'
import { sharePage } from '../world/messaging.ts'
import { personParty } from '../world/parties.ts'
import type { Sandbox } from '../world/sandbox.ts'
import { linkShape } from './chat-routes.ts'

const page = z.object(linkShape)
const share = z.object({ link: page, toChatId: z.string().optional(), toPerson: z.string().optional() })
const code = z.object({ text: z.string().min(1).max(4096) })

/** 收藏, 最近打开 and the share menu of the browser on a person's phone, and the codes in the pictures it shows. */
export async function pageRoutes(app: FastifyInstance, options: { sandbox: Sandbox }): Promise<void> {
  const { sandbox } = options
  const personIdOf = (params: unknown): string => {
    const { id } = z.object({ id: z.string() }).parse(params)
    if (sandbox.corpOfPerson(id) === undefined) throw notFound('这个人')
    return id
  }
  const changed = (personId: string): ReturnType<typeof sandbox.pages.of> => {
    sandbox.feed.emit({ type: 'pages', personId })
    return sandbox.pages.of(personId)
  }

  app.get('/people/:id/pages', (request) => sandbox.pages.of(personIdOf(request.params)))
  app.post('/people/:id/pages/recent', (request) => {
    const personId = personIdOf(request.params)
    sandbox.pages.opened(personId, page.parse(request.body), sandbox.clock.now())
    return changed(personId)
  })
  app.post('/people/:id/pages/favourites', (request) => {
    const personId = personIdOf(request.params)
    sandbox.pages.keep(personId, page.parse(request.body), sandbox.clock.now())
    return changed(personId)
  })
  app.delete('/people/:id/pages/favourites', (request) => {
    const personId = personIdOf(request.params)
    sandbox.pages.drop(personId, z.object({ url: z.string() }).parse(request.body).url)
    return changed(personId)
  })
  app.post('/people/:id/scan', (request) => scanned(sandbox, personIdOf(request.params), code.parse(request.body).text))
  app.post('/people/:id/add-by-code', (request) => addByCode(sandbox, personIdOf(request.params), code.parse(request.body).text))
  app.post('/people/:id/share', (request) => sharePage(sandbox, personParty(personIdOf(request.params)), share.parse(request.body)))
}
