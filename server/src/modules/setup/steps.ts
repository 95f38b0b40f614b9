import { SETUP_STEPS } from '@zhike/shared'
import type { SetupStepKey } from '@zhike/shared'
import type { JobView, SetupStep } from '@zhike/shared/contract'
import type { Corp } from '../corps/index.ts'
import type { Addresses } from './addresses.ts'
import type { CheckedFindings, CheckedStep } from './checks.ts'
import { CHECKED_STEPS } from './checks.ts'
import { CONSOLE } from './console-paths.ts'
import { failed, waiting } from './finding.ts'
import type { Finding } from './finding.ts'
import { callbackFinding, jssdkFinding, oauthFinding, sidebarFinding, syncFinding } from './proofs.ts'

const TITLES: Record<SetupStepKey, string> = {
  secret: '应用 Secret', trusted_ip: '企业可信 IP', visible_range: '可见范围', contact_permission: '客户联系权限', callback: '事件回调', domain_file: '可信域名', oauth: '企业微信登录',
  sidebar_pages: '聊天侧边栏', jssdk: 'JS-SDK 签名', contacts_sync: '同步通讯录', customers_sync: '同步客户',
}

/** Which link has to hold before another one can be tried. */
const NEEDS: Partial<Record<SetupStepKey, SetupStepKey>> = {
  trusted_ip: 'secret', visible_range: 'trusted_ip', contact_permission: 'trusted_ip', domain_file: 'trusted_ip', oauth: 'domain_file', sidebar_pages: 'oauth', jssdk: 'domain_file',
  contacts_sync: 'visible_range', customers_sync: 'contact_permission',
}

/** What the list is made of: results of the last check, proofs of use, running syncs. */
interface Evidence {
  corp: Corp
  addresses: Addresses
  checked: CheckedFindings
  /** When `checked` was found out, epoch ms. */
  checkedAt: number | null
  contactsJob: JobView | undefined
  customersJob: JobView | undefined
}

/** The check list of a corp, in the order in which things are done (SYS-14). A link behind a broken one is `blocked`. */
export function stepsOf(evidence: Evidence): SetupStep[] {
  const steps: SetupStep[] = []
  for (const key of SETUP_STEPS) {
    const found = findingOf(key, evidence) ?? waiting('还没有检查。', '点「重新检查」。')
    const blockedBy = found.state === 'ok' ? undefined : brokenBefore(key, steps)
    const about = { key, title: TITLES[key], checkedAt: isChecked(key) ? evidence.checkedAt : null }
    steps.push(blockedBy ? { ...about, state: 'blocked', finding: `先完成上一步「${blockedBy.title}」。`, fix: [] } : { ...about, ...found })
  }
  return steps
}

function brokenBefore(key: SetupStepKey, earlier: readonly SetupStep[]): SetupStep | undefined {
  const needed = NEEDS[key]
  const step = earlier.find((other) => other.key === needed)
  if (!needed || !step || step.state === 'ok') return undefined
  return step.state === 'blocked' ? brokenBefore(needed, earlier) ?? step : step
}

function findingOf(key: SetupStepKey, { corp, addresses, checked, contactsJob, customersJob }: Evidence): Finding | undefined {
  switch (key) {
    case 'secret': return corp.agentId === null || !corp.hasSecret ? notFilledIn() : checked.secret
    case 'trusted_ip':
    case 'visible_range':
    case 'contact_permission':
    case 'domain_file': return checked[key]
    case 'jssdk': return jssdkFinding(corp, addresses, checked.jssdk)
    case 'callback': return callbackFinding(corp, addresses)
    case 'oauth': return oauthFinding(corp, addresses)
    case 'sidebar_pages': return sidebarFinding(corp, addresses)
    case 'contacts_sync': return syncFinding(key, corp.proofs.contactsSyncedAt, contactsJob)
    case 'customers_sync': return syncFinding(key, corp.proofs.customersSyncedAt, customersJob)
  }
}

function notFilledIn(): Finding {
  return failed(
    '还没有填写应用的 AgentId 和 Secret。',
    '企业微信管理后台 → 应用管理 → 应用 → 自建，打开（或创建）给知客用的应用。',
    '复制页面上的 AgentId，点 Secret 旁的「查看」取得 Secret。',
    `企业 ID 在 ${CONSOLE.corpInfo} 的最下方。`,
    '把它们填到「应用信息」里保存。',
  )
}

function isChecked(key: SetupStepKey): key is CheckedStep {
  return CHECKED_STEPS.some((step) => step === key)
}
