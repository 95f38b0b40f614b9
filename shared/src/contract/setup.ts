import { z } from 'zod'
import { USERID_PATTERN } from '../limits.ts'
import { SETUP_STEPS } from '../setup.ts'
import { defineContract, open, setup } from './define.ts'
import { moment, typedText } from './parts.ts'
import { RATES } from './rates.ts'

export const setupStep = z.object({
  key: z.enum(SETUP_STEPS),
  title: z.string(),
  state: z.enum(['ok', 'failed', 'waiting', 'blocked']),
  /** What was found, in plain Chinese. */
  finding: z.string(),
  /** What to click in the WeCom console, one line per click. */
  fix: z.array(z.string()),
  checkedAt: moment.nullable(),
})
export type SetupStep = z.infer<typeof setupStep>

export const setupState = z.object({
  corp: z.object({
    wecomCorpId: z.string(), name: z.string(), agentId: z.number().int().nullable(), hasSecret: z.boolean(), adminUserids: z.array(z.string()),
  }),
  /** Values to paste into the WeCom console. */
  paste: z.object({
    trustedDomain: z.string(), callbackUrl: z.string(), callbackToken: z.string(), callbackAesKey: z.string(),
    sidebarUrl: z.string(), workbenchUrl: z.string(), loginCallbackDomain: z.string(),
  }),
  domainFile: z.string().nullable(),
  callback: z.object({ lastReceivedAt: moment.nullable(), lastVerifiedAt: moment.nullable() }),
  steps: z.array(setupStep),
})
export type SetupState = z.infer<typeof setupState>

export const setupContract = defineContract({
  'POST /api/setup/session': {
    summary: 'Exchanges a one-time set-up link for a set-up session',
    who: open,
    rate: RATES.guess,
    body: z.object({ ticket: z.string().min(20).max(200) }),
    response: z.object({ expiresAt: moment }),
  },
  'GET /api/setup': { summary: 'State of the set-up check list (SYS-14)', who: setup, response: setupState },
  'POST /api/setup/check': { summary: 'Checks every link of the chain now', who: setup, rate: RATES.sync, response: setupState },
  'PUT /api/setup/corp': {
    summary: 'Saves corp name, agent and secret; the secret is never shown again (SYS-10)',
    who: setup,
    body: z.object({
      name: typedText(40, '企业名称'),
      wecomCorpId: z.string().trim().regex(/^w[wx][0-9A-Za-z]{10,40}$/, '企业 ID 以 ww 或 wx 开头，在「我的企业 → 企业信息」最下面'),
      agentId: z.coerce.number<number>({ error: 'AgentId 是一串数字' }).int().positive('AgentId 是一串数字'),
      secret: z.string().trim().min(20, 'Secret 太短，请完整复制').max(128).optional(),
      adminUserids: z.array(z.string().trim().regex(USERID_PATTERN, '管理员账号只能是字母、数字和 _-@.')).min(1, '至少填写一位管理员').max(20),
    }),
    response: setupState,
  },
  'PUT /api/setup/domain-file': {
    summary: 'Serves the ownership file WW_verify_*.txt at the root of our host',
    who: setup,
    body: z.object({ fileName: z.string().trim().regex(/^WW_verify_[0-9A-Za-z]{16}\.txt$/, '文件名形如 WW_verify_ 加 16 位字母数字 .txt') }),
    response: setupState,
  },
  'POST /api/setup/callback-keys': { summary: 'Makes a new Token and EncodingAESKey to paste', who: setup, response: setupState },
})
