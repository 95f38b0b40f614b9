import { WecomError, jsTicket, listFollowUsers } from '../../wecom/index.ts'
import type { WecomAgent, WecomClient } from '../../wecom/index.ts'
import type { Corp, Corps } from '../corps/index.ts'
import { addressesOf } from './addresses.ts'
import { checkApp } from './app-checks.ts'
import { CONSOLE } from './console-paths.ts'
import { failed, ok, refused } from './finding.ts'
import type { Finding } from './finding.ts'

/** The links that are checked by asking WeCom; the others are proven by use. */
export const CHECKED_STEPS = ['secret', 'trusted_ip', 'visible_range', 'contact_permission', 'domain_file', 'jssdk'] as const
export type CheckedStep = (typeof CHECKED_STEPS)[number]
export type CheckedFindings = Partial<Record<CheckedStep, Finding>>

/** Two rounds of calls, one after the other: together below 15 s. */
const ROUND_MS = 7_000

/** Asks WeCom about every link that can be asked about. What depends on a broken link is left out of the answer. */
export async function checkChain(corps: Corps, corp: Corp, our: { baseUrl: string; sandboxed: boolean }): Promise<CheckedFindings> {
  if (corp.agentId === null || !corp.hasSecret) return {}
  const client = await corps.wecom(corp.id)
  const { agent, ...found } = await checkApp(client, corp, within)
  if (!found.trusted_ip || found.trusted_ip.state !== 'ok') return found
  const [contact_permission, jssdk] = await Promise.all([contactPermission(await corps.wecomContact(corp.id)), tickets(client)])
  return { ...found, contact_permission, jssdk, ...(agent && { domain_file: trustedDomain(agent, corp, our) }) }
}

async function contactPermission(client: WecomClient): Promise<Finding> {
  try {
    const members = await within(listFollowUsers(client))
    if (members.length > 0) return ok(`${members.length} 位成员开通了客户联系，知客可以读取他们的客户。`)
    return failed('没有成员开通客户联系，读不到客户。', `${CONSOLE.contactRange}，把要用知客的员工或部门加进去。`, `${CONSOLE.visibleRange}，确认这些员工也在应用的可见范围内。`)
  } catch (error) {
    if (error instanceof WecomError && error.reason === 'errcode' && (error.errcode === 48002 || error.errcode === 48001)) {
      return failed('应用没有调用客户联系接口的权限。', `${CONSOLE.callableApps}，勾选本应用，保存。`)
    }
    return refused(error)
  }
}

async function tickets(client: WecomClient): Promise<Finding> {
  try {
    await within(Promise.all([jsTicket(client, 'corp'), jsTicket(client, 'agent')]))
    return ok('企业和应用的签名票据都能取得。')
  } catch (error) {
    return refused(error)
  }
}

function trustedDomain(agent: WecomAgent, corp: Corp, our: { baseUrl: string; sandboxed: boolean }): Finding {
  const host = addressesOf(our.baseUrl, corp.wecomCorpId).trustedDomain
  if (!our.sandboxed && isLocal(our.baseUrl)) {
    return failed(`本系统的地址是 ${our.baseUrl}，企业微信和客户的手机访问不到。`, '给服务器准备一个已备案的域名，把环境变量 BASE_URL 设成它（例如 https://crm.example.com），重新启动后再来。')
  }
  const set = agent.redirect_domain.trim().toLowerCase().replace(/^https?:\/\//, '').replace(/\/.*$/, '')
  const enter = `${CONSOLE.trustedDomain}，填 ${host}`
  const own = '点「申请校验域名」，下载校验文件，把它的文件名（WW_verify_….txt）填到「域名校验文件」里保存，不用上传文件。'
  if (set === '') return failed('应用还没有设置可信域名。', own, `${enter}，勾选已上传校验文件，保存。`)
  if (set !== host) return failed(`应用的可信域名是 ${set}，本系统的域名是 ${host}，两者要完全一致（含端口）。`, `${enter}，保存。`, own)
  if (corp.domainFile) return ok(`可信域名 ${host} 已设置，校验文件 ${corp.domainFile} 由本系统提供。`)
  if (corp.proofs.jssdk?.ok) return ok(`可信域名 ${host} 已设置，JS-SDK 已在这个域名下使用。`)
  return failed(`可信域名 ${host} 已设置，但没有登记域名校验文件；没有通过归属验证时，JS-SDK 不能使用（85005）。`, `${CONSOLE.trustedDomain} → 申请校验域名。`, own)
}

function isLocal(baseUrl: string): boolean {
  return /^(localhost|127\.|0\.0\.0\.0|\[::1\]|10\.|192\.168\.)/.test(new URL(baseUrl).hostname)
}

async function within<T>(call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_done, fail) => {
    timer = setTimeout(() => fail(new WecomError({ api: 'setup', reason: 'interrupted', errmsg: 'no answer in time', outcome: 'refused', retriable: true })), ROUND_MS)
  })
  try {
    return await Promise.race([call, late])
  } finally {
    clearTimeout(timer)
  }
}
