// The product whose web process also answers plain files.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NODE_FLAGS } from '../../../server/launch/for-tests.mjs'
import { readConfig } from '../../../server/src/config.ts'
import { createModules, type Modules } from '../../../server/src/modules.ts'
import { createPlatform, type Platform } from '../../../server/src/platform/platform.ts'
import { startProduct } from '../../run/product.ts'

export interface Stand {
  platform: Platform
  modules: Modules
  webPid: number | undefined
  url: string
  /** Puts a plain file beside the product, before it is first asked for; gives its path. */
  put(name: string, content: string | Buffer): string
  /** A Cookie header of a new session of this member. */
  cookieOf(corpId: number, userid: string): Promise<string>
  close(): Promise<void>
}

/** Starts everything; `sandbox` with the demo corp as first corp. */
export async function openStand({ sandbox }: { sandbox: boolean }): Promise<Stand> {
  // As behind a proxy: readers have addresses of their own, so that no rate limit counts them as one.
  const product = await startProduct({ sandbox, roles: ['worker'], env: { LOG_LEVEL: 'error', TRUST_PROXY: '1' } })
  const folder = join(product.dataDir, 'plain')
  mkdirSync(folder)
  const platform = await createPlatform(readConfig({ ...product.env, LOG_LEVEL: 'error' }))
  const web = fork(fileURLToPath(new URL('./web.ts', import.meta.url)), [folder], { execArgv: [...process.execArgv, ...NODE_FLAGS], env: { ...product.env, ROLES: 'web' } })
  const close = async (): Promise<void> => {
    if (web.exitCode === null && web.signalCode === null) {
      web.kill()
      await once(web, 'exit')
    }
    await platform.close()
    await product.stop()
  }
  const began = await Promise.race([once(web, 'message').then(() => true), once(web, 'exit').then(() => false)])
  if (!began) {
    await close()
    throw new Error('the web process did not start')
  }
  const modules = createModules(platform)
  return {
    platform, modules, webPid: web.pid, url: product.baseUrl,
    put(name, content) {
      writeFileSync(join(folder, name), content)
      return `/plain/${name}`
    },
    async cookieOf(corpId, userid) {
      const { staffId } = await modules.identity.ensureStaff(corpId, userid)
      let cookie = ''
      await modules.identity.access.begin({ setCookie: (name: string, value: string) => { cookie = `${name}=${value}` } }, corpId, staffId)
      return cookie
    },
    close,
  }
}
