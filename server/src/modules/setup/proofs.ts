import { refusesSignature } from '@zhike/shared'
import type { JobKind } from '@zhike/shared'
import type { JobView } from '@zhike/shared/contract'
import type { Corp } from '../corps/index.ts'
import type { Addresses } from './addresses.ts'
import { CONSOLE } from './console-paths.ts'
import { failed, ok, waiting } from './finding.ts'
import type { Finding } from './finding.ts'

/** The links that show by being used: what was seen working, and what is still to be done once. */

export function callbackFinding(corp: Corp, addresses: Addresses): Finding {
  if (corp.proofs.callbackVerifiedAt) {
    return ok(corp.proofs.callbackReceivedAt ? '回调地址已通过验证，事件正常到达。' : '回调地址已通过验证，还没有收到过事件（添加或修改一位客户即可看到）。')
  }
  return waiting(
    '企业微信还没有验证过回调地址。',
    CONSOLE.receiveMessages,
    `URL 填 ${addresses.callbackUrl}`,
    'Token 和 EncodingAESKey 用本页给出的两项，逐个复制粘贴（不要点随机生成）。',
    '勾选「外部联系人变更回调」「客户群变更」「企业客户标签变更」「进入应用」等事件，点保存。',
  )
}

export function oauthFinding(corp: Corp, addresses: Addresses): Finding {
  if (corp.proofs.oauthAt) return ok('成员已经可以通过企业微信登录。')
  return waiting(
    '还没有成员通过企业微信登录过。',
    `在企业微信里打开 ${addresses.workbenchUrl}（可以发给自己点开，也可以在 ${CONSOLE.app} → 应用主页 填这个地址后从工作台打开）。`,
    `要在电脑浏览器里扫码登录：${CONSOLE.webLogin}，填 ${addresses.trustedDomain}。`,
  )
}

export function sidebarFinding(corp: Corp, addresses: Addresses): Finding {
  if (corp.proofs.sidebarAt) return ok('侧边栏页面已经打开过。')
  return waiting(
    '还没有人从聊天侧边栏打开过知客。',
    `${CONSOLE.chatTools}，配置页面：单聊和群聊各添加一个。`,
    `页面名称填「知客」，页面内容选自定义，链接填 ${addresses.sidebarUrl}`,
    '保存后，在企业微信里打开任意一位客户的聊天，点右侧（手机上在输入框上方）的「知客」。',
  )
}

/** @param tickets whether signatures can be made at all; without it nothing is known yet */
export function jssdkFinding(corp: Corp, addresses: Addresses, tickets: Finding | undefined): Finding | undefined {
  if (!tickets || tickets.state !== 'ok') return tickets
  const { jssdk } = corp.proofs
  if (!jssdk) return waiting('签名票据正常，等待在企业微信客户端里验证。', '在企业微信里打开一次客户聊天的侧边栏，再点「重新检查」。')
  if (jssdk.ok) return ok('JS-SDK 签名已被企业微信客户端接受。')
  return failed(`企业微信客户端没有接受 JS-SDK 签名：${jssdk.error ?? '没有说明原因'}`, ...jssdkFix(jssdk.error ?? '', addresses), '改好后，在企业微信里重新打开一次侧边栏。')
}

function jssdkFix(error: string, addresses: Addresses): string[] {
  if (/url domain|invalid domain/i.test(error)) return [`${CONSOLE.trustedDomain}，填 ${addresses.trustedDomain}，与页面地址完全一致（含端口）。`]
  if (/verify|offline|no\s*permission|85005/i.test(error)) return [`${CONSOLE.trustedDomain} → 申请校验域名，完成域名归属验证。`, `${CONSOLE.visibleRange}，确认当前员工在范围内。`]
  if (refusesSignature(error)) return [`确认员工打开的地址以 ${new URL(addresses.sidebarUrl).origin} 开头，与环境变量 BASE_URL 一致。`, '检查服务器时间是否准确。', '核对 AgentId 是否属于本应用。']
  if (/not exist|not support/i.test(error)) return ['请员工把企业微信升级到最新版本。']
  return [`${CONSOLE.trustedDomain}，核对可信域名并完成归属验证。`, '核对 AgentId 是否属于本应用。']
}

/** @param job the newest one of the kind */
export function syncFinding(kind: Extract<JobKind, 'contacts_sync' | 'customers_sync'>, syncedAt: number | undefined, job: JobView | undefined): Finding {
  const what = kind === 'contacts_sync' ? '通讯录' : '客户'
  if (job?.state === 'failed') return failed(`最近一次同步${what}失败：${job.error ?? '原因不明'}`, '按上面的提示处理后，点「重新检查」会再次同步。')
  if (syncedAt) return ok(`${what}已同步，之后会自动保持最新。`)
  if (job?.state === 'running') return waiting(`正在同步${what}：${job.total ? `${job.done} / ${job.total}` : `已完成 ${job.done}`}${job.note ? `，${job.note}` : ''}。`)
  if (job?.state === 'waiting') return waiting(`同步${what}已排队，马上开始。`)
  return waiting(`还没有同步过${what}。`, '前面的步骤完成后，点「重新检查」会自动开始。')
}
