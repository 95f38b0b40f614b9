// `npm start`: everything from nothing to an address one can open.
import { inRoot } from './places.mjs'
import { endInHand, run } from './exec.mjs'
import { ensureBuilt } from './builds.mjs'
import { endLeftChildren, keepRunning } from './child.mjs'
import { sandboxEnv } from './demo-corp.mjs'
import { ensureDependencies } from './dependencies.mjs'
import { ending, orAsked, Stopped } from './ending.mjs'
import { openHouse, requireFreePort, takeHouse } from './house.mjs'
import { warningsOnly } from './log-lines.mjs'
import { freePortFrom } from './ports.mjs'
import { NODE_FLAGS, serverEnv } from './product-env.mjs'
import { Refusal } from './refusal.mjs'
import { until } from './running.mjs'
import { elapsed, say, step } from './say.mjs'
import { secretsOf } from './secrets.mjs'
import { bringUpServices } from './services.mjs'
import { wantsSandbox } from './settings.mjs'

const READY_LIMIT = 120_000

/** Brings the product up, keeps it up until Ctrl-C. @returns {Promise<number>} exit code */
export async function start() {
  return holdHouse(async (house, end) => {
    await ensureDependencies()
    const secrets = secretsOf(house.dataDir)
    const [services] = await both(
      bringUpServices(house.dataDir, { settings: house.settings, secrets }).then((up) => {
        end.onEnd(() => up.stop())
        return up
      }),
      ensureBuilt(),
    )
    services.watch(end.fail)
    await bringUpProduct({ house, end, services, appKey: secrets.appKey, how: bundled, show: warningsOnly })
  })
}

/**
 * What start and dev share around their work: lock, left-overs, port, and the orderly end.
 * @param {(house: import('./house.mjs').House, end: ReturnType<typeof ending>) => Promise<void>} bringUp
 * @returns {Promise<number>}
 */
export async function holdHouse(bringUp) {
  const began = performance.now()
  const house = openHouse()
  const lock = takeHouse(house)
  const end = ending()
  end.onEnd(async () => lock.release())
  let fatal
  let work
  try {
    await endLeftChildren(house.dataDir)
    await requireFreePort(house.port)
    work = bringUp(house, end)
    await orAsked(end, work)
    say.line(`知客已就绪：${house.baseUrl}`)
    say.line(`  用时 ${elapsed(began)}，日志在 ${house.dataDir}/log，按 Ctrl-C 结束`)
    fatal = await end.asked
  } catch (error) {
    if (error instanceof Stopped) fatal = error.message || undefined
    else fatal = error
  }
  if (fatal !== undefined && !(fatal instanceof Error)) say.failed(fatal)
  const endBegan = performance.now()
  if (fatal === undefined) say.line('\n… 正在结束')
  endInHand()
  // What was just coming up has to be known before it can be ended.
  await Promise.allSettled([work])
  await end.end()
  if (fatal instanceof Error) throw fatal
  if (fatal === undefined) say.done('已全部结束', endBegan)
  return fatal === undefined ? 0 : 1
}

/** Waits for both even when one fails, so that what the other brought up is known and can be ended. */
async function both(one, other) {
  const [first, second] = await Promise.allSettled([one, other])
  if (first.status === 'rejected') throw first.reason
  if (second.status === 'rejected') throw second.reason
  return [first.value, second.value]
}

/** How to run the parts: from the bundles, or (in dev) from the sources. */
const bundled = {
  sandbox: () => ({ program: process.execPath, args: ['--enable-source-maps', inRoot('server/sandbox/dist/main.js')] }),
  server: () => ({ program: process.execPath, args: [...NODE_FLAGS, inRoot('server/dist/main.js')] }),
  demo: () => ({ program: process.execPath, args: ['--enable-source-maps', inRoot('server/dist/demo.js')] }),
  roles: [
    { name: 'web', title: '网页服务', ROLES: 'web' },
    { name: 'worker', title: '后台任务', ROLES: 'worker' },
  ],
}

/**
 * Starts sandbox, web and worker, waits until the product answers, and loads the demo corp.
 * @param {object} parts
 * @param {import('./house.mjs').House} parts.house @param {ReturnType<typeof ending>} parts.end
 * @param {import('./services.mjs').Services} parts.services @param {string} parts.appKey
 * @param {typeof bundled} parts.how @param {() => (line: string) => string | undefined} parts.show
 */
export async function bringUpProduct({ house, end, services, appKey, how, show }) {
  const { settings, port, baseUrl, dataDir } = house
  const children = []
  end.onEnd(async () => void (await Promise.all(children.map((child) => child.stop()))))
  end.onForce(() => children.forEach((child) => child.kill()))
  const add = (name, title, command, env) => {
    if (end.isAsked()) throw new Stopped()
    const child = keepRunning({ name, title, ...command, env: { NODE_ENV: 'production', ...env }, show: show() }, dataDir, end.fail)
    children.push(child)
    return child
  }

  const sandboxPort = wantsSandbox(settings) ? await freePortFrom(port + 1) : undefined
  const sandboxUrl = sandboxPort && `http://127.0.0.1:${sandboxPort}`
  if (sandboxPort) {
    const env = sandboxEnv({ sandboxPort, baseUrl, productUrl: `http://127.0.0.1:${port}`, dataDir })
    add('sandbox', '模拟企业微信', how.sandbox(), { ...settings, ...env })
  }
  const env = serverEnv({ settings, port, dataDir, appKey, services, sandboxUrl })
  const started = rolesHere(how.roles, settings.ROLES).map(({ name, title, ROLES }) => ({ ROLES, child: add(name, title, how.server(), { ...env, ROLES }) }))
  const web = started.find(({ ROLES }) => ROLES.includes('web'))?.child
  // A machine for background work only has no address that could answer.
  if (web) await step('正在启动服务（建表、迁移）', '服务已启动', () => untilReady(port, web, end))
  if (sandboxUrl) await step('正在载入演示企业（第一次需要一会儿）', '演示企业已就绪', () => loadDemo(how.demo(), env))
}

/** The processes that `ROLES` asks this machine for; all of them when it is not set. */
function rolesHere(roles, wanted) {
  if (!wanted) return roles
  const asked = wanted.split(',').map((role) => role.trim()).filter(Boolean)
  const unknown = asked.filter((role) => role !== 'web' && role !== 'worker')
  if (unknown.length > 0 || asked.length === 0) throw new Refusal('ROLES 只能是 web、worker 或两者（用逗号分开）')
  return roles.flatMap((role) => {
    const ROLES = role.ROLES.split(',').filter((one) => asked.includes(one)).join()
    return ROLES === '' ? [] : [{ ...role, ROLES }]
  })
}

async function untilReady(port, web, end) {
  const ready = await until(async () => end.isAsked() || (await answersOk(`http://127.0.0.1:${port}/readyz`)), READY_LIMIT)
  if (end.isAsked()) throw new Stopped()
  if (!ready) throw new Refusal(`服务在 ${READY_LIMIT / 1000} 秒内没有就绪，最后几行日志：\n${web.lastLines()}`)
}

async function answersOk(url) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2000) })
    await answer.arrayBuffer()
    return answer.ok
  } catch {
    return false
  }
}

async function loadDemo({ program, args }, env) {
  const { code, output } = await run(program, args, { env: { ...env, ROLES: 'worker' } })
  if (code !== 0) throw new Refusal(`演示企业载入失败：\n${output.trimEnd()}`)
}
