import { DATA_SCOPE_LABELS, PERMISSIONS, ROLE_LABELS } from './roles.ts'

export interface Difference { label: string; before: string | null; after: string | null }

/** Names of recorded fields as a person knows them. */
const LABELS: Record<string, string> = {
  name: '名称', title: '标题', summary: '摘要', groupId: '分组', score: '评分', tagIds: '标签', url: '网址', fileId: '文件', coverFileId: '封面',
  permissions: '权限', dataScope: '数据范围', key: '标识', roles: '角色', materials: '素材数', agentId: 'AgentId', wecomCorpId: '企业 ID', adminUserids: '管理员账号',
  domainFile: '域名校验文件', add: '添加', added: '添加', remove: '去掉', removed: '去掉', state: '状态', attempts: '尝试次数', error: '错误', predefined: '预设', holders: '人数',
  action: '操作', actor: '谁', from: '从', to: '到', count: '条数', phones: '完整手机号', consentLine: '阅读告知', tellReading: '正在看提醒', tellSummary: '离开小结', quiet: '免打扰时段', keepViews: '浏览记录保留',
}
const WORDS: Readonly<Record<string, string>> = { ...PERMISSIONS, ...DATA_SCOPE_LABELS, ...ROLE_LABELS }

/** What changed between two recorded states, line by line; unchanged values are left out (SYS-9). */
export function differences(before: unknown, after: unknown): Difference[] {
  const old = fieldsOf(before)
  const fresh = fieldsOf(after)
  const names = [...new Set([...old.keys(), ...fresh.keys()])]
  return names.flatMap((name) => {
    const [from, to] = [old.get(name) ?? null, fresh.get(name) ?? null]
    return from === to ? [] : [{ label: LABELS[name] ?? (name === '' ? '内容' : name), before: from, after: to }]
  })
}

function fieldsOf(value: unknown): Map<string, string> {
  if (value === null || value === undefined) return new Map()
  if (typeof value !== 'object' || Array.isArray(value)) return new Map([['', worded(value)]])
  return new Map(Object.entries(value).filter(([, field]) => field !== undefined).map(([name, field]) => [name, worded(field)]))
}

function worded(value: unknown): string {
  if (value === null || value === '') return '（空）'
  if (Array.isArray(value)) return value.length === 0 ? '（空）' : value.map(worded).join('、')
  if (typeof value === 'boolean') return value ? '是' : '否'
  if (typeof value === 'object') return 'name' in value && typeof value.name === 'string' ? value.name : JSON.stringify(value)
  const text = String(value)
  return Object.hasOwn(WORDS, text) ? WORDS[text] ?? text : text
}
