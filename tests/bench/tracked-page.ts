/**
 * How long a reader waits for the content of `/r/<token>` of a PDF, against a plain page with the same text, styles and first
 * picture that the same process answers from memory: on a slow phone with nothing cached, until the picture is painted (text
 * comes before it). Alternating, medians. And what 200 readers at once cost: 200 kept-alive connections, each opening a page
 * about once a second, for one round on the page and one on the plain file in turn; p95 of each round, their medians.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { launchChromium } from '../run/chromium.ts'
import type { Outcome, Round } from './beside/crowd.ts'
import { picturePainted } from './beside/painted.ts'
import { makeReadingRoom } from './beside/reading-room.ts'
import { openSlowPhone } from './beside/slow-phone.ts'
import { openStand } from './beside/stand.ts'
import { median, quantile } from './measuring/figures.ts'
import { canPin, pin } from './radar-ingest/cores.ts'

const RUNS = Number(process.argv[2] ?? 15)
const ROUNDS = Number(process.argv[3] ?? 9)
const GOALS = { ratio: 1.25, ms: 20 }
const READERS = 200
const ROUND_S = 4
const PAUSE_MS = 1000
/** Rounds until what is asked for all the time is compiled. */
const WARM_UP = 5
/** Enough links that none is opened more often than counts (120 times a minute). */
const LINKS = 1000
const SIDES = ['plain', 'ours'] as const
type Side = (typeof SIDES)[number]
const PICTURE = 'img.pg[data-page="1"]'

const stand = await openStand({ sandbox: false })
try {
  const { paths } = await makeReadingRoom(stand, LINKS)
  const plain = await plainPage(paths[0] ?? '')
  const painted = await paintTimes(paths, plain)
  const served = await serverTimes(paths, plain)

  console.log('\n次数    静态页（毫秒）    跟踪页（毫秒）')
  painted.plain.forEach((ms, i) => console.log(`${String(i + 1).padEnd(8)}${cell(ms, 18)}${cell(painted.ours[i])}`))
  console.log(`中位    ${cell(median(painted.plain), 18)}${cell(median(painted.ours))}`)
  console.log(`\n轮次    静态页 p95（毫秒）    跟踪页 p95（毫秒）`)
  served.plain.forEach((ms, i) => console.log(`${String(i + 1).padEnd(8)}${ms.toFixed(1).padEnd(22)}${(served.ours[i] ?? 0).toFixed(1)}`))
  const [p95, ratio] = [{ plain: median(served.plain), ours: median(served.ours) }, median(painted.ours) / median(painted.plain)]
  console.log(`慢速手机：处理器慢 4 倍，Slow 4G，无缓存；目标 ${GOALS.ratio} 倍以内`)
  console.log(`${READERS} 个读者，每人约每秒打开一次，${canPin ? '网页进程独占 0 号核' : '未绑定核心'}：静态页 p95 ${p95.plain.toFixed(1)} 毫秒，跟踪页 p95 ${p95.ours.toFixed(1)} 毫秒，多出 ${(p95.ours - p95.plain).toFixed(1)} 毫秒，目标 ${GOALS.ms} 毫秒以内`)
  if (ratio > GOALS.ratio || p95.ours - p95.plain > GOALS.ms) process.exitCode = 1
  console.log(`tracked-page ratio=${ratio.toFixed(2)}`)
} finally {
  await stand.close()
}

/** The page as a plain file: its text and styles, and the first picture as a file beside it; no script, no other pages. */
async function plainPage(path: string): Promise<string> {
  const ask = async (address: string) => await (await fetch(stand.url + address, { headers: { 'user-agent': 'Mozilla/5.0' } })).arrayBuffer()
  const html = Buffer.from(await ask(path)).toString()
  const [first = ''] = html.match(/<img class="pg"[^>]*>/) ?? []
  const picture = stand.put('page.webp', Buffer.from(await ask(`${path}/p1-720.webp`)))
  const text = html.replace(/<script.*?<\/script>|<meta property[^>]*>|<meta name="description"[^>]*>| data-(?:beat|view|forward)="[^"]*"/g, '')
    .replace(/<img class="pg"[^>]*>\n/g, (tag) => (tag.startsWith(first) ? first.replace(/ src="[^"]*" srcset="[^"]*" sizes="[^"]*"/, ` src="${picture}"`) : ''))
  return stand.put('page.html', text)
}

async function paintTimes(links: readonly string[], plain: string): Promise<Record<Side, number[]>> {
  const times: Record<Side, number[]> = { plain: [], ours: [] }
  const browser = await launchChromium()
  try {
    // The first opening of each warms the process up.
    for (let run = -1; run < RUNS; run++) {
      for (const side of run % 2 === 0 ? SIDES : SIDES.toReversed()) {
        const phone = await openSlowPhone(browser)
        const page = await phone.open(stand.url + (side === 'ours' ? links[run + 2] : plain))
        const ms = await picturePainted(page, PICTURE)
        if (run >= 0) times[side].push(ms)
        await phone.close()
      }
    }
  } finally {
    await browser.close()
  }
  return times
}

async function serverTimes(links: readonly string[], plain: string): Promise<Record<Side, number[]>> {
  const crowd = fork(fileURLToPath(new URL('./beside/crowd.ts', import.meta.url)))
  await once(crowd, 'message')
  pin(stand.webPid, 'first')
  pin(crowd.pid, 'others')
  const asked: Record<Side, Pick<Round, 'paths' | 'contains'>> = { ours: { paths: links, contains: 'data-view=' }, plain: { paths: [plain], contains: '</html>' } }
  const times: Record<Side, number[]> = { plain: [], ours: [] }
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const side of round % 2 === 0 ? SIDES : SIDES.toReversed()) {
      crowd.send({ url: stand.url, readers: READERS, seconds: ROUND_S, pauseMs: PAUSE_MS, ...asked[side] } satisfies Round)
      const [outcome]: Outcome[] = await once(crowd, 'message')
      if (!outcome || outcome.refused > 0) throw new Error(`${outcome?.refused} openings were not answered as they should: ${outcome?.example}`)
      if (round >= 0) times[side].push(quantile(outcome.ms, 0.95))
    }
  }
  crowd.kill()
  return times
}

function cell(ms: number | undefined, width = 0): string {
  return String(Math.round(ms ?? 0)).padEnd(width)
}
