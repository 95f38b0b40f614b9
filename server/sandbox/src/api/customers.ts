import { z } from 'zod'
import { avatarPath } from '../world/parties.ts'
import type { Corp } from '../world/corp.ts'
import type { Follow, Person } from '../world/model.ts'
import type { Sandbox } from '../world/sandbox.ts'
import { cursorFor, positionIn } from './cursor.ts'
import { servingMember } from './members.ts'
import { get, post, type ApiRoute } from './route.ts'
import { WecomError } from './wecom-error.ts'

const FOLLOWERS_PER_PAGE = 500

/** A half friend is no customer yet: 84061 (wecom-api/00 §3.1). A customer who deleted the member still is. */
function readable(follow: Follow): boolean {
  return follow.status !== 'half'
}

function personBody(sandbox: Sandbox, corp: Corp, person: Person): Record<string, unknown> {
  const body = { external_userid: person.id, name: person.name }
  const avatar = sandbox.product.origin + avatarPath('person', corp.corpid, person.id)
  if (person.type === 1) return { ...body, avatar, type: 1, gender: person.gender, ...(person.unionid === '' ? {} : { unionid: person.unionid }) }
  return {
    ...body, position: person.position, avatar, corp_name: person.corpName, corp_full_name: person.corpFullName, type: 2, gender: person.gender,
    external_profile: { external_attr: [] },
  }
}

/** Fields common to follow_user and follow_info; optional ones are left out, as WeCom does. */
function followBody(follow: Follow, person: Person): Record<string, unknown> {
  return {
    userid: follow.userid, remark: follow.remark, description: follow.description, createtime: follow.createtime,
    ...(person.type === 1 ? { remark_corp_name: follow.remarkCorp } : {}), remark_mobiles: follow.remarkMobiles,
    oper_userid: follow.operUserid, add_way: follow.addWay,
    ...(follow.channels === null ? {} : { wechat_channels: follow.channels }), ...(follow.state === '' ? {} : { state: follow.state }),
  }
}

function followUser(corp: Corp, follow: Follow, person: Person): Record<string, unknown> {
  const corpTags = follow.tags.flatMap((id) => {
    const found = corp.liveTag(id)
    return found === undefined ? [] : [{ group_name: found.group.name, tag_name: found.tag.name, tag_id: id, type: 1 }]
  })
  const personal = follow.personalTags.map((name) => ({ group_name: '个人标签', tag_name: name, type: 2 }))
  return { ...followBody(follow, person), tags: [...corpTags, ...personal] }
}

/** Relation the app may read and write; 84061 when there is none. */
export function customerRelation(corp: Corp, userid: string, externalUserid: string): { follow: Follow; person: Person } {
  const staff = servingMember(corp, userid)
  if (externalUserid === '') throw new WecomError(41035)
  const person = corp.people.get(externalUserid)
  if (person === undefined) throw new WecomError(40096)
  const follow = corp.follow(staff.userid, externalUserid)
  if (follow === undefined || !readable(follow)) throw new WecomError(84061)
  return { follow, person }
}

function* pageOfFollows(corp: Corp, userids: string[], from: { user: number; seq: number }): Generator<{ user: number; follow: Follow }> {
  for (let user = from.user; user < userids.length; user += 1) {
    for (const follow of corp.followsOfStaff(userids[user] ?? '')) {
      if (user === from.user && follow.seq <= from.seq) continue
      if (readable(follow)) yield { user, follow }
    }
  }
}

const byUser = z.object({ userid_list: z.array(z.string()), cursor: z.string().optional(), limit: z.number().int().optional() })

const remarkBody = z.object({
  userid: z.string().default(''), external_userid: z.string().default(''), remark: z.string().optional(), description: z.string().optional(),
  remark_company: z.string().optional(), remark_mobiles: z.array(z.string()).optional(), remark_pic_mediaid: z.string().optional(),
})

function atMost(value: string | undefined, length: number): void {
  if (value !== undefined && [...value].length > length) throw new WecomError(40058, `invalid Request Parameter: longer than ${length}`)
}

