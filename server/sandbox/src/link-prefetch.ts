import type { PartyId } from './protocol/people.ts'
import type { Prefetcher } from './protocol/settings.ts'
import type { Sandbox } from './world/sandbox.ts'

interface Visit {
  by: Prefetcher
  method: 'GET' | 'HEAD'
  delayMs: number
}

const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko)'

/** The kinds that server logs show; exact versions are made up. None runs scripts, none keeps cookies. */
const USER_AGENTS: Readonly<Record<Prefetcher, string>> = {
  'wecom-preview': 'Mozilla/5.0 (compatible; WeWorkLinkPreview/1.0)',
  'wechat-check': `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Chrome/107.0.0.0 Safari/537.36 NetType/WIFI MicroMessenger/7.0.20.1781(0x6700143B) WindowsWechat(0x63090a13)`,
  'wechat-preview': `Mozilla/5.0 (X11; Linux x86_64) ${CHROME} Chrome/86.0.4240.198 Safari/537.36`,
  'friend-client': 'Dalvik/2.1.0 (Linux; U; Android 13; V2118A Build/TP1A.220624.014)',
  // By its name nobody can tell it from a reader.
  'seeming-reader': 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/zh_CN',
}

/** WeCom makes its preview as soon as a member has sent a link, or is shown one. */
const WECOM: readonly Visit[] = [{ by: 'wecom-preview', method: 'GET', delayMs: 250 }]
/** WeChat checks what somebody passes on, and makes a preview. */
const PASSED_ON: readonly Visit[] = [{ by: 'wechat-check', method: 'HEAD', delayMs: 150 }, { by: 'wechat-preview', method: 'GET', delayMs: 300 }]
/** The client of whoever gets the card. */
const SHOWN_TO_FRIEND: readonly Visit[] = [{ by: 'friend-client', method: 'HEAD', delayMs: 400 }, { by: 'seeming-reader', method: 'GET', delayMs: 500 }]

const TIMEOUT_MS = 5000

/**
 * Programs that fetch a link because it was sent, before or without anybody reading it: such visits must not count as the
 * customer's. Only pages at the product's address are fetched: the sandbox never goes to the internet.
 */
export function prefetchLink(sandbox: Sandbox, url: string, from: PartyId, parties: readonly PartyId[]): void {
  if (!sandbox.settings.linkPrefetch || !sandbox.product.owns(url)) return
  for (const visit of visitsFor(from, parties)) {
    sandbox.counters.prefetchPlanned()
    setTimeout(() => void visitLink(sandbox, url, visit), visit.delayMs).unref()
  }
}

function visitsFor(from: PartyId, parties: readonly PartyId[]): readonly Visit[] {
  if (from.startsWith('staff:')) return WECOM
  const others = parties.filter((party) => party !== from)
  return [
    ...PASSED_ON,
    ...(others.some((party) => party.startsWith('customer:')) ? SHOWN_TO_FRIEND : []),
    ...(others.some((party) => party.startsWith('staff:')) ? WECOM : []),
  ]
}

async function visitLink(sandbox: Sandbox, url: string, { by, method }: Visit): Promise<void> {
  sandbox.counters.prefetchBegun()
  try {
    const response = await fetch(sandbox.product.internal(url), {
      method, headers: { 'user-agent': USER_AGENTS[by], accept: by === 'friend-client' ? '*/*' : 'text/html,*/*;q=0.8' }, redirect: 'follow', signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await response.body?.cancel()
  } catch (error) {
    sandbox.log(`链接抓取失败（${by}）：${error instanceof Error ? error.message : String(error)}`)
  } finally {
    sandbox.counters.prefetchEnded(by, method)
  }
}
