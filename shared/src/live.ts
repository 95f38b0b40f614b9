import type { LiveEventKind } from './contract/live.ts'

export type { LiveEvent, LiveEventKind } from './contract/live.ts'

/** Every kind of live event: one that is missing here does not compile. */
export const LIVE_EVENT_KINDS = Object.keys({ view: 0, customer: 0, job: 0, material: 0, notice: 0 } satisfies Record<LiveEventKind, 0>)
