import type { Platform } from '../../platform/platform.ts'
import { callbacksOf } from './store.ts'

/** Rows looked through at once: their bodies are read for the person's id. */
const PIECE = 1000

/**
 * Deletes the callbacks that told of a person until her data was deleted (SYS-17), of groups she came into or left as well. What
 * WeCom tells afterwards is another matter. Goes through the inbox piece by piece; repeatable.
 */
export async function forgetCallbacks(platform: Platform, { corpId, externalUserId, erasedAt }: { corpId: number; externalUserId: string; erasedAt: number }): Promise<void> {
  const store = callbacksOf(platform.db, corpId)
  for (let done = 0; ;) {
    const last = await store.lastOfPiece(done, PIECE)
    if (last === null) return
    await store.forgetAbout(externalUserId, erasedAt, done, last)
    done = last
  }
}
