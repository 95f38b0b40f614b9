// The programs that npm can't bring: found, installed with apt where we may, or asked for in one clear sentence.
import { readFileSync } from 'node:fs'
import { findProgram, mustRun, run } from './exec.mjs'
import { Refusal } from './refusal.mjs'
import { step } from './say.mjs'

/**
 * @typedef {object} Program
 * @property {string} title as the person knows it
 * @property {string[]} names of its executables, the first found is used
 * @property {string[]} apt Debian/Ubuntu packages
 * @property {string} fedora @property {string} brew
 * @property {string} [instead] how to do without
 */

/** @type {Record<'mariadb' | 'mariadbInstall' | 'redis' | 'chromium', Program>} */
export const PROGRAMS = {
  mariadb: {
    title: 'MariaDB',
    names: ['mariadbd'],
    apt: ['mariadb-server-core', 'mariadb-client-core'],
    fedora: 'mariadb-server',
    brew: 'mariadb',
    instead: 'DATABASE_URL',
  },
  mariadbInstall: {
    title: 'MariaDB（mariadb-install-db）',
    names: ['mariadb-install-db'],
    apt: ['mariadb-server-core', 'mariadb-client-core'],
    fedora: 'mariadb-server',
    brew: 'mariadb',
    instead: 'DATABASE_URL',
  },
  redis: { title: 'Redis', names: ['redis-server', 'valkey-server'], apt: ['redis-server'], fedora: 'redis', brew: 'redis', instead: 'REDIS_URL' },
  chromium: {
    title: 'Chromium（浏览器测试用）',
    names: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
    apt: ['chromium', 'fonts-wqy-microhei'],
    fedora: 'chromium wqy-microhei-fonts',
    brew: '--cask chromium',
  },
}

/**
 * Full paths of the programs asked for, installing what is missing where that is possible without a password.
 * @template {keyof typeof PROGRAMS} K
 * @param {K[]} wanted @returns {Promise<Record<K, string>>}
 * @throws {Refusal} naming what to install and how
 */
export async function ensurePrograms(wanted) {
  const missing = () => wanted.filter((key) => !findProgram(...PROGRAMS[key].names))
  if (missing().length > 0) {
    const packages = [...new Set(missing().flatMap((key) => PROGRAMS[key].apt))]
    const apt = await aptCommand()
    if (apt) await step(`正在安装 ${packages.join(' ')}`, `已安装 ${packages.join(' ')}`, () => aptInstall(apt, packages))
    if (missing().length > 0) throw new Refusal(howToInstall(missing()))
  }
  return Object.fromEntries(wanted.map((key) => [key, findProgram(...PROGRAMS[key].names)]))
}

/**
 * Installs Chinese fonts beside a Chromium that came without: a page of empty boxes proves nothing.
 * Does nothing where fontconfig or apt are missing.
 */
export async function ensureChineseFont() {
  const list = findProgram('fc-list')
  if (!list || (await run(list, [':lang=zh', 'family'])).output.trim() !== '') return
  const apt = await aptCommand()
  if (apt) await step('正在安装中文字体', '已安装中文字体', () => aptInstall(apt, ['fonts-wqy-microhei']))
}

/** What tests and benchmarks need, those in a browser also that one. @param {boolean} withBrowser */
export async function ensureTools(withBrowser) {
  await step('正在检查所需程序', '所需程序已就绪', async () => {
    await ensurePrograms(['mariadb', 'mariadbInstall', 'redis', ...(withBrowser ? ['chromium'] : [])])
    if (withBrowser) await ensureChineseFont()
  })
}

/** How to call apt-get here without being asked for a password; undefined when that can't be. @returns {Promise<string[] | undefined>} */
async function aptCommand() {
  const apt = findProgram('apt-get')
  if (!apt) return undefined
  if (process.getuid?.() === 0) return ['env', 'DEBIAN_FRONTEND=noninteractive', apt]
  const sudo = findProgram('sudo')
  if (!sudo || (await run(sudo, ['-n', 'true'])).code !== 0) return undefined
  return [sudo, '-n', 'env', 'DEBIAN_FRONTEND=noninteractive', apt]
}

async function aptInstall([program, ...args], packages) {
  const what = `安装 ${packages.join(' ')}`
  await run(program, [...args, 'update', '-qq'])
  const names = await Promise.all(packages.map(nameHere))
  await mustRun(what, program, [...args, 'install', '-y', '-qq', '--no-install-recommends', ...names])
}

/** Ubuntu 22.04 and Debian 11 carry the version in the name (mariadb-server-core-10.6): the plain name, or the newest such. */
async function nameHere(name) {
  if (!name.startsWith('mariadb-')) return name
  const { output } = await run('apt-cache', ['search', '--names-only', `^${name}(-[0-9.]+)?$`])
  const found = output.split('\n').map((line) => line.split(' ')[0]).filter(Boolean)
  if (found.length === 0 || found.includes(name)) return name
  return found.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1)
}

function howToInstall(keys) {
  const programs = keys.map((key) => PROGRAMS[key])
  const of = (list) => [...new Set(list)].join(' ')
  const lines = [`缺少 ${of(programs.map((program) => program.title))}，请先安装，然后重新运行：`, `  ${commandHere(programs, of)}`]
  const instead = of(programs.flatMap((program) => program.instead ?? []))
  if (instead)
    lines.push(
      '也可以不装，改用 Docker 里的（仓库自带 compose.yaml）：',
      '  docker compose up -d --wait',
      '  DATABASE_URL=mysql://zhike:zhike@127.0.0.1:3306/zhike REDIS_URL=redis://127.0.0.1:6379 npm start',
      `或者把 ${instead.replaceAll(' ', '、')} 指向已有的服务。`,
    )
  return lines.join('\n')
}

/** The one command for the system at hand; all of them when it is not known. */
function commandHere(programs, of) {
  const debian = `sudo apt-get install -y --no-install-recommends ${of(programs.flatMap((program) => program.apt))}`
  const fedora = `sudo dnf install -y ${of(programs.map((program) => program.fedora))}`
  const brew = `brew install ${of(programs.map((program) => program.brew))}`
  if (process.platform === 'darwin') return brew
  if (process.platform === 'win32') return `请在 WSL（Ubuntu）里运行：${debian}`
  const system = osRelease()
  if (/debian|ubuntu/.test(system)) return debian
  if (/fedora|rhel|centos/.test(system)) return fedora
  return `Debian / Ubuntu：${debian}\n  Fedora：${fedora}\n  macOS：${brew}`
}

function osRelease() {
  try {
    return readFileSync('/etc/os-release', 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return ''
    throw error
  }
}
