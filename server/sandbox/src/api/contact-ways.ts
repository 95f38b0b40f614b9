import { z } from 'zod'
import { hexId, randomId } from '../ids.ts'
import { codePicture } from '../world/contact-ways.ts'
import type { Corp } from '../world/corp.ts'
import type { ContactWay } from '../world/model.ts'
import type { Sandbox } from '../world/sandbox.ts'
import { cursorFor, positionIn } from './cursor.ts'
import { servingMember } from './members.ts'
import { post, type ApiRoute } from './route.ts'
import { WecomError } from './wecom-error.ts'

/** wecom-api/03 §6 */
const WAYS_PER_CORP = 500_000
const PEOPLE_PER_WAY = 100
const TEXT_LENGTH = 30
const LISTED_DAYS = 90
/** Button styles of ways for one member and for several. */
const STYLES = { 1: 3, 2: 2 } as const

const text = z.string().refine((value) => [...value].length <= TEXT_LENGTH, `longer than ${TEXT_LENGTH}`)
const changeable = {
  style: z.number().int().optional(), remark: text.optional(), skip_verify: z.boolean().optional(), state: text.optional(),
  user: z.array(z.string()).optional(), party: z.array(z.number().int()).optional(),
}
const addBody = z.object({ ...changeable, type: z.number().int().optional(), scene: z.number().int().optional(), is_temp: z.boolean().default(false), is_exclusive: z.boolean().default(false) })
const configId = z.string().default('')

function oneOrTwo(value: number | undefined, missing: number, invalid: number): 1 | 2 {
  if (value === undefined) throw new WecomError(missing)
  if (value !== 1 && value !== 2) throw new WecomError(invalid)
  return value
}

/** Who serves by a way: all of them may (60111, 60011, 84074) and have activated their account (41054). */
function checkPeople(corp: Corp, type: 1 | 2, userids: string[], departments: number[]): string[] {
  const people = userids.map((userid) => {
    const staff = servingMember(corp, userid)
    if (staff.status === 4) throw new WecomError(41054)
    return staff.userid
  })
  if (people.length === 0 && (type === 1 || departments.length === 0)) throw new WecomError(40063)
  if (type === 1 && (people.length > 1 || departments.length > 0)) throw new WecomError(40058, 'invalid Request Parameter: type 1 takes exactly one user')
  const all = new Set(people)
  const visible = corp.visibleDepartments()
  for (const id of departments) {
    if (!corp.departments.has(id)) throw new WecomError(60003)
    if (!visible.has(id)) throw new WecomError(60011)
    const tree = corp.departmentTree(id)
    for (const staff of corp.allStaff()) if (staff.departments.some((item) => tree.has(item.id))) all.add(staff.userid)
  }
  if (all.size > PEOPLE_PER_WAY) throw new WecomError(41041)
  return people
}

function checkStyle(way: Pick<ContactWay, 'type' | 'scene'>, style: number | undefined): number | null {
  if (way.scene !== 1 || style === undefined) return null
  if (style < 1 || style > STYLES[way.type]) throw new WecomError(41042)
  return style
}

/** An app sees the ways that it made itself, and no others. */
function ownWay(corp: Corp, id: string): ContactWay {
  if (id === '') throw new WecomError(41043)
  const way = corp.contactWays.get(id)
  if (way === undefined || way.madeBy !== corp.app.agentid) throw new WecomError(41044)
  return way
}

const codeOf = (sandbox: Sandbox, way: ContactWay): { qr_code?: string } => (way.scene === 2 ? { qr_code: codePicture(sandbox.product.origin, way) } : {})

export const contactWayRoutes: ApiRoute[] = [
  post('customer', '/cgi-bin/externalcontact/add_contact_way', addBody, ({ corp, sandbox, body }) => {
    const type = oneOrTwo(body.type, 41037, 41039)
    const scene = oneOrTwo(body.scene, 41038, 41040)
    // Temporary sessions are for the medical industry only, which no corp here is in.
    if (body.is_temp) throw new WecomError(48002)
    const style = checkStyle({ type, scene }, body.style)
    const userids = checkPeople(corp, type, body.user ?? [], body.party ?? [])
    if (corp.contactWays.size >= WAYS_PER_CORP) throw new WecomError(41045)
    const way: ContactWay = {
      id: hexId(), type, scene, style, remark: body.remark ?? '', skipVerify: body.skip_verify ?? true, state: body.state ?? '', userids, departments: body.party ?? [],
      exclusive: body.is_exclusive, madeBy: corp.app.agentid, createTime: sandbox.clock.seconds(), code: `vc${randomId(16)}`,
    }
    corp.contactWays.set(way.id, way)
    sandbox.onChange()
    return { config_id: way.id, ...codeOf(sandbox, way) }
  }, { empty: { config_id: '' } }),

  post('customer', '/cgi-bin/externalcontact/get_contact_way', z.object({ config_id: configId }), ({ corp, sandbox, body }) => {
    const way = ownWay(corp, body.config_id)
    return {
      contact_way: {
        config_id: way.id, type: way.type, scene: way.scene, ...(way.style === null ? {} : { style: way.style }), remark: way.remark, skip_verify: way.skipVerify,
        state: way.state, ...codeOf(sandbox, way), user: way.userids, party: way.departments,
      },
    }
  }),

  post('customer', '/cgi-bin/externalcontact/list_contact_way', z.object({
    start_time: z.number().int().optional(), end_time: z.number().int().optional(), cursor: z.string().optional(), limit: z.number().int().min(1).max(1000).default(100),
  }), ({ corp, sandbox, body }) => {
    const now = sandbox.clock.seconds()
    const { start_time: first = now - LISTED_DAYS * 86_400, end_time: last = now, limit } = body
    const scope = `ways ${corp.corpid} ${body.start_time ?? ''} ${body.end_time ?? ''}`
    // The pages of one traversal look at the same stretch of time.
    const [start = 0, from = first, to = last] = body.cursor ? positionIn(scope, body.cursor).split(' ').map(Number) : []
    const listed = [...corp.contactWays.values()].filter((way) => way.madeBy === corp.app.agentid && way.createTime >= from && way.createTime <= to)
    const more = start + limit < listed.length
    return { contact_way: listed.slice(start, start + limit).map((way) => ({ config_id: way.id })), next_cursor: more ? cursorFor(scope, `${start + limit} ${from} ${to}`) : '' }
  }, { empty: { contact_way: [] } }),

  post('customer', '/cgi-bin/externalcontact/update_contact_way', z.object({ ...changeable, config_id: configId }), ({ corp, sandbox, body }) => {
    const way = ownWay(corp, body.config_id)
    // What is not given stays; lists that are given take the place of the old ones. The code stays the same.
    const departments = body.party ?? way.departments
    const userids = body.user === undefined && body.party === undefined ? way.userids : checkPeople(corp, way.type, body.user ?? way.userids, departments)
    Object.assign(way, {
      userids, departments, style: body.style === undefined ? way.style : checkStyle(way, body.style),
      remark: body.remark ?? way.remark, skipVerify: body.skip_verify ?? way.skipVerify, state: body.state ?? way.state,
    } satisfies Partial<ContactWay>)
    sandbox.onChange()
    return {}
  }),

  post('customer', '/cgi-bin/externalcontact/del_contact_way', z.object({ config_id: configId }), ({ corp, sandbox, body }) => {
    corp.contactWays.delete(ownWay(corp, body.config_id).id)
    sandbox.onChange()
    return {}
  }),
]
