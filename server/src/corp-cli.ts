import { parseArgs } from 'node:util'
import { USERID_PATTERN } from '@zhike/shared'
import { readConfig } from './config.ts'
import { createCorps } from './modules/corps/index.ts'
import type { Corp, Corps } from './modules/corps/index.ts'
import { migrationsFolder } from './paths.ts'
import { isDatabaseAway } from './platform/db/connect.ts'
import { migrate } from './platform/db/migrate.ts'
import { AppError } from './platform/http/errors.ts'
import { createLog } from './platform/log.ts'
import { createPlatform } from './platform/platform.ts'
import type { Platform } from './platform/platform.ts'

const USAGE = `用法：
  npm run corp -- add --name 企业名称 --corp-id ww… --admins 账号[,账号…]
      登记一家企业，并给出一次性的设置链接（24 小时内有效）
  npm run corp -- link --corp-id ww…      重新生成设置链接
  npm run corp -- list                    列出所有企业
  npm run corp -- suspend --corp-id ww…   停用企业：数据保留，不能登录，不再接收回调
  npm run corp -- resume --corp-id ww…    恢复企业

企业 ID 在 企业微信管理后台 → 我的企业 → 企业信息 的最下方；账号是成员详情里的「账号」。`

/** A mistake of the person at the console, in her language. */
class Mistake extends Error {}

interface House { platform: Platform; corps: Corps }
type Command = (house: House, options: Options) => Promise<string>
interface Options { name?: string; 'corp-id'?: string; admins?: string }

const COMMANDS: Record<string, Command> = {
  async add({ platform, corps }, options) {
    const name = options.name?.trim()
    if (!name || [...name].length > 40) throw new Mistake('请用 --name 给出企业名称（最多 40 个字）。')
    const wecomCorpId = corpIdOf(options)
    const adminUserids = (options.admins ?? '').split(',').map((userid) => userid.trim()).filter(Boolean)
    if (adminUserids.length === 0) throw new Mistake('请用 --admins 给出至少一位管理员的账号，例如 --admins zhangsan,lisi。')
    const wrong = adminUserids.find((userid) => !USERID_PATTERN.test(userid))
    if (wrong !== undefined) throw new Mistake(`「${wrong}」不是有效的成员账号：只能是字母、数字和 _-@.。`)
    if (await corps.byWecomId(wecomCorpId)) throw new Mistake(`企业 ${wecomCorpId} 已经登记过。要新的设置链接，请用 npm run corp -- link --corp-id ${wecomCorpId}`)
    const corp = await corps.add({ wecomCorpId, name, adminUserids })
    return `已登记企业「${corp.name}」（${corp.wecomCorpId}），管理员：${adminUserids.join('、')}\n${await linkText(platform, corps, corp)}`
  },
  async link({ platform, corps }, options) {
    return await linkText(platform, corps, await known(corps, options))
  },
  async list({ corps }) {
    const rows = await corps.all()
    if (rows.length === 0) return '还没有登记企业。'
    return rows.map((row) => {
      const state = row.suspended ? '已停用' : row.hasSecret ? '使用中' : '未完成设置'
      return `${row.wecomCorpId}  ${row.name}  ${state}  管理员：${row.adminUserids.join('、') || '无'}`
    }).join('\n')
  },
  suspend: (house, options) => setSuspended(house, options, true),
  resume: (house, options) => setSuspended(house, options, false),
}

async function setSuspended({ corps }: House, options: Options, suspended: boolean): Promise<string> {
  const corp = await known(corps, options)
  await corps.suspend(corp.id, suspended)
  return suspended ? `企业「${corp.name}」已停用，数据保留。` : `企业「${corp.name}」已恢复。`
}

async function linkText(platform: Platform, corps: Corps, corp: Corp): Promise<string> {
  const ticket = await corps.issueSetupTicket(corp.id)
  return `设置链接（只能用一次，24 小时内有效，请只发给管理员）：\n${platform.config.baseUrl}/workbench#/setup?ticket=${ticket}`
}

async function known(corps: Corps, options: Options): Promise<Corp> {
  const wecomCorpId = corpIdOf(options)
  const corp = await corps.byWecomId(wecomCorpId)
  if (!corp) throw new Mistake(`没有登记过企业 ${wecomCorpId}。用 npm run corp -- list 查看所有企业。`)
  return corp
}

function corpIdOf(options: Options): string {
  const wecomCorpId = options['corp-id']?.trim() ?? ''
  if (!/^w[wx][0-9A-Za-z]{10,40}$/.test(wecomCorpId)) throw new Mistake('请用 --corp-id 给出企业 ID，以 ww 或 wx 开头。')
  return wecomCorpId
}

function read(args: string[]): { command: Command; options: Options } {
  try {
    const { values, positionals } = parseArgs({
      args, allowPositionals: true, strict: true, options: { name: { type: 'string' }, 'corp-id': { type: 'string' }, admins: { type: 'string' } },
    })
    const [name = '', ...more] = positionals
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
    if (!command || more.length > 0) throw new Mistake(name ? `没有「${[name, ...more].join(' ')}」这个命令。\n\n${USAGE}` : USAGE)
    return { command, options: values }
  } catch (error) {
    if (error instanceof TypeError) throw new Mistake(`看不懂这些参数：${args.join(' ')}\n\n${USAGE}`)
    throw error
  }
}

/** `npm run corp -- …`: what the operator does to tenants before anybody can sign in (SYS-1, SYS-2, SYS-14). */
async function main(): Promise<void> {
  const { command, options } = read(process.argv.slice(2))
  const platform = await createPlatform(readConfig(), { log: createLog({ level: 'silent', name: 'corp' }) })
  try {
    await migrate(platform.database.pool, migrationsFolder, platform.log)
    console.log(await command({ platform, corps: createCorps(platform) }, options))
  } finally {
    await platform.close()
  }
}

function explain(error: unknown): string {
  if (error instanceof Mistake || error instanceof AppError) return error.message
  if (isDatabaseAway(error)) return '连接不上数据库，请检查 DATABASE_URL，或先用 npm start 启动知客。'
  return error instanceof Error ? error.message : String(error)
}

main().then(() => process.exit(0), (error: unknown) => {
  console.error(explain(error))
  process.exit(1)
})
