// A year of links and readings of a corp, day by day, as its members and their customers would have made them.
import type { Connection } from 'mysql2/promise'
import { CUSTOMERS_EACH, MATERIALS, STAFF } from './corp.ts'
import type { BenchCorp } from './corp.ts'
import { loadRows, utc, withoutIndexes } from './bulk.ts'
import type { Cell } from './bulk.ts'
import { createDice } from '../../run/dice.ts'

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS
/** Pages and messages of older readings are asked for by nobody. */
const TOLD_DAYS = 14
/** Readings of a link that is opened, less what is cut off; a quarter is never opened. */
const READINGS_EACH = 3
/** What that comes to over all links, in the mean. */
const READINGS_IN_ALL = 2.6
/** The part of the links that readers pass on. */
const PASSED_ON = 0.05
const WEEKDAY = 1.15
const WEEKEND = 0.62

const SHARES = ['id', 'corp_id', 'token', 'parent_id', 'root_id', 'depth', 'forwarded_by', 'material_id', 'staff_id', 'context', 'customer_id', 'group_chat_id', 'request_id', 'state', 'bound_visitor', 'created_at', 'sent_at'] as const
const VIEWS = ['id', 'corp_id', 'view_key', 'share_id', 'material_id', 'staff_id', 'visitor_id', 'customer_id', 'reader', 'opened_at', 'last_seen_at', 'visible_ms', 'counted_ms', 'last_page', 'max_page', 'pages', 'depth', 'has_left', 'device', 'open_number', 'announced', 'also_told'] as const
const PAGES = ['corp_id', 'view_id', 'page', 'visible_ms', 'counted_ms'] as const
const NOTICES = ['corp_id', 'staff_id', 'kind', 'once_key', 'card', 'state', 'due_at', 'created_at', 'sent_at', 'told_at'] as const
const CARD = JSON.stringify({ title: '有人打开了资料', lines: ['首次打开'], url: 'https://crm.example.com/workbench', button: '看客户' })

interface Link { id: number; materialId: number; pages: number; staffId: number; customerId: number | null; sentAt: number }

