export { callbacksRetention } from './retention.ts'
export { createCallbacks } from './service.ts'
export type { Callbacks } from './service.ts'
export type { CallbackHandler, CallbackHandlers } from './handling.ts'
