import type { Browser, Page } from 'playwright-core'

/** How many times slower than this machine. */
const CPU_SLOWDOWN = 4
/**
 * “Slow 4G” as Chrome's DevTools throttle it (front_end/core/sdk/NetworkManager.ts), which is Lighthouse's slow 4G of 150 ms and
 * 1.6 Mbit/s made right for throttling by request: 562.5 ms, 1.44 Mbit/s down, 675 kbit/s up.
 */
const SLOW_4G = { offline: false, latency: 150 * 3.75, downloadThroughput: (1.6e6 / 8) * 0.9, uploadThroughput: (750e3 / 8) * 0.9 }
const AGENT = 'Mozilla/5.0 (Linux; Android 13; Redmi Note 11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36'

export interface Cookie { name: string; value: string; url: string }

/** A new phone: nothing is cached. What it does is throttled from its first request on. */
export async function openSlowPhone(browser: Browser, cookies: Cookie[] = []) {
  const context = await browser.newContext({ viewport: { width: 360, height: 720 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true, userAgent: AGENT, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
  await context.addCookies(cookies)
  return {
    context,
    /** Opens an address in a tab of its own. @param before what to do with the tab while it is still empty */
    async open(url: string, before?: (page: Page) => Promise<void>): Promise<Page> {
      const page = await context.newPage()
      await before?.(page)
      await slowDown(page)
      await page.goto(url, { waitUntil: 'commit' })
      return page
    },
    close: () => context.close(),
  }
}

/** Slows a page's processor and network down. */
export async function slowDown(page: Page): Promise<void> {
  const tools = await page.context().newCDPSession(page)
  await tools.send('Network.enable')
  await tools.send('Network.emulateNetworkConditions', SLOW_4G)
  await tools.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN })
}
