import type { Platform } from '../../../platform/platform.ts'
import { createForwardTokens } from './forward-tokens.ts'
import type { Forward } from './forward-tokens.ts'
import { shareByToken, sharesOf } from './store.ts'
import type { ShareRow } from './store.ts'

const KEEP_MS = 10_000
const KEPT = 5000

/** Links by their public token: of a share, or the copy that a reader passed on. */
export function createShareLookup(platform: Platform) {
  const { config, db, clock } = platform
  const forwards = createForwardTokens(config.appKey)
  const memory = new Map<string, { share: Promise<ShareRow | undefined>; at: number }>()

  const byToken = async (token: string): Promise<ShareRow | undefined> => {
    const known = await shareByToken(db, token)
    if (known) return known
    // Nobody else has opened this copy yet: it shows what its parent shows.
    const forward = forwards.read(token)
    return forward ? await sharesOf(db, forward.corpId).byId(forward.shareId) : undefined
  }
  const remember = (token: string): Promise<ShareRow | undefined> => {
    const share = byToken(token)
    if (memory.size >= KEPT) memory.clear()
    memory.set(token, { share, at: clock.now() })
    // Who asked hears of the failure; the next one asks the database again.
    share.catch(() => memory.delete(token))
    return share
  }

  return {
    forwardToken: (forward: Forward): string | null => forwards.issue(forward),
    /** What a token leads to, freshly read; of a passed-on copy the link that was passed on, and by which device. */
    async find(token: string): Promise<{ share: ShareRow; passedOnBy: string | null } | null> {
      const forward = forwards.read(token)
      const share = forward ? await sharesOf(db, forward.corpId).byId(forward.shareId) : await remember(token)
      return share ? { share, passedOnBy: forward?.visitorId ?? null } : null
    },
    /**
     * The share that a device reads. A passed-on copy becomes a share of its own when somebody else opens it; whoever passed it
     * on reads on in what she read before.
     */
    async readBy(visitorId: string, token: string, { share, passedOnBy }: { share: ShareRow; passedOnBy: string | null }): Promise<ShareRow> {
      if (passedOnBy === null || passedOnBy === visitorId) return share
      memory.delete(token)
      return await sharesOf(db, share.corpId).forwarded(share, token, passedOnBy, clock.now())
    },
    /** For pictures, which come in a burst: from a short memory. */
    async cached(token: string): Promise<ShareRow | null> {
      const known = memory.get(token)
      return (await (known && clock.now() - known.at < KEEP_MS ? known.share : remember(token))) ?? null
    },
  }
}
