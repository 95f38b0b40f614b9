// Many readers at once, in a process of their own so that they take no time from the measured one. Told by a message what to
// ask for; answers with how long each request took.
import { Agent, get } from 'node:http'
import { gunzipSync } from 'node:zlib'

/** @property pauseMs between an answer and the reader's next request, on average @property contains what every answer must contain */
export interface Round { url: string; paths: readonly string[]; readers: number; seconds: number; pauseMs: number; contains: string }
/** @property refused answers that were not what was asked for, and one of them */
export interface Outcome { ms: number[]; refused: number; example: string }

const AGENT = 'Mozilla/5.0 (Linux; Android 13; Redmi Note 11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36'
const connections = new Agent({ keepAlive: true, maxSockets: Infinity })

process.on('message', (round: Round) => void run(round).then((outcome) => process.send?.(outcome)))
process.on('disconnect', () => process.exit())
process.send?.('ready')

async function run(round: Round): Promise<Outcome> {
  const outcome: Outcome = { ms: [], refused: 0, example: '' }
  const end = performance.now() + round.seconds * 1000
  await Promise.all(Array.from({ length: round.readers }, async (_, reader) => {
    // They don't begin all at once.
    await pause(Math.random() * round.pauseMs)
    for (let i = reader; performance.now() < end; i += round.readers) {
      const { ms, status, body } = await ask(round.url + (round.paths[i % round.paths.length] ?? '/'), reader)
      outcome.ms.push(ms)
      if (status !== 200 || !body.includes(round.contains)) {
        outcome.refused += 1
        outcome.example = `${status} ${body.slice(0, 200)}`
      }
      await pause(round.pauseMs * (0.5 + Math.random()))
    }
  }))
  return outcome
}

/** As a phone asks that was never here before: each opening is counted, and has an address of its own. */
function ask(url: string, reader: number): Promise<{ ms: number; status: number; body: string }> {
  return new Promise((done, failed) => {
    const began = performance.now()
    const headers = { 'user-agent': AGENT, accept: 'text/html', 'accept-encoding': 'gzip', 'x-forwarded-for': `10.9.${reader >> 8}.${reader & 255}` }
    get(url, { agent: connections, headers }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () => {
        const ms = performance.now() - began
        const bytes = Buffer.concat(parts)
        done({ ms, status: answer.statusCode ?? 0, body: (answer.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString() })
      })
      answer.on('error', failed)
    }).on('error', failed)
  })
}

const pause = (ms: number): Promise<void> => new Promise((done) => { setTimeout(done, ms) })
