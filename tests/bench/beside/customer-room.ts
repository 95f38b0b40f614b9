// A salesperson with a customer as customers are: a picture, tags, a remark, and some things that have happened.
import sharp from 'sharp'
import { customers, relations, relationTags } from '../../../server/src/modules/customers/tables.ts'
import type { Stand } from './stand.ts'

const TAGS = ['孕晚期', '预产期 5 月', '二胎', '关注价格', '到过店', '会员']
/** As large as WeChat gives them. */
const AVATAR_PX = 132

/** Makes a corp with a member and her customer; gives whom to open beside, and the session to do it with. */
export async function makeCustomerRoom({ platform, modules, put, cookieOf }: Stand): Promise<{ externalUserId: string; cookie: string }> {
  const { db, clock } = platform
  const now = clock.now()
  const avatar = put('avatar.jpg', await sharp(new URL('../../../server/src/demo/files/spring-outing.jpg', import.meta.url).pathname).resize(AVATAR_PX, AVATAR_PX).jpeg().toBuffer())
  const corp = await modules.corps.add({ wecomCorpId: 'wwsidebar0000001', name: '小树苗母婴', adminUserids: ['linzhixia'] })
  const cookie = await cookieOf(corp.id, 'linzhixia')
  const { staffId } = await modules.identity.ensureStaff(corp.id, 'linzhixia')
  const externalUserId = 'wmSidebarCustomer0000000000001'
  const [customer] = await db.insert(customers).values({ corpId: corp.id, externalUserId, name: '林间小路', avatar, type: 1, score: 68, syncedAt: now, createdAt: now })
  const [relation] = await db.insert(relations).values({ corpId: corp.id, customerId: customer.insertId, staffId, remark: '林女士 · 预产期 5 月', description: '怀二胎，老大三岁', addWay: 1, state: 'active', addedAt: now - 30 * 86_400_000, syncedAt: now })
  await db.insert(relationTags).values(TAGS.map((name, i) => ({ corpId: corp.id, relationId: relation.insertId, tagKey: `tag${i}`, kind: 'wecom' as const, name, group: '孕育阶段' })))
  return { externalUserId, cookie }
}
