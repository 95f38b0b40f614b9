import { setupContract } from '@zhike/shared/contract'
import type { Identity, Register } from '../identity/index.ts'
import type { Setup } from './service.ts'

export function setupRoutes(register: Register, setup: Setup, access: Identity['access']): void {
  register(setupContract, {
    'POST /api/setup/session': async ({ body, reply }) => {
      const corp = await setup.useTicket(body.ticket)
      return { expiresAt: await access.begin(reply, corp.id, null) }
    },
    'GET /api/setup': ({ viewer }) => setup.state(viewer.corp),
    'POST /api/setup/check': ({ viewer, request }) => setup.check(viewer, request.ip),
    'PUT /api/setup/corp': ({ viewer, body, request }) => setup.saveCorp(viewer, body, request.ip),
    'PUT /api/setup/domain-file': ({ viewer, body, request }) => setup.saveDomainFile(viewer, body.fileName, request.ip),
    'POST /api/setup/callback-keys': ({ viewer, request }) => setup.renewCallbackKeys(viewer, request.ip),
  })
}
