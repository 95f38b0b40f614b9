export { createCallbacks } from './service.ts'
export type { Callbacks } from './service.ts'
export type { CallbackContext, CallbackHandler, CallbackHandlers } from './handling.ts'
