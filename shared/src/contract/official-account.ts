import { z } from 'zod'
import { READER_SIGN_INS } from '../official-account.ts'
import { defineContract, setup } from './define.ts'
import { moment } from './parts.ts'
import { RATES } from './rates.ts'

export const officialAccountState = z.object({
  /** Null: the corp has none here. The secret is never told. */
  account: z.object({ appId: z.string(), readerSignIn: z.enum(READER_SIGN_INS), domainFile: z.string().nullable() }).nullable(),
  /** `waiting`: something is still to be done or seen at WeChat; readers are not led through the account yet. */
  state: z.enum(['none', 'waiting', 'failed', 'ok']),
  /** What was found, in plain Chinese. */
  finding: z.string(),
  /** What to click at WeChat, one line per click. */
  fix: z.array(z.string()),
  /** What was seen working, and when. */
  seen: z.object({ secretAt: moment.nullable(), signInAt: moment.nullable(), unionIdAt: moment.nullable() }),
  /** 网页授权域名, and the address to open in WeChat once to see whether it is right. */
  paste: z.object({ oauthDomain: z.string(), tryUrl: z.string() }),
})
export type OfficialAccountState = z.infer<typeof officialAccountState>

export const officialAccountContract = defineContract({
  'GET /api/official-account': { summary: 'The official account (服务号) that tells who reads tracked links, and what is still to be done for it (MAT-15)', who: setup, response: officialAccountState },
  'PUT /api/official-account': {
    summary: 'Saves the official account once WeChat took its secret; the secret is never shown again',
    who: setup,
    rate: RATES.sync,
    body: z.object({
      appId: z.string().trim().regex(/^wx[0-9a-f]{16}$/, 'AppID 以 wx 开头，共 18 位小写字母和数字'),
      /** Left out: stays as it is. */
      secret: z.string().trim().regex(/^[0-9A-Za-z]{32}$/, 'AppSecret 是 32 位字母和数字，请完整复制').optional(),
      readerSignIn: z.enum(READER_SIGN_INS),
      domainFile: z.string().trim().regex(/^MP_verify_[0-9A-Za-z]{16}\.txt$/, '文件名形如 MP_verify_ 加 16 位字母数字 .txt').nullable(),
    }),
    response: officialAccountState,
  },
  'POST /api/official-account/check': { summary: 'Asks WeChat now whether it takes the secret from this server', who: setup, rate: RATES.sync, response: officialAccountState },
  'DELETE /api/official-account': { summary: 'Forgets the official account and its secret', who: setup, response: officialAccountState },
})
