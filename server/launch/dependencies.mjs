// The npm packages: installed when the lock file or a package.json changed since the last time.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { run } from './exec.mjs'
import { inRoot } from './places.mjs'
import { Refusal } from './refusal.mjs'
import { step } from './say.mjs'
import { preparing } from './preparing.mjs'

const PNPM = 'pnpm@10.34.9'
const DESCRIBED_BY = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', 'shared/package.json', 'server/package.json', 'server/sandbox/package.json', 'h5/package.json', 'tests/package.json']
const STAMP = inRoot('node_modules/.zhike-stamp')

function fingerprint() {
  const hash = createHash('sha256').update(`${PNPM} ${process.platform} ${process.arch} ${process.versions.modules}`)
  for (const file of DESCRIBED_BY) hash.update(`\n${file}\n`).update(existsSync(inRoot(file)) ? readFileSync(inRoot(file)) : '')
  return hash.digest('hex')
}

const isInstalled = () => existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint()

/** Installs the packages of the lock file if they are not there yet. */
export async function ensureDependencies() {
  await step('正在安装依赖（第一次需要一两分钟）', '依赖已就绪', async () => {
    if (isInstalled()) return
    await preparing(async () => {
      if (isInstalled()) return
      const args = ['--yes', PNPM, 'install', '--frozen-lockfile', '--config.confirmModulesPurge=false']
      const { code, output } = await run('npx', args, { env: { ...process.env, npm_config_update_notifier: 'false', npm_config_loglevel: 'error' } })
      if (code !== 0) throw new Refusal(`依赖安装失败，请检查网络与 npm 源（npm config get registry），然后重新运行。\n${output.trimEnd()}`)
      writeFileSync(STAMP, fingerprint())
    })
  })
}
