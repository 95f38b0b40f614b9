import { wecomId } from '../ids.ts'
import { unionidFor } from '../official-account/wechat-ids.ts'
import type { Follow, Person } from '../world/model.ts'
import type { Random } from './random.ts'
import {
  CHILDREN, CHILD_SUFFIXES, CITIES, DESCRIPTIONS, NICKNAMES, NICKNAME_TAILS, OTHER_CORPS, PERSONAL_TAGS, PRODUCTS, SURNAMES,
} from './words.ts'

const ADD_WAYS = [1, 1, 1, 1, 2, 3, 3, 4, 4, 6, 10, 16, 201, 202, 0] as const
const STATES = ['', '', '', 'storePudong', 'storeXuhui', 'expo2026', 'wxarticle'] as const

function nickname(random: Random): string {
  if (random.chance(0.45)) return random.pick(CHILDREN) + random.pick(CHILD_SUFFIXES) + random.pick(NICKNAME_TAILS)
  return random.pick(NICKNAMES) + random.pick(NICKNAME_TAILS)
}

/** An outside person; one in fourteen uses another corp's WeCom. */
export function demoPerson(random: Random, wecomUsers = true): Person {
  const id = (length: number): string => random.id(length)
  if (wecomUsers && random.chance(0.07)) {
    const [corpName, corpFullName, position] = random.pick(OTHER_CORPS)
    const name = `${random.pick(SURNAMES)}${random.pick(['经理', '老师', '工', '主任'])}`
    return { id: wecomId('wo', id), name, type: 2, gender: random.chance(0.5) ? 1 : 2, unionid: '', openid: `oS${id(26)}`, corpName, corpFullName, position }
  }
  const personId = wecomId('wm', id)
  return {
    id: personId, name: nickname(random), type: 1, gender: random.pick([0, 0, 2, 2, 2, 1]),
    // Each WeChat user has one. Some are made of the id: so everything that is drawn later stays what it was.
    unionid: random.chance(0.8) ? `oU${id(26)}` : unionidFor(personId),
    openid: `oS${id(26)}`, corpName: '', corpFullName: '', position: '',
  }
}

/** A relation of the last 200 days. */
export function demoFollow(random: Random, at: { seq: number; userid: string; person: Person; nowSeconds: number; tagIds: readonly string[] }): Follow {
  const { person, userid } = at
  const byMember = random.chance(0.25)
  const addWay = random.pick(ADD_WAYS)
  const known = random.chance(0.55)
  return {
    seq: at.seq, userid, personId: person.id,
    remark: known ? `${random.pick(SURNAMES)}${random.pick(['女士', '女士', '小姐', '先生'])}-${random.pick(CITIES)}-${random.pick(PRODUCTS)}` : '',
    description: random.chance(0.3) ? random.pick(DESCRIPTIONS) : '',
    createtime: at.nowSeconds - random.int(3600, 200 * 86_400), tags: random.sample(at.tagIds, random.pick([0, 0, 1, 1, 2, 3])),
    personalTags: random.chance(0.15) ? [random.pick(PERSONAL_TAGS)] : [], remarkCorp: '',
    remarkMobiles: random.chance(0.2) ? [`1990000${String(random.int(0, 9999)).padStart(4, '0')}`] : [],
    operUserid: byMember || addWay === 202 ? userid : person.id, addWay,
    state: addWay === 1 || addWay === 16 ? random.pick(STATES) : '',
    channels: addWay === 10 ? { nickname: '小树苗育儿', source: random.pick([1, 2, 3]) } : null,
    status: random.chance(0.02) ? 'deleted_by_customer' : 'friend',
  }
}
