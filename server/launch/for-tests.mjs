// The part of the launcher that tests use; its types stand in for-tests.d.mts.
import { findProgram } from './exec.mjs'
import { PROGRAMS } from './programs.mjs'

export { demoServerEnv, sandboxEnv } from './demo-corp.mjs'
export { givenDatabase, givenRedis } from './given-services.mjs'
export { privateMariadb } from './mariadb.mjs'
export { freePort } from './ports.mjs'
export { NODE_FLAGS, serverEnv } from './product-env.mjs'
export { privateRedis } from './redis.mjs'
export { endProcess, runRecord, until } from './running.mjs'
export { bringUpTestServices, testServersFolder } from './test-services.mjs'

/** Full path of an installed Chromium; undefined when there is none. */
export const chromiumPath = () => findProgram(...PROGRAMS.chromium.names)

// Tested for themselves.
export { tryLock } from './lock.mjs'
export { readLogLine, warningsOnly } from './log-lines.mjs'
export { parseDotEnv, wantsSandbox } from './settings.mjs'
