// `npm run dev`: as start, from the sources, everything reloads when a file is saved.
import { ensureBuilt, H5_FOLDER, SANDBOX_CLIENT_FOLDER, viteOf } from './builds.mjs'
import { keepRunning } from './child.mjs'
import { ensureDependencies } from './dependencies.mjs'
import { prettyLogLine } from './log-lines.mjs'
import { inRoot } from './places.mjs'
import { say } from './say.mjs'
import { secretsOf } from './secrets.mjs'
import { bringUpServices } from './services.mjs'
import { wantsSandbox } from './settings.mjs'
import { bringUpProduct, holdHouse } from './start.mjs'

const TSX = inRoot('server/node_modules/tsx/dist/cli.mjs')
const tsx = (...args) => ({ program: process.execPath, args: [TSX, ...args] })
const watching = (source) => tsx('watch', '--clear-screen=false', inRoot(source))

const fromSources = {
  sandbox: () => watching('server/sandbox/src/main.ts'),
  server: () => watching('server/src/main.ts'),
  demo: () => tsx(inRoot('server/src/demo/main.ts')),
  roles: [{ name: 'web', title: '服务', ROLES: 'web,worker' }],
}

/** Brings the product up from its sources until Ctrl-C. @returns {Promise<number>} exit code */
export async function dev() {
  process.env.NODE_ENV ??= 'development'
  return holdHouse(async (house, end) => {
    await ensureDependencies()
    const secrets = secretsOf(house.dataDir)
    const services = await bringUpServices(house.dataDir, { settings: house.settings, secrets })
    end.onEnd(() => services.stop())
    services.watch(end.fail)
    await ensureBuilt(['pages'])
    await bringUpProduct({ house, end, services, appKey: secrets.appKey, how: fromSources, show: () => prettyLogLine })
    watchPages(house, end)
    say.line('… 正在监视源文件，保存后自动重新加载')
  })
}

/** Vite builds into the same dist folders that the server serves, again after each save. */
function watchPages(house, end) {
  const pages = [{ name: 'h5', title: '手机页面', folder: H5_FOLDER, vite: viteOf(H5_FOLDER) }]
  if (wantsSandbox(house.settings))
    pages.push({ name: 'sandbox-client', title: '模拟企业微信的界面', folder: SANDBOX_CLIENT_FOLDER, vite: viteOf(inRoot('server/sandbox')) })
  for (const { name, title, folder, vite } of pages) {
    const args = [vite, 'build', folder, '--watch', '--logLevel', 'warn']
    const child = keepRunning({ name, title, program: process.execPath, args, cwd: folder, env: { ...house.settings }, show: prettyLogLine }, house.dataDir, end.fail)
    end.onEnd(() => child.stop())
  }
}
