// The environment of the product's processes, from what the person set and what the launcher brought up.
import { demoServerEnv } from './demo-corp.mjs'

/**
 * @typedef {object} Product
 * @property {NodeJS.ProcessEnv} settings what the person set @property {number} port
 * @property {string} dataDir absolute @property {string} appKey
 * @property {{ databaseUrl: string, redisUrl: string }} services
 * @property {string} [sandboxUrl] when the sandbox plays WeCom
 */

/** As the browser sees us; without a trailing slash. @param {NodeJS.ProcessEnv} settings @param {number} port */
export const baseUrlOf = (settings, port) => (settings.BASE_URL ?? `http://localhost:${port}`).replace(/\/+$/, '')

/**
 * Everything the server (web, worker, demo loader, corp command) reads. Roles are added by whoever starts it.
 * @param {Product} product @returns {NodeJS.ProcessEnv}
 */
export function serverEnv({ settings, port, dataDir, appKey, services, sandboxUrl }) {
  const baseUrl = baseUrlOf(settings, port)
  return {
    ...settings,
    PORT: String(port),
    BASE_URL: baseUrl,
    DATABASE_URL: services.databaseUrl,
    REDIS_URL: services.redisUrl,
    DATA_DIR: dataDir,
    APP_KEY: settings.APP_KEY ?? appKey,
    // With the sandbox anybody who reaches us can sign in as anybody: only this machine may, unless HOST says otherwise.
    ...(sandboxUrl === undefined ? { SANDBOX: '0' } : { HOST: settings.HOST ?? '127.0.0.1', ...demoServerEnv({ sandboxUrl, baseUrl }) }),
  }
}
