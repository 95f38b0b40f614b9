/** States of a received callback. `failed` is retried, `dead` waits for a person. */
export const CALLBACK_STATES = ['pending', 'done', 'failed', 'dead'] as const
export type CallbackState = (typeof CALLBACK_STATES)[number]
