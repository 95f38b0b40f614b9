import { z } from 'zod'
import { DATA_SCOPES, PERMISSION_KEYS } from '../roles.ts'
import { defineContract, staff } from './define.ts'
import { moment } from './parts.ts'
import { RATES } from './rates.ts'

export const viewer = z.object({
  staffId: z.number().int(),
  userid: z.string(),
  name: z.string(),
  avatar: z.string().nullable(),
  department: z.string().nullable(),
  roles: z.array(z.object({ key: z.string(), name: z.string() })),
  permissions: z.array(z.enum(PERMISSION_KEYS)),
  dataScope: z.enum(DATA_SCOPES),
  corp: z.object({ wecomCorpId: z.string(), name: z.string(), agentId: z.number().int(), zone: z.string() }),
})
export type ViewerView = z.infer<typeof viewer>

export const sessionContract = defineContract({
  'GET /api/session': {
    summary: 'Who is signed in (SYS-3)',
    who: staff(),
    response: z.object({ viewer, expiresAt: moment, now: moment }),
  },
  'DELETE /api/session': { summary: 'Sign out', who: staff() },
  'GET /api/wecom/signature': {
    summary: 'JS-SDK signature for a page of ours',
    who: staff(),
    query: z.object({ url: z.string().max(2048), kind: z.enum(['config', 'agent']) }),
    response: z.object({
      corpId: z.string(), agentId: z.number().int(),
      timestamp: z.number().int(), nonceStr: z.string(), signature: z.string(),
    }),
  },
  'POST /api/wecom/jssdk-result': {
    summary: 'The client says whether the JS-SDK accepted our signature (SYS-14)',
    who: staff(),
    rate: RATES.report,
    body: z.object({ ok: z.boolean(), error: z.string().max(300).optional() }),
  },
})
