import type { Sandbox } from './world/sandbox.ts'

const PREVIEW_UA = 'Mozilla/5.0 (compatible; WeWorkLinkPreview/1.0)'
const DELAY_MS = 250
const TIMEOUT_MS = 5000

/**
 * WeCom and WeChat fetch a link soon after it was sent, to make its preview. Such a visit must not
 * count as the customer's. Only pages of the product are fetched: the sandbox never goes to the internet.
 */
export function prefetchLink(sandbox: Sandbox, url: string): void {
  if (!sandbox.settings.linkPrefetch || !sandbox.product.owns(url)) return
  const timer = setTimeout(() => {
    sandbox.counters.prefetch()
    fetch(sandbox.product.internal(url), { headers: { 'user-agent': PREVIEW_UA, accept: 'text/html' }, redirect: 'follow', signal: AbortSignal.timeout(TIMEOUT_MS) })
      .then((response) => response.body?.cancel())
      .catch((error: unknown) => sandbox.log(`预览抓取失败：${error instanceof Error ? error.message : String(error)}`))
  }, DELAY_MS)
  timer.unref()
}
