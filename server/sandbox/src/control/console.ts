import { z } from 'zod'
import { verifyReceiver } from '../callbacks.ts'
import { aesKeyOf } from '../callback-crypto.ts'
import { randomId } from '../ids.ts'
import type { CallbackSetting, ConsoleCheck, ConsolePatch, CorpConsole, CorpSummary } from '../protocol/console.ts'
import { raiseAppEvent } from '../world/events.ts'
import { staffParty } from '../world/parties.ts'
import type { Corp } from '../world/corp.ts'
import type { Sandbox } from '../world/sandbox.ts'

/** The simulated 管理后台 (wecom-api/00 §10). */

const ips = z.array(z.string().regex(/^[0-9a-fA-F.:]{2,45}$/)).max(120)

export const consolePatch = z.object({
  homeUrl: z.string(), loginDomain: z.string(), trustedIps: ips, customerApiAllowed: z.boolean(),
  visibleRange: z.object({ all: z.boolean(), departments: z.array(z.number().int()), userids: z.array(z.string()) }),
  contactRange: z.object({ all: z.boolean(), userids: z.array(z.string()) }),
  pages: z.array(z.object({ id: z.string(), place: z.enum(['single', 'group', 'profile']), name: z.string().min(1).max(30), url: z.string().regex(/^https?:\/\//) })).max(20),
  consoleWelcomeUserids: z.array(z.string()), appEnabled: z.boolean(),
  officialAccount: z.object({ oauthDomain: z.string().max(253), openPlatform: z.boolean(), ipWhitelist: ips }).partial(),
}).partial()

export const callbackSetting = z.object({
  url: z.string(), token: z.string(), encodingAesKey: z.string(),
  events: z.array(z.enum(['change_external_contact', 'change_external_chat', 'change_external_tag', 'enter_agent', 'subscribe', 'message']))
    .default(['change_external_contact', 'change_external_chat', 'change_external_tag', 'enter_agent', 'subscribe', 'message']),
})

export function corpSummary(corp: Corp): CorpSummary {
  return {
    corpid: corp.corpid, name: corp.name, agentid: corp.app.agentid, agentName: corp.app.name, staffCount: corp.allStaff().length,
    customerCount: corp.customerCount(), groupCount: [...corp.groups.values()].filter((group) => !group.dismissed).length,
  }
}

export function corpConsole(corp: Corp): CorpConsole {
  return {
    ...corpSummary(corp), secret: corp.app.secret, homeUrl: corp.app.homeUrl, trustedDomain: corp.trustedDomain, loginDomain: corp.loginDomain,
    trustedIps: corp.trustedIps,
    callback: corp.callback === null ? null : { ...corp.callback, lastDeliveredAt: corp.lastDelivery.at, lastError: corp.lastDelivery.error },
    customerApiAllowed: corp.customerApiAllowed, visibleRange: corp.visibleRange, contactRange: corp.contactRange, pages: corp.pages,
    consoleWelcomeUserids: corp.consoleWelcomeUserids, appEnabled: corp.app.enabled,
    officialAccount: corp.officialAccount,
  }
}

/** Saves what needs no verification; members who gain or lose sight of the app raise (un)subscribe. */
export function patchConsole(sandbox: Sandbox, corp: Corp, patch: ConsolePatch): CorpConsole {
  const before = new Set(corp.allStaff().filter((staff) => corp.isVisible(staff.userid)).map((staff) => staff.userid))
  if (patch.homeUrl !== undefined) corp.app.homeUrl = patch.homeUrl
  if (patch.appEnabled !== undefined) corp.app.enabled = patch.appEnabled
  if (patch.loginDomain !== undefined) corp.loginDomain = hostOf(patch.loginDomain)
  if (patch.trustedIps !== undefined) corp.trustedIps = patch.trustedIps
  if (patch.customerApiAllowed !== undefined) corp.customerApiAllowed = patch.customerApiAllowed
  if (patch.visibleRange !== undefined) corp.visibleRange = patch.visibleRange
  if (patch.contactRange !== undefined) corp.contactRange = patch.contactRange
  if (patch.pages !== undefined) corp.pages = patch.pages
  if (patch.consoleWelcomeUserids !== undefined) corp.consoleWelcomeUserids = patch.consoleWelcomeUserids
  if (patch.officialAccount !== undefined && corp.officialAccount !== null) {
    const { oauthDomain, ...more } = patch.officialAccount
    Object.assign(corp.officialAccount, more, oauthDomain === undefined ? {} : { oauthDomain: hostOf(oauthDomain) })
  }
  for (const { userid } of corp.allStaff()) {
    if (corp.isVisible(userid) !== before.has(userid)) raiseAppEvent(sandbox, corp, userid, before.has(userid) ? 'unsubscribe' : 'subscribe')
  }
  changed(sandbox, corp)
  return corpConsole(corp)
}

/** A domain as people paste it: with or without scheme and path. */
function hostOf(domain: string): string {
  return domain.trim().replace(/^https?:\/\//, '').replace(/\/.*$/, '').toLowerCase()
}

/** 可信域名: the file WW_verify_<16>.txt must be served at the root of that host. */
export async function saveTrustedDomain(sandbox: Sandbox, corp: Corp, domain: string): Promise<ConsoleCheck> {
  const host = hostOf(domain)
  const refuse = (message: string): ConsoleCheck => ({ ok: false, message, console: corpConsole(corp) })
  if (!/^[a-z0-9.-]+(:\d+)?$/.test(host)) return refuse('域名格式不正确')
  const origin = host === sandbox.product.host ? sandbox.product.origin : `http://${host}`
  try {
    const response = await fetch(sandbox.product.internal(`${origin}/${corp.trustedDomain.verifyFile}`), { redirect: 'manual', signal: AbortSignal.timeout(5000) })
    const body = await response.text()
    if (response.status !== 200) return refuse(`未能读取校验文件：HTTP ${response.status}，请把 ${corp.trustedDomain.verifyFile} 放到域名根目录`)
    if (body.trim() !== corp.trustedDomain.verifyContent) return refuse('校验文件内容不正确')
  } catch (error) {
    return refuse(`无法访问 ${host}：${error instanceof Error ? error.message : String(error)}`)
  }
  corp.trustedDomain = { ...corp.trustedDomain, domain: host, verified: true }
  changed(sandbox, corp)
  return { ok: true, message: '域名归属校验通过', console: corpConsole(corp) }
}

/** 接收消息: saved only when the receiver decrypts the echostr within a second. */
export async function saveCallback(sandbox: Sandbox, corp: Corp, setting: CallbackSetting): Promise<ConsoleCheck> {
  const refuse = (message: string): ConsoleCheck => ({ ok: false, message, console: corpConsole(corp) })
  if (!URL.canParse(setting.url) || !/^https?:/.test(setting.url)) return refuse('URL 格式不正确')
  if (!/^[A-Za-z0-9]{1,32}$/.test(setting.token)) return refuse('Token 应为 32 位以内的字母或数字')
  try {
    aesKeyOf(setting.encodingAesKey)
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
  const problem = await verifyReceiver(corp, setting, sandbox.product, sandbox.clock.seconds())
  if (problem !== '') return refuse(problem)
  corp.callback = { ...setting, verified: true }
  changed(sandbox, corp)
  return { ok: true, message: '回调 URL 校验通过，已保存', console: corpConsole(corp) }
}

/** A new secret; the old one and its tokens are worthless at once. */
export function resetSecret(sandbox: Sandbox, corp: Corp): { secret: string } {
  corp.app.secret = randomId(43)
  sandbox.credentials.endTokens('invalidate', corp.corpid)
  changed(sandbox, corp)
  return { secret: corp.app.secret }
}

function changed(sandbox: Sandbox, corp: Corp): void {
  sandbox.feed.emit({ type: 'console', corpid: corp.corpid })
}

/** Marks everything in a member's app messages as read. */
export function readAppMessages(sandbox: Sandbox, corp: Corp, userid: string): void {
  corp.appUnread.set(userid, 0)
  sandbox.feed.emit({ type: 'read', chatId: `app~${corp.corpid}`, reader: staffParty(corp.corpid, userid) })
}
