/**
 * How long `/sidebar` takes until the card of the chat's customer is painted with her picture, against a plain page with the
 * same card, styles and picture, answered by the same process: on a slow phone that has nothing cached, and the second time.
 * In a browser's tab, where the address names the customer; a client of WeCom would tell it after our signature, which is
 * asked for together with the session. Alternating, medians; the last line is the first time's.
 */
import { launchChromium } from '../run/chromium.ts'
import { makeCustomerRoom } from './beside/customer-room.ts'
import { elementPainted, lookFor } from './beside/painted.ts'
import { openSlowPhone } from './beside/slow-phone.ts'
import { openStand } from './beside/stand.ts'
import { median } from './measuring/figures.ts'

const RUNS = Number(process.argv[2] ?? 15)
const GOALS = { first: 2.5, second: 1.3 }
const CARD = '[data-testid="customer-card"]'

const stand = await openStand({ sandbox: false })
const browser = await launchChromium()
try {
  const { externalUserId, cookie } = await makeCustomerRoom(stand)
  const [name = '', value = ''] = cookie.split('=')
  const cookies = [{ name, value, url: stand.url }]
  const address = { ours: `/sidebar?customer=${externalUserId}`, plain: stand.put('card.html', await plainPage(`${stand.url}/sidebar?customer=${externalUserId}`)) }

  /** The first and the second opening on a new phone. */
  const openTwice = async (side: keyof typeof address): Promise<[number, number]> => {
    const phone = await openSlowPhone(browser, cookies)
    const times: number[] = []
    for (let time = 0; time < 2; time++) {
      const page = await phone.open(stand.url + address[side], (tab) => lookFor(tab, CARD))
      times.push(await elementPainted(page))
      // Until it has come to rest, as a person leaves a page.
      await page.waitForLoadState('networkidle')
      await page.close()
    }
    await phone.close()
    return [times[0] ?? 0, times[1] ?? 0]
  }

  await openTwice('plain')
  await openTwice('ours')
  const first = { ours: [] as number[], plain: [] as number[] }
  const second = { ours: [] as number[], plain: [] as number[] }
  for (let run = 0; run < RUNS; run++) {
    for (const side of run % 2 === 0 ? (['plain', 'ours'] as const) : (['ours', 'plain'] as const)) {
      const [cold, warm] = await openTwice(side)
      first[side].push(cold)
      second[side].push(warm)
    }
  }

  console.log('\n次数    静态页（毫秒）    侧边栏（毫秒）    第二次：静态页    侧边栏')
  first.plain.forEach((ms, i) => console.log(`${String(i + 1).padEnd(8)}${cell(ms, 18)}${cell(first.ours[i], 18)}${cell(second.plain[i], 18)}${cell(second.ours[i])}`))
  console.log(`中位    ${cell(median(first.plain), 18)}${cell(median(first.ours), 18)}${cell(median(second.plain), 18)}${cell(median(second.ours))}`)
  const ratio = { first: median(first.ours) / median(first.plain), second: median(second.ours) / median(second.plain) }
  console.log(`慢速手机：处理器慢 4 倍，Slow 4G；目标：第一次 ${GOALS.first} 倍以内，第二次 ${GOALS.second} 倍以内`)
  if (ratio.first > GOALS.first || ratio.second > GOALS.second) process.exitCode = 1
  console.log(`second time ratio=${ratio.second.toFixed(2)}`)
  console.log(`sidebar-open ratio=${ratio.first.toFixed(2)}`)

  /** The card as the sidebar shows it, in a page of its own: the same elements around it, all styles in the page. */
  async function plainPage(url: string): Promise<string> {
    const context = await browser.newContext({ viewport: { width: 360, height: 720 } })
    await context.addCookies(cookies)
    const page = await context.newPage()
    await page.goto(url)
    await page.locator(`${CARD} img`).waitFor()
    const html = await page.evaluate((wanted) => {
      const styles = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).map((rule) => rule.cssText).join('\n')
      const card = document.querySelector(wanted)?.outerHTML ?? ''
      return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>客户</title><style>${styles}</style></head>`
        + `<body><div id="app"><main><div class="scroll body">${card}</div></main></div></body></html>`
    }, CARD)
    await context.close()
    return html
  }
} finally {
  await browser.close()
  await stand.close()
}

function cell(ms: number | undefined, width = 0): string {
  return String(Math.round(ms ?? 0)).padEnd(width)
}
