import { wecomId } from '../ids.ts'
import { singleChatId } from '../world/chat-ids.ts'
import type { CorpRecord, Follow, Group, GroupMember, Person, TagGroup } from '../world/model.ts'
import type { WorldSeed } from '../world/sandbox.ts'
import demoCorpValues from './demo-corp.json' with { type: 'json' }
import { demoFollow, demoPerson } from './people.ts'
import { Random } from './random.ts'
import { bareCorp, configure, demoDepartments, demoStaff, type AccountIdentity, type CorpIdentity } from './shell.ts'
import { Talk } from './talk.ts'

/** Fixed values of the demo corp; whoever starts the product in sandbox mode configures it with these. Worth nothing elsewhere. */
export const DEMO_CORP: CorpIdentity & { adminUserids: string[]; officialAccount: AccountIdentity } = demoCorpValues

/** A second corp of which nothing is configured, for the set-up page. */
export const BARE_CORP: CorpIdentity = {
  corpid: 'wwdemo00000000b002', name: '青禾家居', agentid: 1000002, agentName: '知客助手',
  secret: 'bare-agent-secret-0000000000000000000000000b', callbackToken: '', encodingAesKey: '', verifyCode: 'sandboxBareB0002',
}

const DEPARTMENTS = ['总部', '浦东店', '徐汇店', '线上运营部'] as const

const STAFF = [
  { userid: 'linzhixia', name: '林知夏', position: '运营总监', department: 2, leader: true, customers: 0 },
  { userid: 'hewenbo', name: '何文博', position: '市场经理', department: 2, customers: 4 },
  { userid: 'zhoumin', name: '周敏', position: '浦东店店长', department: 3, leader: true, customers: 20 },
  { userid: 'wuxiaoyan', name: '吴晓燕', position: '母婴顾问', department: 3, customers: 62 },
  { userid: 'chensiyuan', name: '陈思远', position: '母婴顾问', department: 3, customers: 44 },
  { userid: 'zhaoyifan', name: '赵一凡', position: '母婴顾问', department: 3, customers: 36 },
  { userid: 'tangjing', name: '唐静', position: '徐汇店店长', department: 4, leader: true, customers: 16 },
  { userid: 'liuyutong', name: '刘雨桐', position: '母婴顾问', department: 4, customers: 40 },
  { userid: 'sunhaoran', name: '孙浩然', position: '母婴顾问', department: 4, customers: 32 },
  { userid: 'guoxinyi', name: '郭欣怡', position: '线上运营主管', department: 5, leader: true, customers: 12 },
  { userid: 'maxiaodong', name: '马晓冬', position: '社群运营', department: 5, customers: 18 },
  { userid: 'dengkexin', name: '邓可欣', position: '在线客服', department: 5, customers: 16 },
] as const

const TAG_GROUPS = [
  ['孕育阶段', ['备孕', '孕期', '0-6个月', '6-12个月', '1-3岁', '3岁以上']],
  ['意向', ['高意向', '中意向', '低意向', '已成交']],
  ['关注品类', ['婴儿车', '安全座椅', '奶粉', '纸尿裤', '辅食', '童装']],
  ['来源', ['门店扫码', '朋友介绍', '视频号', '展会', '社群']],
  ['会员等级', ['普通会员', '银卡', '金卡', '黑金']],
  ['沟通习惯', ['对价格敏感', '看重品质', '喜欢对比', '决定很快', '白天勿扰']],
] as const

/** Customers who appear in every tour: first in 吴晓燕's list. */
const KNOWN = [
  { name: '林间小路', remark: '林女士-浦东-婴儿车', tags: ['高意向', '0-6个月', '婴儿车', '对价格敏感'] },
  { name: '果果妈', remark: '', tags: ['1-3岁', '金卡'] },
  { name: '木木', remark: '沐小姐-浦东-睡袋', tags: ['6-12个月'] },
  { name: '豆豆爸爸', remark: '陈先生-徐汇-安全座椅', tags: ['安全座椅', '看重品质'] },
] as const

