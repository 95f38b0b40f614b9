import type { SetupStepKey } from '@zhike/shared'
import type { SetupState } from '@zhike/shared/contract'

interface PasteValue { key: keyof SetupState['paste']; label: string }
interface StepParts {
  /** Values that this step asks to be pasted into the WeCom console. */
  paste: readonly PasteValue[]
  /** The form of ours that belongs to it. */
  form?: 'corp' | 'callback-keys' | 'domain-file'
}

/** What each step of the check list needs on this page (wecom-api/00 §10). */
export const STEP_PARTS: Record<SetupStepKey, StepParts> = {
  secret: { paste: [], form: 'corp' },
  trusted_ip: { paste: [] },
  visible_range: { paste: [] },
  contact_permission: { paste: [] },
  callback: {
    paste: [{ key: 'callbackUrl', label: 'URL' }, { key: 'callbackToken', label: 'Token' }, { key: 'callbackAesKey', label: 'EncodingAESKey' }],
    form: 'callback-keys',
  },
  domain_file: { paste: [{ key: 'trustedDomain', label: '可信域名' }], form: 'domain-file' },
  oauth: { paste: [{ key: 'workbenchUrl', label: '应用主页（工作台）' }, { key: 'loginCallbackDomain', label: '授权回调域' }] },
  sidebar_pages: { paste: [{ key: 'sidebarUrl', label: '侧边栏页面' }] },
  jssdk: { paste: [] },
  contacts_sync: { paste: [] },
  customers_sync: { paste: [] },
}
