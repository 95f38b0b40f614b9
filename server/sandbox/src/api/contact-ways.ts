import { z } from 'zod'
import { hexId } from '../ids.ts'
import type { Corp } from '../world/corp.ts'
import type { ContactWay } from '../world/model.ts'
import type { Sandbox } from '../world/sandbox.ts'
import { cursorFor, positionIn } from './cursor.ts'
import { servingMember } from './members.ts'
import { post, type ApiRoute } from './route.ts'
import { WecomError } from './wecom-error.ts'

const fields = {
  remark: z.string().optional(), skip_verify: z.boolean().optional(), style: z.number().int().optional(), state: z.string().optional(),
  user: z.array(z.string()).optional(), party: z.array(z.number().int()).optional(),
}
const addBody = z.object({ type: z.number().int().optional(), scene: z.number().int().optional(), is_exclusive: z.boolean().optional(), ...fields })
const updateBody = z.object({ config_id: z.string().default(''), ...fields })
const listBody = z.object({ start_time: z.number().int().optional(), end_time: z.number().int().optional(), cursor: z.string().optional(), limit: z.number().int().min(1).max(1000).default(100) })
const oneBody = z.object({ config_id: z.string().default('') })

function atMost(text: string | undefined, length: number): void {
  if (text !== undefined && [...text].length > length) throw new WecomError(40058)
}

/** Users must exist, be visible and have the feature; with the departments' people at most 100 (41041). */
function checkPeople(corp: Corp, type: 1 | 2, user: string[], party: number[]): void {
  if (type === 1 && (user.length !== 1 || party.length > 0)) throw new WecomError(40058, 'invalid Request Parameter: type 1 takes exactly one user')
  if (user.length + party.length === 0) throw new WecomError(40063)
  const people = new Set(user.map((userid) => servingMember(corp, userid)))
  for (const id of party) {
    if (!corp.departments.has(id)) throw new WecomError(60003)
    const tree = corp.departmentTree(id)
    for (const staff of corp.allStaff()) if (staff.departments.some((item) => tree.has(item.id))) people.add(staff)
  }
  if (people.size > 100) throw new WecomError(41041)
  for (const staff of people) if (staff.status !== 1) throw new WecomError(41054)
}

function ownWay(corp: Corp, configId: string): ContactWay {
  if (configId === '') throw new WecomError(41043)
  const way = corp.contactWays.get(configId)
  if (way === undefined || way.agentid !== corp.app.agentid) throw new WecomError(41044)
  return way
}

function qrCode(sandbox: Sandbox, corp: Corp, configId: string): string {
  return `${sandbox.product.origin}/sandbox/qr/${corp.corpid}/way-${configId}`
}

export const contactWayRoutes: ApiRoute[] = [
  post('customer', '/cgi-bin/externalcontact/add_contact_way', addBody, ({ corp, sandbox, body }) => {
    if (body.type === undefined) throw new WecomError(41037)
    if (body.scene === undefined) throw new WecomError(41038)
    if (body.type !== 1 && body.type !== 2) throw new WecomError(41039)
    if (body.scene !== 1 && body.scene !== 2) throw new WecomError(41040)
    if (body.style !== undefined && (body.style < 1 || body.style > (body.type === 1 ? 3 : 2))) throw new WecomError(41042)
    atMost(body.remark, 30)
    atMost(body.state, 30)
    checkPeople(corp, body.type, body.user ?? [], body.party ?? [])
    const way: ContactWay = {
      configId: hexId(), agentid: corp.app.agentid, createTime: sandbox.clock.seconds(), type: body.type, scene: body.scene, style: body.style ?? 1,
      remark: body.remark ?? '', skipVerify: body.skip_verify ?? true, state: body.state ?? '', user: body.user ?? [], party: body.party ?? [],
      isExclusive: body.is_exclusive ?? false,
    }
    corp.contactWays.set(way.configId, way)
    sandbox.onChange()
    return { config_id: way.configId, ...(way.scene === 2 ? { qr_code: qrCode(sandbox, corp, way.configId) } : {}) }
  }),

  post('customer', '/cgi-bin/externalcontact/get_contact_way', oneBody, ({ corp, sandbox, body }) => {
    const way = ownWay(corp, body.config_id)
    return {
      contact_way: {
        config_id: way.configId, type: way.type, scene: way.scene, ...(way.scene === 1 ? { style: way.style } : {}), remark: way.remark,
        skip_verify: way.skipVerify, state: way.state, ...(way.scene === 2 ? { qr_code: qrCode(sandbox, corp, way.configId) } : {}),
        user: way.user, party: way.party, is_exclusive: way.isExclusive,
      },
    }
  }),

  post('customer', '/cgi-bin/externalcontact/list_contact_way', listBody, ({ corp, sandbox, body }) => {
    const end = body.end_time ?? sandbox.clock.seconds()
    const start = body.start_time ?? end - 90 * 86_400
    const scope = `ways ${corp.corpid} ${start}`
    const offset = Number(positionIn(scope, body.cursor))
    const ways = [...corp.contactWays.values()].filter((way) => way.agentid === corp.app.agentid && way.createTime >= start && way.createTime <= end)
    const page = ways.slice(offset, offset + body.limit)
    const more = offset + page.length < ways.length
    return { contact_way: page.map((way) => ({ config_id: way.configId })), next_cursor: more ? cursorFor(scope, String(offset + page.length)) : '' }
  }, { empty: { contact_way: [] } }),

  post('customer', '/cgi-bin/externalcontact/update_contact_way', updateBody, ({ corp, sandbox, body }) => {
    const way = ownWay(corp, body.config_id)
    atMost(body.remark, 30)
    atMost(body.state, 30)
    const user = body.user ?? way.user
    const party = body.party ?? way.party
    checkPeople(corp, way.type, user, party)
    Object.assign(way, { user, party, remark: body.remark ?? way.remark, state: body.state ?? way.state, skipVerify: body.skip_verify ?? way.skipVerify, style: body.style ?? way.style })
    sandbox.onChange()
    return {}
  }),

  post('customer', '/cgi-bin/externalcontact/del_contact_way', oneBody, ({ corp, sandbox, body }) => {
    corp.contactWays.delete(ownWay(corp, body.config_id).configId)
    sandbox.onChange()
    return {}
  }),
]
