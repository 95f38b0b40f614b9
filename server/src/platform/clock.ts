/** The present, given to whoever needs it so that tests can set it. Epoch milliseconds. */
export interface Clock { now(): number }

export const systemClock: Clock = { now: () => Date.now() }
