import type { FastifyInstance } from 'fastify'
import type { Platform } from '../../platform/platform.ts'
import type { Repeated } from '../../platform/repeat.ts'
import type { WecomEventKind } from '../../wecom/index.ts'
import type { Audit } from '../audit/index.ts'
import type { Corps } from '../corps/index.ts'
import type { Identity, Register } from '../identity/index.ts'
import { callbackEndpoint } from './endpoint.ts'
import { memberEvents } from './events.ts'
import { forgetCallbacks } from './forgetting.ts'
import { createHandling } from './handling.ts'
import type { CallbackHandler, CallbackHandlers } from './handling.ts'
import { createLanes } from './lanes.ts'
import { callbackRoutes } from './routes.ts'
import { startSweeper } from './sweeper.ts'

export interface Callbacks {
  /** Registers a handler; a kind may have several, each is called for every event of the kind. */
  on<K extends WecomEventKind>(kind: K, handler: CallbackHandler<K>): void
  /** Registers all handlers of an area. */
  use(handlers: CallbackHandlers): void
  /** Deletes what was told of a person whose data was deleted on request (SYS-17). */
  forgetCustomer(person: { corpId: number; externalUserId: string; erasedAt: number }): Promise<void>
  routes(register: Register): void
  plainRoutes(app: FastifyInstance): void
  /** Starts handling and sweeping in this process (worker role). */
  work(): Promise<void>
  stop(): Promise<void>
}

/** Everything WeCom tells us: received, kept, handled, and replayable (architecture §5). */
export function createCallbacks(platform: Platform, needs: { corps: Corps; identity: Identity; audit: Audit }): Callbacks {
  const lanes = createLanes(platform)
  const handling = createHandling(platform, needs.corps)
  let sweeper: Repeated | null = null

  function use(handlers: CallbackHandlers): void {
    const register = <K extends WecomEventKind>(kind: K, handler: CallbackHandlers[K]) => {
      if (handler) handling.on(kind, handler)
    }
    for (const kind of kindsOf(handlers)) register(kind, handlers[kind])
  }
  use(memberEvents(needs.identity))

  return {
    on: handling.on,
    use,
    forgetCustomer: (person) => forgetCallbacks(platform, person),
    routes: (register) => callbackRoutes(register, { platform, audit: needs.audit, lanes }),
    plainRoutes: (app) => callbackEndpoint(app, platform, { corps: needs.corps, offer: lanes.offer }),
    async work() {
      lanes.work(handling.handle)
      sweeper ??= startSweeper(platform, lanes)
    },
    async stop() {
      await sweeper?.stop()
      sweeper = null
    },
  }
}

function kindsOf(handlers: CallbackHandlers): WecomEventKind[] {
  return Object.keys(handlers).filter((kind): kind is WecomEventKind => Object.hasOwn(handlers, kind))
}
