import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { DepartmentView } from '../protocol/people.ts'
import { notFound } from '../world/errors.ts'
import { writeToApp } from '../world/staff-actions.ts'
import { contactViews, staffChats, staffView, tagGroupViews } from '../world/views.ts'
import type { Corp } from '../world/corp.ts'
import type { Sandbox } from '../world/sandbox.ts'
import { callbackSetting, consolePatch, corpConsole, corpSummary, patchConsole, readAppMessages, resetSecret, saveCallback, saveTrustedDomain } from './console.ts'

const corpParams = z.object({ corpid: z.string() })
const staffParams = z.object({ corpid: z.string(), userid: z.string() })

/** What a member's client and the simulated admin console ask of one corp. */
export async function corpRoutes(app: FastifyInstance, options: { sandbox: Sandbox }): Promise<void> {
  const { sandbox } = options
  const corpOf = (params: unknown): Corp => {
    const corp = sandbox.corps.get(corpParams.parse(params).corpid)
    if (corp === undefined) throw notFound('这个企业')
    return corp
  }

  app.get('/corps', () => [...sandbox.corps.values()].map(corpSummary))
  app.get('/corps/:corpid', (request) => corpConsole(corpOf(request.params)))
  app.put('/corps/:corpid/settings', (request) => patchConsole(sandbox, corpOf(request.params), consolePatch.parse(request.body)))
  app.post('/corps/:corpid/trusted-domain', (request) =>
    saveTrustedDomain(sandbox, corpOf(request.params), z.object({ domain: z.string().max(253) }).parse(request.body).domain))
  app.post('/corps/:corpid/callback', (request) => saveCallback(sandbox, corpOf(request.params), callbackSetting.parse(request.body)))
  app.post('/corps/:corpid/secret/reset', (request) => resetSecret(sandbox, corpOf(request.params)))
  app.get('/corps/:corpid/departments', (request) => {
    const corp = corpOf(request.params)
    return [...corp.departments.values()].map((item): DepartmentView => ({ id: item.id, name: item.name, parentid: item.parentid, leaders: corp.leadersOf(item.id) }))
  })
  app.get('/corps/:corpid/tags', (request) => tagGroupViews(corpOf(request.params)))
  app.get('/corps/:corpid/callback-log', (request) => sandbox.callbacks.log(corpOf(request.params).corpid))

  app.get('/corps/:corpid/staff', (request) => {
    const corp = corpOf(request.params)
    return corp.allStaff().map((staff) => staffView(sandbox, corp, staff))
  })
  app.get('/corps/:corpid/staff/:userid/chats', (request) => staffChats(sandbox, corpOf(request.params), staffParams.parse(request.params).userid))
  app.get('/corps/:corpid/staff/:userid/contacts', (request) => {
    const { q } = z.object({ q: z.string().default('') }).parse(request.query)
    return contactViews(corpOf(request.params), staffParams.parse(request.params).userid, q)
  })
  app.get('/corps/:corpid/staff/:userid/app-messages', (request) => {
    const corp = corpOf(request.params)
    const staff = corp.staff(staffParams.parse(request.params).userid)
    return (corp.appMessages.get(staff?.userid ?? '') ?? []).slice(-200)
  })
  app.post('/corps/:corpid/staff/:userid/app-messages', (request) =>
    writeToApp(sandbox, corpOf(request.params), staffParams.parse(request.params).userid, z.object({ text: z.string().min(1).max(2000) }).parse(request.body).text))
  app.post('/corps/:corpid/staff/:userid/app-messages/read', (request) => {
    readAppMessages(sandbox, corpOf(request.params), staffParams.parse(request.params).userid)
    return { ok: true }
  })
}
