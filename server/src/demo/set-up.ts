import { z } from 'zod'
import type { Corp } from '../modules/corps/index.ts'
import type { Modules } from '../modules.ts'

const consoleOf = z.object({ trustedDomain: z.object({ verifyFile: z.string() }) })
const consoleAnswer = z.object({ ok: z.boolean(), message: z.string() })

/**
 * What an administrator does once after joining, in our set-up page and in the (simulated) console: has the ownership file served,
 * the domain and the callback verified, and every link of the chain checked. So the check list of the demo corp is green.
 * Throws with what the console refuses.
 */
export async function setUpDemoCorp(modules: Modules, corp: Corp, sandboxUrl: string): Promise<void> {
  const address = `${sandboxUrl}/sandbox/api/corps/${encodeURIComponent(corp.wecomCorpId)}`
  const save = async (what: string, body: object) => {
    const answer = await fetch(`${address}/${what}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    const { ok, message } = consoleAnswer.parse(await answer.json())
    if (!ok) throw new Error(`模拟企业微信没有接受设置：${message}`)
  }
  const caller = { corp, corpId: corp.id, viewer: null }
  const { trustedDomain } = consoleOf.parse(await (await fetch(address)).json())
  const { paste } = await modules.setup.saveDomainFile(caller, trustedDomain.verifyFile, '127.0.0.1')
  await save('trusted-domain', { domain: paste.trustedDomain })
  await save('callback', { url: paste.callbackUrl, token: paste.callbackToken, encodingAesKey: paste.callbackAesKey })
  await modules.setup.check(caller, '127.0.0.1')
}
