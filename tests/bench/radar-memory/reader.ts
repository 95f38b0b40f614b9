import { Agent, request } from 'node:http'

const AGENT = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1'
/** As the script of the page reports. */
const BEAT_MS = 4000
const SHORTEST_MS = 20_000
const LONGEST_MS = 60_000

export interface Counts { opened: number; beacons: number; refused: number; example: string }

const connections = new Agent({ keepAlive: true, maxSockets: Infinity })

/** One reader after another at one place: each opens a link on a phone of her own, reads for a while and leaves. */
export async function readOn({ url, links, place, until, counts, pages }: { url: string; links: readonly string[]; place: number; until: number; counts: Counts; pages: number }): Promise<void> {
  await pause(Math.random() * BEAT_MS)
  for (let number = place; Date.now() < until; number += 1) {
    const path = links[number % links.length] ?? ''
    // An address of her own, as behind a proxy; each hour she has another.
    const address = `10.${20 + (number % 200)}.${place >> 8}.${place & 255}`
    const page = await ask('GET', url + path, address)
    const ticket = /data-view="([^"]+)"/.exec(page.body)?.[1]
    if (!ticket) {
      refuse(counts, page)
      await pause(BEAT_MS)
      continue
    }
    counts.opened += 1
    await read(async (body) => {
      const answer = await ask('POST', `${url}${path}/beat`, address, JSON.stringify({ v: ticket, ...body }))
      if (answer.status === 204) counts.beacons += 1
      else refuse(counts, answer)
    }, pages)
  }
}

/** Turns a page with every report, and says that she leaves. */
async function read(beat: (counters: object) => Promise<void>, pages: number): Promise<void> {
  const beats = Math.round((SHORTEST_MS + Math.random() * (LONGEST_MS - SHORTEST_MS)) / BEAT_MS)
  const pageMs: Record<number, number> = {}
  for (let seq = 1; seq <= beats; seq++) {
    await pause(BEAT_MS)
    const page = Math.min(pages, seq)
    pageMs[page] = (pageMs[page] ?? 0) + BEAT_MS
    await beat({ seq, ms: seq * BEAT_MS, pages: pageMs, page, depth: Math.round((page / pages) * 100), left: seq === beats ? 1 : 0 })
  }
}

function refuse(counts: Counts, { status, body }: { status: number; body: string }): void {
  counts.refused += 1
  counts.example = `${status} ${body.slice(0, 200)}`
}

function ask(method: string, url: string, address: string, body?: string): Promise<{ status: number; body: string }> {
  return new Promise((done, failed) => {
    const headers = { 'user-agent': AGENT, 'x-forwarded-for': address, ...(body === undefined ? {} : { 'content-type': 'text/plain;charset=UTF-8', 'content-length': Buffer.byteLength(body) }) }
    const sent = request(url, { method, agent: connections, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => { text += part })
      answer.on('end', () => done({ status: answer.statusCode ?? 0, body: text }))
      answer.on('error', failed)
    })
    sent.on('error', failed)
    sent.end(body)
  })
}

const pause = (ms: number): Promise<void> => new Promise((done) => { setTimeout(done, ms) })
