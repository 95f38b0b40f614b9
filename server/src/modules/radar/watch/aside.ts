import type { Clock } from '../../../platform/clock.ts'

const FIRST_WAIT_MS = 30_000
const LONGEST_WAIT_MS = 6 * 60 * 60_000
/** With more of them something else is broken; the first ones are tried again. */
const MOST = 5000

export type Aside = ReturnType<typeof createAside>

/**
 * Views for which something has failed: left aside for growing times, so that the oldest ones, which the sweeper finds first, don't
 * keep all others from their turn. Of this process: another one finds out for itself.
 */
export function createAside(clock: Clock) {
  const failures = new Map<number, { times: number; until: number }>()
  const isAside = (viewId: number) => (failures.get(viewId)?.until ?? 0) > clock.now()
  return {
    put(viewId: number): void {
      const times = (failures.get(viewId)?.times ?? 0) + 1
      failures.delete(viewId)
      failures.set(viewId, { times, until: clock.now() + Math.min(FIRST_WAIT_MS * 2 ** (times - 1), LONGEST_WAIT_MS) })
      const [first] = failures.keys()
      if (failures.size > MOST && first !== undefined) failures.delete(first)
    },
    done(viewIds: readonly number[]): void {
      for (const viewId of viewIds) failures.delete(viewId)
    },
    /** Those whose time has not come yet. */
    now: (): number[] => [...failures.keys()].filter(isAside),
    /** The others of these. */
    without: (viewIds: readonly number[]): number[] => viewIds.filter((viewId) => !isAside(viewId)),
  }
}
