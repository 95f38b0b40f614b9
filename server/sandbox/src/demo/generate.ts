import { wecomId } from '../ids.ts'
import type { CorpRecord, Group } from '../world/model.ts'
import type { WorldSeed } from '../world/sandbox.ts'
import { DEMO_CORP } from './corps.ts'
import { demoFollow, demoPerson } from './people.ts'
import { Random } from './random.ts'
import { bareCorp, configure, demoDepartments, demoStaff, type CorpIdentity } from './shell.ts'
import { GIVEN_NAMES, SURNAMES } from './words.ts'

interface GenerateOptions {
  staff: number
  customers: number
  groups: number
  seed: number
  /** Default: the ids and secrets of the demo corp. */
  identity?: CorpIdentity
  productOrigin?: string
  /** epoch ms */
  now?: number
  /** Part of the customers who are also friends of a second member; default 0.05. */
  shared?: number
}

/** A configured corp of any size, quickly: for scale tests and small integration tests alike. */
export function generateCorp(options: GenerateOptions): WorldSeed {
  const { staff, customers, groups, seed, identity = DEMO_CORP, productOrigin = 'http://localhost:3000', shared = 0.05 } = options
  const random = new Random(seed)
  const now = options.now ?? Date.now()
  const nowSeconds = Math.floor(now / 1000)
  const corp: CorpRecord = configure(bareCorp(identity), identity, productOrigin)
  const departmentCount = Math.max(1, Math.ceil(staff / 20))
  corp.departments = demoDepartments(identity.name, Array.from({ length: departmentCount }, (_item, index) => `第${index + 1}门店`))
  corp.staff = Array.from({ length: staff }, (_item, index) => demoStaff(random, {
    userid: `staff${index + 1}`, name: random.pick(SURNAMES) + random.pick(GIVEN_NAMES), position: '顾问', department: 2 + (index % departmentCount),
    leader: index < departmentCount,
  }, now + 30 * 86_400_000))
  corp.tagGroups = [{
    id: wecomId('et', (length) => random.id(length)), name: '意向', createTime: nowSeconds, order: 1, madeBy: identity.agentid, deleted: false,
    tags: ['高', '中', '低'].map((name, index) => ({ id: wecomId('et', (length) => random.id(length)), name, createTime: nowSeconds, order: 3 - index, madeBy: identity.agentid, deleted: false })),
  }]
  const tagIds = corp.tagGroups.flatMap((group) => group.tags.map((tag) => tag.id))
  let seq = 1
  for (let index = 0; index < customers; index += 1) {
    const person = demoPerson(random)
    const owner = index % staff
    corp.people.push(person)
    corp.follows.push(demoFollow(random, { seq: seq++, userid: `staff${owner + 1}`, person, nowSeconds, tagIds }))
    if (staff > 1 && random.chance(shared)) {
      corp.follows.push(demoFollow(random, { seq: seq++, userid: `staff${((owner + 1) % staff) + 1}`, person, nowSeconds, tagIds }))
    }
  }
  for (let index = 0; index < groups; index += 1) corp.groups.push(generatedGroup(random, corp, seq++, `staff${(index % staff) + 1}`, index, nowSeconds))
  return { corps: [corp], messages: [] }
}

function generatedGroup(random: Random, corp: CorpRecord, seq: number, owner: string, index: number, nowSeconds: number): Group {
  const size = Math.min(corp.people.length, random.int(3, 30))
  const start = corp.people.length === 0 ? 0 : random.int(0, corp.people.length - size)
  const people = corp.people.slice(start, start + size)
  return {
    seq, id: wecomId('wr', (length) => random.id(length)), name: `客户群 ${index + 1}`, owner, createTime: nowSeconds - 86_400, notice: '',
    members: [
      { id: owner, type: 1, joinTime: nowSeconds - 86_400, joinScene: 1, invitor: owner, nickname: '', state: '' },
      ...people.map((person) => ({ id: person.id, type: 2 as const, joinTime: nowSeconds - 80_000, joinScene: 3 as const, invitor: '', nickname: '', state: '' })),
    ],
    admins: [], version: random.hex(32), dismissed: false, status: 0,
  }
}