export const customerRoutes: ApiRoute[] = [
  get('customer', '/cgi-bin/externalcontact/get_follow_user_list', ({ corp }) => ({
    follow_user: corp.allStaff().map((staff) => staff.userid).filter((userid) => corp.isVisible(userid) && corp.hasCustomerContact(userid)),
  }), { empty: { follow_user: [] } }),

  get('customer', '/cgi-bin/externalcontact/list', ({ corp, query }) => {
    const staff = servingMember(corp, query.userid ?? '')
    const ids = [...corp.followsOfStaff(staff.userid)].filter(readable).map((follow) => follow.personId)
    // No customers at all is an error here, not an empty list (wecom-api/03 §1.2).
    if (ids.length === 0) throw new WecomError(84061)
    return { external_userid: ids }
  }),

  get('customer', '/cgi-bin/externalcontact/get', ({ corp, sandbox, query }) => {
    const id = query.external_userid ?? ''
    if (id === '') throw new WecomError(41035)
    const person = corp.people.get(id)
    if (person === undefined) throw new WecomError(40096)
    const follows = corp.followsOfPerson(id).filter((follow) => readable(follow) && corp.staff(follow.userid) !== undefined)
    if (follows.length === 0) throw new WecomError(84061)
    const seen = follows.filter((follow) => corp.isVisible(follow.userid) && corp.hasCustomerContact(follow.userid))
    if (seen.length === 0) throw new WecomError(40096)
    const scope = `get ${corp.corpid} ${id}`
    const start = Number(positionIn(scope, query.cursor))
    const page = seen.slice(start, start + FOLLOWERS_PER_PAGE)
    const more = start + page.length < seen.length
    return {
      external_contact: personBody(sandbox, corp, person), follow_user: page.map((follow) => followUser(corp, follow, person)),
      next_cursor: more ? cursorFor(scope, String(start + page.length)) : '',
    }
  }),

  post('customer', '/cgi-bin/externalcontact/batch/get_by_user', byUser, ({ corp, sandbox, body }) => {
    if (body.userid_list.length === 0) throw new WecomError(40063)
    if (body.userid_list.length > 100) throw new WecomError(40058, 'invalid Request Parameter: userid_list longer than 100')
    const userids = body.userid_list.map((userid) => servingMember(corp, userid).userid)
    const limit = Math.min(Math.max(body.limit ?? 50, 1), 100)
    const scope = `batch ${corp.corpid} ${userids.join('|')}`
    const [user = 0, seq = 0] = positionIn(scope, body.cursor).split(':').map(Number)
    const list: Record<string, unknown>[] = []
    let last = ''
    let more = false
    for (const item of pageOfFollows(corp, userids, { user, seq })) {
      if (list.length === limit) {
        more = true
        break
      }
      const person = corp.people.get(item.follow.personId)
      if (person === undefined) continue
      const tagIds = item.follow.tags.filter((id) => corp.liveTag(id) !== undefined)
      list.push({ external_contact: personBody(sandbox, corp, person), follow_info: { ...followBody(item.follow, person), tag_id: tagIds } })
      last = `${item.user}:${item.follow.seq}`
    }
    return { external_contact_list: list, next_cursor: more ? cursorFor(scope, last) : '', fail_info: { unlicensed_userid_list: [] } }
  }, { empty: { external_contact_list: [] } }),

  post('customer', '/cgi-bin/externalcontact/remark', remarkBody, ({ corp, sandbox, body }) => {
    const { follow, person } = customerRelation(corp, body.userid, body.external_userid)
    const given = [body.remark, body.description, body.remark_company, body.remark_mobiles, body.remark_pic_mediaid]
    if (given.every((value) => value === undefined)) throw new WecomError(40063)
    atMost(body.remark, 20)
    atMost(body.description, 150)
    atMost(body.remark_company, 20)
    if (body.remark_pic_mediaid !== undefined && !corp.media.has(body.remark_pic_mediaid)) throw new WecomError(40007)
    if (body.remark !== undefined) follow.remark = body.remark
    if (body.description !== undefined) follow.description = body.description
    if (body.remark_company !== undefined && person.type === 1) follow.remarkCorp = body.remark_company
    if (body.remark_mobiles !== undefined) follow.remarkMobiles = body.remark_mobiles.filter((mobile) => mobile !== '')
    // No callback: operations through the API raise none (wecom-api/01 §3).
    sandbox.feed.emit({ type: 'person', corpid: corp.corpid, personId: person.id, userid: follow.userid })
    return {}
  }),
]
