import type { Platform } from '../../../platform/platform.ts'
import { shareByToken } from './store.ts'
import type { ShareRow } from './store.ts'

const KEEP_MS = 10_000
const KEPT = 5000

/** Shares by their public token. Pictures of one page come in a burst, so they may ask a short memory. */
export function createShareLookup(platform: Platform) {
  const { db, clock } = platform
  const memory = new Map<string, { share: Promise<ShareRow | undefined>; at: number }>()
  const remember = (token: string): Promise<ShareRow | undefined> => {
    const share = shareByToken(db, token)
    if (memory.size >= KEPT) memory.clear()
    memory.set(token, { share, at: clock.now() })
    // Who asked hears of the failure; the next one asks the database again.
    share.catch(() => memory.delete(token))
    return share
  }
  return {
    fresh: async (token: string): Promise<ShareRow | null> => (await remember(token)) ?? null,
    async cached(token: string): Promise<ShareRow | null> {
      const known = memory.get(token)
      return (await (known && clock.now() - known.at < KEEP_MS ? known.share : remember(token))) ?? null
    },
  }
}
