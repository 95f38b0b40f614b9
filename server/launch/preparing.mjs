// One at a time: installing and building write into the repository itself, and `npm test` may run beside `npm start`.
import { createHash } from 'node:crypto'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { waitForLock } from './lock.mjs'
import { ROOT } from './places.mjs'
import { say } from './say.mjs'

const repository = createHash('sha256').update(`${ROOT} ${userInfo().username}`).digest('hex').slice(0, 16)
const LOCK = join(tmpdir(), `zhike-preparing-${repository}.lock`)

/**
 * Does work that changes node_modules or a dist folder while no other launcher of this repository does.
 * @template T @param {() => Promise<T>} work @returns {Promise<T>}
 */
export async function preparing(work) {
  const lock = await waitForLock(LOCK, () => say.line('… 另一个知客命令正在安装或构建，等它完成'))
  try {
    return await work()
  } finally {
    lock.release()
  }
}