/** Fills a year up to `now`; tells how far it is. @param views about how many in all */
export async function fillYear(bulk: Connection, corp: BenchCorp, { now, days, views }: { now: number; days: number; views: number }, tell: (text: string) => void): Promise<void> {
  const { corpId } = corp
  const dice = createDice(42)
  const today = now - ((now + corp.aheadHours * HOUR_MS) % DAY_MS)
  let shareId = 0
  let viewId = 0
  let stranger = 0
  const scattered = (n: number) => `${Math.imul(n, 2_654_435_761) >>> 0}`.padStart(10, '0')

  function* sharesOf(day: number, links: Link[]): Generator<Cell[]> {
    const busy = [5, 6].includes(day % 7) ? WEEKEND : WEEKDAY
    for (let n = Math.round((views / days / READINGS_IN_ALL) * busy); n > 0; n--) {
      // Working hours, most in the early afternoon.
      const sentAt = today - day * DAY_MS + (8.5 + 6.25 * (dice.roll() + dice.roll())) * HOUR_MS
      if (sentAt > now) continue
      const member = dice.below(STAFF, 1.2)
      const { id: materialId, pages } = corp.materials[dice.below(MATERIALS, 2)] ?? { id: 0, pages: 1 }
      const customerId = dice.roll() < 0.15 ? null : corp.firstCustomer + member * CUSTOMERS_EACH + dice.below(CUSTOMERS_EACH, 1.5)
      const link = { id: ++shareId, materialId, pages, staffId: corp.firstStaff + member, customerId, sentAt }
      links.push(link)
      const key = `${scattered(shareId)}-${shareId}`
      yield [link.id, corpId, `t${key}`, null, null, 0, null, materialId, link.staffId, customerId === null ? 'group_chat' : 'single_chat', customerId, customerId === null ? 1 : null, `r${key}`, 'sent', customerId === null ? null : `d${customerId}`, utc(sentAt), utc(sentAt)]
      // Some are passed on, mostly once.
      for (let copies = dice.roll() < PASSED_ON ? 1 + dice.below(4, 2) : 0; copies > 0; copies--) {
        const copy = ++shareId
        yield [copy, corpId, `f${copy}`, link.id, link.id, 1, `s${copy}`, materialId, link.staffId, 'forward', null, null, `f${copy}`, 'sent', null, utc(sentAt), null]
      }
    }
  }

  const pages: Cell[][] = []
  const notices: Cell[][] = []
  function* viewsOf(links: readonly Link[]): Generator<Cell[]> {
    const readings = links.flatMap((link) => {
      const count = dice.roll() < 0.25 ? 0 : 1 + Math.floor(dice.lasting(READINGS_EACH))
      let at = link.sentAt
      return Array.from({ length: count }, (_, nth) => ({ link, nth, at: (at += dice.lasting(nth === 0 ? HOUR_MS / 3 : 4 * HOUR_MS)) }))
    }).filter(({ at }) => at < now).sort((a, b) => a.at - b.at)
    for (const { link, nth, at } of readings) {
      const passedOn = nth > 0 && dice.roll() < 0.2
      const reader = passedOn ? 'forwarded' : link.customerId === null ? 'unknown' : 'customer'
      // Of those it was passed on to, a few are somebody's customers.
      const customerId = reader === 'customer' ? link.customerId : dice.roll() < 0.05 ? corp.firstCustomer + dice.below(STAFF * CUSTOMERS_EACH) : null
      const visitorId = customerId === null ? `s${dice.roll() < 0.3 ? Math.max(1, stranger) : ++stranger}` : `d${customerId}`
      const visibleMs = Math.round(Math.min(dice.lasting(45_000), 1_800_000))
      const lastPage = Math.min(link.pages, 1 + dice.below(link.pages, 1.5))
      const id = ++viewId
      const alsoTold = passedOn && customerId !== null ? corp.firstStaff + Math.floor((customerId - corp.firstCustomer) / CUSTOMERS_EACH) : null
      if (now - at < TOLD_DAYS * DAY_MS) {
        for (let page = 1; page <= Math.min(lastPage, 8); page++) pages.push([corpId, id, page, Math.floor(visibleMs / lastPage), Math.floor(visibleMs / lastPage)])
        notices.push([corpId, link.staffId, 'material_opened', `open:${id}:${link.staffId}`, CARD, 'sent', utc(at), utc(at), utc(at + 1500), utc(at + 1000)])
      }
      yield [
        id, corpId, `${scattered(id)}-${id}`, link.id, link.materialId, link.staffId, visitorId, customerId, reader, utc(at), utc(Math.min(now, at + visibleMs)), visibleMs, visibleMs, lastPage, lastPage, link.pages,
        Math.round((lastPage / link.pages) * 100), 1, 'iPhone · 微信', nth + 1, 2, alsoTold,
      ]
    }
  }

  const began = performance.now()
  const seconds = () => `${Math.round((performance.now() - began) / 1000)} 秒`
  await withoutIndexes(bulk, 'shares', () => withoutIndexes(bulk, 'views', async () => {
    for (let day = days - 1; day >= 0;) {
      const links: Link[] = []
      const first = day
      await loadRows(bulk, 'shares', SHARES, (function* () {
        for (; day >= 0 && first - day < 15; day--) yield* sharesOf(day, links)
      })())
      await loadRows(bulk, 'views', VIEWS, viewsOf(links))
      tell(`${shareId} 次发送和转发、${viewId} 次打开，${seconds()}`)
    }
    tell(`建立 views 的索引（已用 ${seconds()}）`)
  }))
  tell(`建立 shares 的索引完成（${seconds()}）`)
  await loadRows(bulk, 'view_pages', PAGES, pages)
  await loadRows(bulk, 'notices', NOTICES, notices)
}
