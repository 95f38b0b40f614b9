// The environment of the product's processes, from what the person set and what the launcher brought up.
import { demoServerEnv } from './demo-corp.mjs'
import { Refusal } from './refusal.mjs'

/** With which Node runs the product. */
export const NODE_FLAGS = ['--enable-source-maps']

/**
 * @typedef {object} Product
 * @property {NodeJS.ProcessEnv} settings what the person set @property {number} port
 * @property {string} dataDir absolute @property {string} appKey
 * @property {{ databaseUrl: string, redisUrl: string }} services
 * @property {string} [sandboxUrl] when the sandbox plays WeCom
 */

/**
 * As the browser sees us; without a trailing slash.
 * @param {NodeJS.ProcessEnv} settings @param {number} port @throws {Refusal} when BASE_URL is no origin
 */
export function baseUrlOf(settings, port) {
  const given = settings.BASE_URL ?? `http://localhost:${port}`
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '')
    throw new Refusal(`BASE_URL=${given} 不对：应是别人打开知客的地址，只有 http(s)://、域名和端口，例如 BASE_URL=https://crm.example.com`)
  return given.replace(/\/+$/, '')
}

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
