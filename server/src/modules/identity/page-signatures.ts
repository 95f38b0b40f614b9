import { refusesSignature } from '@zhike/shared'
import { forbidden } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import { withinRates } from '../../platform/rate.ts'
import { signPage } from '../../wecom/index.ts'
import type { PageSignature } from '../../wecom/index.ts'
import { asAppError } from '../corps/index.ts'
import type { Corps } from '../corps/index.ts'
import type { Viewer } from './viewer.ts'

/** Tickets may be fetched 100 times an hour by an app (wecom-api/00 §4); a wrong BASE_URL refuses every signature. */
const FRESH_TICKETS_EVERY_SECONDS = 5 * 60

/** Signatures of our pages for the JS-SDK, and what clients say of them (SYS-14). */
export function createPageSignatures(platform: Pick<Platform, 'redis' | 'log' | 'config' | 'clock'>, corps: Corps) {
  async function mayFetchTickets(corpId: number): Promise<boolean> {
    try {
      return await withinRates(platform.redis, { key: `${platform.config.redisPrefix}:tickets-dropped:${corpId}`, most: 1, seconds: FRESH_TICKETS_EVERY_SECONDS })
    } catch (error) {
      platform.log.warn({ err: error, corpId }, 'a refused signature could not be answered with fresh tickets')
      return false
    }
  }

  return {
    /** Signs for pages of ours only, else we would sign for anybody. Throws AppError `forbidden`, and `wecom` with advice. */
    async sign(viewer: Viewer, page: { url: string; kind: 'config' | 'agent' }): Promise<PageSignature & { corpId: string; agentId: number }> {
      if (!URL.canParse(page.url) || new URL(page.url).origin !== new URL(platform.config.baseUrl).origin) throw forbidden('只能为本系统的页面签名')
      const client = await corps.wecom(viewer.corpId)
      try {
        const signature = await signPage(client, page.kind === 'config' ? 'corp' : 'agent', page.url, platform.clock)
        return { ...signature, corpId: viewer.corp.wecomCorpId, agentId: viewer.corp.agentId ?? 0 }
      } catch (error) {
        throw asAppError(error)
      }
    },
    /**
     * Remembers what the client made of our signature. WeCom may end a ticket before its time, and then no call of ours
     * fails but every signature is wrong: a refused one drops the tickets, so that the next is made with fresh ones.
     */
    async heard(viewer: Viewer, result: { ok: boolean; error?: string }): Promise<void> {
      const known = viewer.corp.proofs.jssdk
      if (known?.ok !== result.ok || known.error !== result.error) await corps.prove(viewer.corpId, { jssdk: { ...result, at: platform.clock.now() } })
      if (result.ok || !refusesSignature(result.error ?? '') || !(await mayFetchTickets(viewer.corpId))) return
      await (await corps.wecom(viewer.corpId)).dropTickets()
      platform.log.warn({ corpId: viewer.corpId, error: result.error }, 'a client refused our signature: fetching fresh JS-SDK tickets')
    },
  }
}