function demoTags(random: Random, agentid: number, createTime: number): TagGroup[] {
  const id = (length: number): string => random.id(length)
  return TAG_GROUPS.map(([name, tags], index) => {
    // The last two groups were made by hand in the console: the app may use but not change them.
    const madeBy = index < 4 ? agentid : 0
    return {
      id: wecomId('et', id), name, createTime, order: TAG_GROUPS.length - index, madeBy, deleted: false,
      tags: tags.map((tag, position) => ({ id: wecomId('et', id), name: tag, createTime, order: tags.length - position, madeBy, deleted: false })),
    }
  })
}

function demoGroup(random: Random, at: { seq: number; name: string; owner: string; helper: string; people: Person[]; strangers: Person[]; nowSeconds: number }): Group {
  const createTime = at.nowSeconds - random.int(20, 180) * 86_400
  const member = (id: string, type: 1 | 2): GroupMember => {
    const byQr = random.chance(0.5)
    return {
      id, type, joinTime: createTime + random.int(0, 15 * 86_400), joinScene: type === 1 ? 1 : byQr ? 3 : random.pick([1, 2] as const),
      invitor: type === 1 || !byQr ? at.owner : '', nickname: '', state: '',
    }
  }
  const staff = [...new Set([at.owner, at.helper])]
  return {
    seq: at.seq, id: wecomId('wr', (length) => random.id(length)), name: at.name, owner: at.owner, createTime, notice: random.chance(0.6) ? '文明交流，谢绝广告。活动以门店公告为准。' : '',
    members: [...staff.map((id) => member(id, 1)), ...at.people.map((person) => member(person.id, 2)), ...at.strangers.map((person) => member(person.id, 2))],
    admins: staff.slice(1), version: random.hex(32), dismissed: false, status: 0,
  }
}

function demoCorp(productOrigin: string, now: number): WorldSeed {
  const random = new Random(20_260_301)
  const nowSeconds = Math.floor(now / 1000)
  const corp: CorpRecord = configure(bareCorp(DEMO_CORP), DEMO_CORP, productOrigin)
  corp.departments = demoDepartments(DEMO_CORP.name, DEPARTMENTS)
  corp.staff = STAFF.map((item) => demoStaff(random, item, now + 30 * 86_400_000))
  corp.tagGroups = demoTags(random, DEMO_CORP.agentid, nowSeconds - 200 * 86_400)
  const allTags = corp.tagGroups.flatMap((group) => group.tags)
  const tagIds = allTags.map((tag) => tag.id)
  let seq = 1
  for (const staff of STAFF) {
    for (let count = 0; count < staff.customers; count += 1) {
      const known = staff.userid === 'wuxiaoyan' ? KNOWN[count] : undefined
      const person = demoPerson(random, known === undefined)
      const follow = demoFollow(random, { seq: seq++, userid: staff.userid, person, nowSeconds, tagIds })
      if (known !== undefined) {
        person.name = known.name
        person.gender = known.name.includes('爸') ? 1 : 2
        Object.assign(follow, {
          remark: known.remark, status: 'friend', addWay: 1, createtime: nowSeconds - (4 - count) * 86_400 * 5,
          tags: known.tags.map((name) => allTags.find((tag) => tag.name === name)?.id).filter((id) => id !== undefined),
        })
      }
      corp.people.push(person)
      corp.follows.push(follow)
    }
  }
  addSharedCustomers(random, corp, () => seq++, nowSeconds, tagIds)
  const strangers = Array.from({ length: 60 }, () => demoPerson(random, false))
  corp.people.push(...strangers)
  addGroups(random, corp, strangers, () => seq++, nowSeconds)
  return { corps: [corp], messages: demoTalk(random, corp, now) }
}

/** 林间小路, with whom every tour begins. */
function tourCustomer(corp: CorpRecord): Person | undefined {
  return corp.people.find((person) => person.name === KNOWN[0].name)
}

