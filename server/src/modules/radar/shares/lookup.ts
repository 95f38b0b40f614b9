import type { Platform } from '../../../platform/platform.ts'
import { createShortMemory } from '../../../platform/short-memory.ts'
import { createForwardTokens } from './forward-tokens.ts'
import type { Forward } from './forward-tokens.ts'
import { sharesByToken, sharesOf } from './store.ts'
import type { ShareRow } from './store.ts'

const KEPT = { keptMs: 10_000, most: 5000 }

/** Links by their public token: of a share, or the copy that a reader passed on. */
export function createShareLookup(platform: Platform) {
  const { config, db, clock } = platform
  const forwards = createForwardTokens(config.appKey)
  const shareOf = sharesByToken(db)
  const memory = createShortMemory<ShareRow | undefined>(clock, KEPT)

  const byToken = async (token: string): Promise<ShareRow | undefined> => {
    const known = await shareOf(token)
    if (known) return known
    // Nobody else has opened this copy yet: it shows what its parent shows.
    const forward = forwards.read(token)
    return forward ? await sharesOf(db, forward.corpId).byId(forward.shareId) : undefined
  }

  return {
    forwardToken: (forward: Forward): string | null => forwards.issue(forward),
    /** What a token leads to, freshly read; of a passed-on copy the link that was passed on, and by which device. */
    async find(token: string): Promise<{ share: ShareRow; passedOnBy: string | null } | null> {
      const forward = forwards.read(token)
      const share = forward ? await sharesOf(db, forward.corpId).byId(forward.shareId) : await memory.renew(token, () => byToken(token))
      return share ? { share, passedOnBy: forward?.visitorId ?? null } : null
    },
    /**
     * The share that a device reads. A passed-on copy becomes a share of its own when somebody else opens it; whoever passed it
     * on reads on in what she read before.
     */
    async readBy(visitorId: string, token: string, { share, passedOnBy }: { share: ShareRow; passedOnBy: string | null }): Promise<ShareRow> {
      if (passedOnBy === null || passedOnBy === visitorId) return share
      memory.forget(token)
      return await sharesOf(db, share.corpId).forwarded(share, token, passedOnBy, clock.now())
    },
    /** For pictures, which come in a burst: from a short memory. */
    async cached(token: string): Promise<ShareRow | null> {
      return (await memory.read(token, () => byToken(token))) ?? null
    },
  }
}
