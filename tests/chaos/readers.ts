// Customers with a tracked page open, and the beacons it sends.
import { randomUUID } from 'node:crypto'
import type { Person } from './people.ts'
import type { Follow, Scene } from './scene.ts'

const WECHAT = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.50'
/** From the link to WeCom and back. */
const REDIRECTS = 6

/** One open page. The counters are the greatest that were answered 204. */
export interface Reader {
  follow: Follow
  shareId: number
  accepted: { ms: number; depth: number }
  sent: { ms: number; depth: number }
  /** Sends the next counters; gives the status, 0 when nobody answered. */
  beat(more?: { left?: 1 }): Promise<number>
}

/** Makes a link material that everybody may send. */
export async function makeMaterial(admin: Person, title: string): Promise<number> {
  const { groups } = await admin.call('GET /api/material-groups')
  const [group] = groups
  if (!group) throw new Error('no material group')
  const made = await admin.call('POST /api/materials', { body: { type: 'link', url: 'https://example.com/stroller', title, groupId: group.groupId } })
  return made.materialId
}

/** Sends the material to some customers of each member: gives the links. */
export async function sendTo(scene: Scene, userids: readonly string[], each: number, materialId: number): Promise<{ follow: Follow; shareId: number; path: string }[]> {
  const sent: { follow: Follow; shareId: number; path: string }[] = []
  for (const userid of userids) {
    const sender = await scene.signIn(userid)
    const friends = [...scene.corp().followsOfStaff(userid)].filter((follow) => follow.status === 'friend' && scene.corp().followsOfPerson(follow.personId).length === 1)
    for (const follow of friends.slice(0, each)) {
      const { shareId, message } = await sender.call('POST /api/shares', { body: { materialId, chat: { kind: 'customer', externalUserId: follow.personId }, requestId: randomUUID() } })
      await sender.call('PUT /api/shares/:shareId/outcome', { params: { shareId }, body: { state: 'sent' } })
      sent.push({ follow, shareId, path: new URL(message.msgtype === 'news' ? message.news.link : '').pathname })
    }
  }
  return sent
}

/** The page that a customer's phone shows in WeChat, which says on the way whose phone it is. */
async function pageInWechat(url: string, externalUserId: string): Promise<Response> {
  const cookies = new Map<string, string>()
  let next = new URL(url)
  for (let redirects = 0; redirects < REDIRECTS; redirects++) {
    const answer = await fetch(next, { redirect: 'manual', headers: { 'user-agent': WECHAT, cookie: [...cookies.values()].join('; ') } })
    for (const set of answer.headers.getSetCookie()) cookies.set(set.split('=', 1)[0] ?? '', set.split(';', 1)[0] ?? '')
    const location = answer.headers.get('location')
    if (location === null) return answer
    next = new URL(location, next)
    if (next.pathname.endsWith('/connect/oauth2/authorize')) next.searchParams.set('as', `external:${externalUserId}`)
  }
  throw new Error(`${url} leads nowhere`)
}

/** Opens a tracked page as a customer's phone does. */
export async function openPage(scene: Scene, { follow, shareId, path }: { follow: Follow; shareId: number; path: string }): Promise<Reader> {
  const page = await pageInWechat(`${scene.url}${path}`, follow.personId)
  const ticket = /data-view="([^"]+)"/.exec(await page.text())?.[1]
  if (!ticket) throw new Error(`${path} is no page to read: ${page.status}`)
  let seq = 0
  const reader: Reader = {
    follow, shareId, accepted: { ms: 0, depth: 0 }, sent: { ms: 0, depth: 0 },
    async beat(more = {}) {
      seq++
      const counters = { ms: seq * 25, depth: Math.min(100, seq * 2) }
      reader.sent = counters
      try {
        const answer = await fetch(`${scene.url}${path}/beat`, { method: 'POST', body: JSON.stringify({ v: ticket, seq, ...counters, ...more }), headers: { 'content-type': 'text/plain;charset=UTF-8' } })
        await answer.arrayBuffer()
        if (answer.status === 204) reader.accepted = counters
        return answer.status
      } catch (error) {
        if (!(error instanceof TypeError)) throw error
        return 0
      }
    },
  }
  return reader
}

/** How many of the readers have a view that holds all that was accepted, and nothing that was never sent. */
export async function viewsHolding(scene: Scene, readers: readonly Reader[]): Promise<number> {
  const rows = await scene.rows<{ share_id: number; n: number; ms: number; depth: number }>(
    'SELECT share_id, COUNT(*) AS n, MAX(visible_ms) AS ms, MAX(depth) AS depth FROM views WHERE share_id IN (?) GROUP BY share_id', [readers.map((reader) => reader.shareId)])
  const views = new Map(rows.map((row) => [row.share_id, row]))
  return readers.filter((reader) => {
    const view = views.get(reader.shareId)
    return view && Number(view.n) === 1 && view.ms >= reader.accepted.ms && view.ms <= reader.sent.ms && view.depth >= reader.accepted.depth
  }).length
}