/** About one in twelve is a friend of a second colleague, too. */
function addSharedCustomers(random: Random, corp: CorpRecord, takeSeq: () => number, nowSeconds: number, tagIds: string[]): void {
  const sellers = STAFF.filter((item) => item.customers > 10).map((item) => item.userid)
  const shared: Follow[] = []
  const tour = tourCustomer(corp)
  for (const first of corp.follows) {
    const isTour = first.personId === tour?.id
    if (!isTour && !random.chance(0.08)) continue
    const userid = isTour ? 'chensiyuan' : random.pick(sellers.filter((item) => item !== first.userid))
    const person = corp.people.find((item) => item.id === first.personId)
    if (person !== undefined) shared.push(demoFollow(random, { seq: takeSeq(), userid, person, nowSeconds, tagIds }))
  }
  corp.follows.push(...shared)
}

function addGroups(random: Random, corp: CorpRecord, strangers: Person[], takeSeq: () => number, nowSeconds: number): void {
  const plan = [
    ['wuxiaoyan', '浦东宝妈福利', 5], ['chensiyuan', '浦东新手爸妈', 3], ['zhaoyifan', '浦东推车俱乐部', 2], ['liuyutong', '徐汇宝妈福利', 4],
    ['sunhaoran', '徐汇辅食交流', 2], ['maxiaodong', '线上会员专享', 3], ['dengkexin', '售后服务', 1],
  ] as const
  const tour = tourCustomer(corp)
  for (const [owner, base, count] of plan) {
    const leader = STAFF.find((item) => 'leader' in item && item.department === STAFF.find((staff) => staff.userid === owner)?.department)?.userid ?? 'zhoumin'
    const ownCustomers = corp.follows.filter((follow) => follow.userid === owner).map((follow) => follow.personId)
    const people = corp.people.filter((person) => ownCustomers.includes(person.id))
    for (let number = 1; number <= count; number += 1) {
      const members = new Set(random.sample(people, random.int(5, 14)))
      if (owner === 'wuxiaoyan' && number === 3 && tour !== undefined) members.add(tour)
      corp.groups.push(demoGroup(random, {
        seq: takeSeq(), name: `${base} ${number} 群`, owner, helper: leader, people: [...members], strangers: random.sample(strangers, random.int(2, 9)), nowSeconds,
      }))
    }
  }
}

function demoTalk(random: Random, corp: CorpRecord, now: number): WorldSeed['messages'] {
  const talk = new Talk(corp)
  const follows = corp.follows.filter((follow) => follow.status === 'friend')
  const tour = tourCustomer(corp)
  talk.ordinaryDays(random, random.sample(follows.filter((follow) => follow.personId !== tour?.id), 70), corp.groups, now - 15 * 60_000)
  const first = follows.find((follow) => follow.personId === tour?.id && follow.userid === 'wuxiaoyan')
  if (first !== undefined) {
    const chatId = singleChatId(corp.corpid, first.userid, first.personId)
    talk.say(chatId, { personId: first.personId }, '请问有登机的款吗？', now - 6 * 60_000)
    talk.say(chatId, { userid: first.userid }, '有的，给您发一份价目表，第 3 页就是', now - 5 * 60_000)
  }
  return talk.messages
}

function unconfiguredCorp(now: number): CorpRecord {
  const random = new Random(20_260_302)
  const nowSeconds = Math.floor(now / 1000)
  const corp = bareCorp(BARE_CORP)
  corp.departments = demoDepartments(BARE_CORP.name, ['总经办', '销售部'])
  corp.staff = [
    { userid: 'qinlan', name: '秦岚', position: '总经理', department: 2, leader: true },
    { userid: 'weiguang', name: '魏光', position: '销售主管', department: 3, leader: true },
    { userid: 'xiayu', name: '夏雨', position: '家居顾问', department: 3 },
    { userid: 'luoan', name: '罗安', position: '家居顾问', department: 3 },
  ].map((item) => demoStaff(random, item, 0))
  for (let seq = 1; seq <= 12; seq += 1) {
    const person = demoPerson(random, false)
    corp.people.push(person)
    corp.follows.push(demoFollow(random, { seq, userid: seq % 2 === 0 ? 'xiayu' : 'luoan', person, nowSeconds, tagIds: [] }))
  }
  return corp
}

/** The two corps of the demo; the same people on every machine, dates relative to now (ms). */
export function demoWorld(productOrigin: string, now: number): WorldSeed {
  const demo = demoCorp(productOrigin, now)
  return { corps: [...demo.corps, unconfiguredCorp(now)], messages: demo.messages }
}
