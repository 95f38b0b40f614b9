import type { Corp } from '../modules/corps/index.ts'
import type { Modules } from '../modules.ts'

/**
 * What an administrator does once after joining: saves the callback in the (simulated) console, where WeCom verifies it, and has
 * every link of the chain checked, so that the check list of the demo corp is green. Throws with what the console refuses.
 */
export async function setUpDemoCorp(modules: Modules, corp: Corp, sandboxUrl: string): Promise<void> {
  const { paste } = await modules.setup.state(corp)
  const answer = await fetch(`${sandboxUrl}/sandbox/api/corps/${encodeURIComponent(corp.wecomCorpId)}/callback`, {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url: paste.callbackUrl, token: paste.callbackToken, encodingAesKey: paste.callbackAesKey }),
  })
  const said: unknown = await answer.json()
  const refusal = typeof said === 'object' && said !== null && 'ok' in said && said.ok === true ? null : JSON.stringify(said)
  if (refusal !== null) throw new Error(`模拟企业微信没有接受回调地址：${refusal.slice(0, 300)}`)
  await modules.setup.check({ corp, corpId: corp.id, viewer: null }, '127.0.0.1')
}
