/** Programs that fetch links without anybody reading: previews, crawlers, scanners, scripts. */
const MACHINE = /(?<!cu)bot(?:\b|_)|spider|crawl|slurp|preview|prefetch|facebookexternalhit|whatsapp|embedly|link.?check|monitor|scan|curl|wget|python|java\/|okhttp|go-http|axios|node-fetch|undici|libwww|httpclient|postman|lighthouse/i

/** True when nobody reads: an opening never counts then (architecture §5). */
export function isMachine(headers: { 'user-agent'?: string; purpose?: string | string[]; 'sec-purpose'?: string | string[]; 'x-moz'?: string | string[] }): boolean {
  const agent = headers['user-agent'] ?? ''
  if (!agent.startsWith('Mozilla/') || MACHINE.test(agent)) return true
  return [headers.purpose, headers['sec-purpose'], headers['x-moz']].some((value) => /prefetch|preview|prerender/i.test(String(value ?? '')))
}

/** In WeChat or in a WeCom client, where a silent sign-in is possible. */
export function isWechat(agent: string | undefined): boolean {
  return /MicroMessenger\//.test(agent ?? '')
}

/** In a WeCom client: also a kind of WeChat, but the pages of official accounts don't open there. */
export function isWecom(agent: string | undefined): boolean {
  return /wxwork\//i.test(agent ?? '')
}

/** What kind of device reads, as shown to the salesperson. */
export function deviceOf(agent: string | undefined): string {
  const text = agent ?? ''
  const where = isWecom(text) ? '企业微信' : isWechat(text) ? '微信' : '浏览器'
  const what = /iPhone|iPod/.test(text) ? 'iPhone' : /iPad/.test(text) ? 'iPad' : /OpenHarmony|HarmonyOS/.test(text) ? '鸿蒙手机' : /Android/.test(text) ? '安卓手机' : /Windows|Macintosh|X11|Linux/.test(text) ? '电脑' : ''
  return what ? `${what} · ${where}` : where
}
