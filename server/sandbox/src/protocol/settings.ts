/**
 * How the sandbox behaves, its clock and its counters.
 *
 *   GET    /sandbox/api/settings    PUT (partial) → Settings
 *   GET    /sandbox/api/clock       POST { shiftMs } adds to the shift → ClockView
 *   GET    /sandbox/api/stats       Stats; DELETE sets all counters to zero
 */

export interface Settings {
  /** What the next sendChatMessage does: sends, asks the person, is cancelled, fails. */
  sendOutcome: 'ok' | 'ask' | 'cancel' | 'fail'
  /** Imitate the programs of WeCom and WeChat that fetch every link sent. */
  linkPrefetch: boolean
  /** snsapi_privateinfo: show the consent page once per member, or agree silently. */
  oauthConsent: 'ask' | 'auto'
}

export interface ClockView {
  now: number
  shiftMs: number
}

/** Who fetches a link without reading it; seeming-reader calls itself WeChat on an iPhone and runs no script. */
export type Prefetcher = 'wecom-preview' | 'wechat-check' | 'wechat-preview' | 'friend-client' | 'seeming-reader'

export interface Stats {
  /** Calls per API path. */
  calls: Record<string, number>
  /** `path errcode` → how often (errcode ≠ 0). */
  errors: Record<string, number>
  tokensIssued: number
  ticketsIssued: number
  callbacks: { raised: number; tried: number; delivered: number; failed: number; dropped: number; duplicated: number; pending: number }
  appMessages: { delivered: number; silentlyDropped: number }
  /** Visits of link fetchers that have begun. */
  linkPrefetches: number
  /** `fetcher METHOD` → visits that have ended. */
  prefetches: Record<string, number>
  /** Visits that a sent link will still bring about, or that are under way: 0 when a test may go on. */
  prefetchesPending: number
  /** Bodies of outside sites without end that somebody is still reading. */
  outsideStreams: number
}
