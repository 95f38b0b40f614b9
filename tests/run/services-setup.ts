// Starts the services of a test run when vitest is called directly; under `npm test` they are there already.
import { bringUpTestServices } from '../../server/launch/for-tests.mjs'

/** Vitest's global setup; gives its teardown. */
export default async function setUp(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.ZHIKE_TEST_DIR !== undefined) return undefined
  const services = await bringUpTestServices()
  Object.assign(process.env, services.env)
  return () => services.stop()
}
