import { z } from 'zod'
import type { Corp } from '../modules/corps/index.ts'
import type { Modules } from '../modules.ts'

const console = z.object({ officialAccount: z.object({ appid: z.string(), secret: z.string() }).nullable() })
const people = z.array(z.object({ id: z.string(), followsAccount: z.boolean().nullable() }))

/**
 * What an administrator does once with the corp's official account: fills it in, names our domain in its (simulated) console, and
 * tries it in WeChat as one of its followers. Also for a demo corp of before there were accounts; nothing is done again.
 */
export async function connectOfficialAccount({ officialAccounts }: Modules, corp: Corp, { sandboxUrl, baseUrl }: { sandboxUrl: string; baseUrl: string }): Promise<void> {
  const caller = { corp, corpId: corp.id, viewer: null }
  const ask = async (path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${sandboxUrl}/sandbox/api${path}`, body && { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    return await answer.json()
  }
  const { account, seen, paste } = await officialAccounts.settings.state(caller)
  const { officialAccount: offered } = console.parse(await ask(`/corps/${encodeURIComponent(corp.wecomCorpId)}`))
  if (!offered || (account && (account.appId !== offered.appid || seen.signInAt !== null))) return
  if (!account) await officialAccounts.settings.save(caller, { appId: offered.appid, secret: offered.secret, readerSignIn: 'silent', domainFile: null }, '127.0.0.1')
  await ask(`/corps/${encodeURIComponent(corp.wecomCorpId)}/settings`, { officialAccount: { oauthDomain: paste.oauthDomain } })

  const customers = people.parse(await ask(`/people?corpid=${encodeURIComponent(corp.wecomCorpId)}&relation=customer&limit=50`))
  const follower = customers.find((person) => person.followsAccount)
  const query = new URLSearchParams({ appid: offered.appid, redirect_uri: `${baseUrl}/auth/wechat/callback`, response_type: 'code', scope: 'snsapi_base', state: 'demo', as: `external:${follower?.id ?? ''}` })
  const sentBack = await fetch(`${sandboxUrl}/connect/oauth2/authorize?${query.toString()}`, { redirect: 'manual' })
  const code = new URL(sentBack.headers.get('location') ?? baseUrl).searchParams.get('code')
  if (code === null) throw new Error('模拟微信没有接受公众号的网页授权')
  await officialAccounts.signIn.personOf(corp, code)
}
