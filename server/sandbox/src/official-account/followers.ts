import { createHash } from 'node:crypto'
import type { ActionResult, WorldAction } from '../protocol/world.ts'
import { knownPerson } from '../world/contact-actions.ts'
import type { Corp } from '../world/corp.ts'
import { WorldError } from '../world/errors.ts'
import type { OfficialAccount, Person } from '../world/model.ts'
import type { Sandbox } from '../world/sandbox.ts'

/** Two people in five follow the account of the corp they buy from, the same ones on every machine. */
const FOLLOWERS = 0.4
/** Nobody was there to see when it began: 1 March 2026, in seconds. */
export const FOLLOWED_AT = 1_772_323_200

/** Does she follow the account with her WeChat? */
export function follows(account: OfficialAccount, person: Person): boolean {
  return person.type === 1 && (account.decidedFollowers[person.id] ?? byNature(person.id))
}

function byNature(personId: string): boolean {
  return createHash('sha256').update(`follows ${personId}`).digest().readUInt32BE() < 2 ** 32 * FOLLOWERS
}

export function accountFollow(sandbox: Sandbox, corp: Corp, action: Extract<WorldAction, { action: 'account_follow' }>): ActionResult {
  const person = knownPerson(corp, action.personId)
  const { officialAccount: account } = corp
  if (account === null) throw new WorldError('这家企业没有公众号')
  if (person.type !== 1) throw new WorldError(`${person.name} 用的是企业微信，不能关注公众号`)
  account.decidedFollowers[person.id] = action.follows
  sandbox.feed.emit({ type: 'person', corpid: corp.corpid, personId: person.id, userid: null })
  return { ok: true, message: action.follows ? `${person.name} 关注了公众号「${account.name}」` : `${person.name} 取消关注了公众号「${account.name}」`, personId: person.id }
}
