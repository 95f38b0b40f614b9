import { MATERIAL_TYPE_LABELS, READER_KIND_LABELS, RELATION_STATE_LABELS, formatDwell, scoreWords } from '@zhike/shared'
import type { CustomerProfile, TimelineRow, ViewRow } from '@zhike/shared/contract'
import { z } from 'zod'
import { AppError, forbidden } from '../../platform/http/errors.ts'
import { allPages } from '../../platform/db/keyset.ts'
import { sheetOf } from '../../platform/sheets.ts'
import type { Cell, Column, Sheet } from '../../platform/sheets.ts'
import type { Audit } from '../audit/index.ts'
import type { GroupChats } from '../group-chats/index.ts'
import { can } from '../identity/index.ts'
import type { Identity, Viewer } from '../identity/index.ts'
import type { JobRun, Jobs, WantedFile } from '../jobs/index.ts'
import { maySee } from './access.ts'
import type { PhoneBox } from './phones.ts'
import type { Profiles } from './profiles.ts'

/** Readings of a customer, newest first, as the viewer may see them; the radar knows them. */
export type ReadingsOf = (viewer: Viewer, query: { customerId: number; after?: string; limit: number }) => Promise<{ items: ViewRow[]; next: string | null }>

interface ExportingNeeds {
  identity: Identity
  audit: Audit
  jobs: Jobs
  profiles: Profiles
  phones: PhoneBox
  groupChats: Pick<GroupChats, 'groupsWith'>
  readings: ReadingsOf
}

const asked = z.object({ customerId: z.number().int() })
/** What a file holds: phones in full, and something of these members with the customer. */
const content = z.object({ fullPhones: z.boolean(), staffIds: z.array(z.number()) })
const PIECE = 100
const GROUPS = 1000
const KINDS = { wechat: '微信用户', wecom: '企业微信用户' } as const
const GENDERS = { unknown: '未知', male: '男', female: '女' } as const

/**
 * Exports everything known of one customer as Excel (SYS-17, GEN-6), as a job: what the person who asked may see at the moment
 * it runs; phones in full only for who may see them.
 */
export function createExporting(needs: ExportingNeeds) {
  const { profiles } = needs

  /** The sheet's phones per friendship, by staff id. */
  async function phonesOf(viewer: Viewer, customerId: number): Promise<Map<number, string>> {
    const shown = seesPhones(viewer) ? needs.phones.open : needs.phones.masked
    const { relations } = await profiles.readable(viewer, customerId)
    return new Map(relations.map((relation) => [relation.staffId, shown(viewer.corpId, relation.phones).join('、')]))
  }

  /** @param named takes the members of whose doings the sheets tell, while they are written */
  async function sheets(run: JobRun, viewer: Viewer, customerId: number, named: Set<number>): Promise<Sheet[]> {
    const profile = await profiles.profile(viewer, customerId, true)
    const [phones, groups] = await Promise.all([phonesOf(viewer, customerId), needs.groupChats.groupsWith(viewer, profile.externalUserId, GROUPS)])
    const note = (staffId: number | undefined) => {
      // Readings are shown with their senders whoever they are: she may have those as long as she may see the customer.
      if (staffId !== undefined && maySee(viewer, staffId)) named.add(staffId)
    }
    for (const relation of profile.relations) note(relation.staff.staffId)
    const events = noting(allPages((after) => profiles.timeline(viewer, customerId, { after, limit: PIECE }, true)), (row) => note(row.staff?.staffId))
    const readings = noting(allPages((after) => needs.readings(viewer, { customerId, after, limit: PIECE })), (row) => note(row.staff.staffId))
    const tags = profile.relations.flatMap((relation) => relation.tags.map((tag) => ({ ...tag, staff: relation.staff.name })))
    return [
      sheetOf('资料', [{ title: '项目', value: ([title]) => title }, { title: '内容', width: 40, value: ([, value]) => value }], facts(profile)),
      sheetOf('好友关系', [
        { title: '员工', value: (row) => row.staff.name }, { title: '备注', value: (row) => row.remark }, { title: '描述', width: 30, value: (row) => row.description },
        { title: '备注企业', value: (row) => row.remarkCorp }, { title: '手机号', value: (row) => phones.get(row.staff.staffId) ?? '' }, { title: '来源', value: (row) => row.source },
        { title: '渠道', value: (row) => row.channel }, { title: '状态', value: (row) => RELATION_STATE_LABELS[row.state] },
        { title: '添加时间', width: 20, value: (row) => ({ at: row.addedAt }) }, { title: '结束时间', width: 20, value: (row) => ({ at: row.endedAt }) },
      ], profile.relations),
      sheetOf('标签', [
        { title: '员工', value: (row) => row.staff }, { title: '标签组', value: (row) => row.group }, { title: '标签', value: (row) => row.name },
        { title: '类型', value: (row) => (row.kind === 'wecom' ? '企业标签' : '个人标签') },
      ], tags),
      sheetOf('客户动态', TIMELINE, run.counted(events)),
      sheetOf('阅读记录', READINGS, run.counted(readings)),
      sheetOf('客户群', [{ title: '群名', width: 30, value: (row) => row.name }, { title: '入群时间', width: 20, value: (row) => ({ at: row.joinedAt }) }], groups),
    ]
  }

  async function work(run: JobRun): Promise<void> {
    const { customerId } = asked.parse(run.params)
    const viewer = run.requestedBy === null ? null : await needs.identity.access.viewerNow(run.corpId, run.requestedBy)
    if (!viewer || !can(viewer, 'customers.export')) throw forbidden('你已没有导出客户资料的权限')
    const named = new Set<number>()
    const holds = (): z.infer<typeof content> => ({ fullPhones: seesPhones(viewer), staffIds: [...named] })
    // The name of the file tells nobody who it is about.
    await run.result({ name: `客户资料-${customerId}.xlsx`, zone: viewer.corp.zone, sheets: await sheets(run, viewer, customerId, named), holds })
  }

  async function mayFetch({ corpId, staffId, params, holds }: WantedFile): Promise<boolean> {
    const viewer = await needs.identity.access.viewerNow(corpId, staffId)
    if (!viewer || !can(viewer, 'customers.export')) return false
    const noted = content.safeParse(holds)
    if (!noted.success || (noted.data.fullPhones && !seesPhones(viewer)) || !noted.data.staffIds.every((one) => maySee(viewer, one))) return false
    return await profiles.readable(viewer, asked.parse(params).customerId).then(() => true, (error: unknown) => {
      if (error instanceof AppError && error.code === 'not_found') return false
      throw error
    })
  }

  needs.jobs.defineExport('customer_export', { work, mayFetch })

  return {
    /** Starts the job; the same question of the same person is one job. @param from the caller's address @throws notFound */
    async start(viewer: Viewer, customerId: number, from: string): Promise<{ jobId: number }> {
      const { customer } = await profiles.readable(viewer, customerId)
      const entry = { corpId: viewer.corpId, actorId: viewer.staffId, action: 'customer.exported', subject: customer.name, customerId, after: { 手机号: seesPhones(viewer) ? '完整' : '打码' }, from } as const
      const jobId = await needs.jobs.start(viewer.corpId, 'customer_export', { staffId: viewer.staffId }, { params: { customerId }, recorded: (tx) => needs.audit.record(tx, entry) })
      return { jobId }
    },
  }
}

/** Passes pages of rows on, and has each row noted. */
async function* noting<Row>(pages: AsyncIterable<Row[]>, note: (row: Row) => void): AsyncIterable<Row[]> {
  for await (const rows of pages) {
    rows.forEach(note)
    yield rows
  }
}

function facts(profile: CustomerProfile): [string, Cell][] {
  return [
    ['昵称', profile.name], ['类型', KINDS[profile.kind]], ['性别', GENDERS[profile.gender]], ['企业', profile.corpName], ['企业全称', profile.corpFullName], ['职位', profile.position],
    ['企业微信客户 ID', profile.externalUserId], ['头像地址', profile.avatar], ['评分', scoreWords(profile)],
  ]
}

const TIMELINE: readonly Column<TimelineRow>[] = [
  { title: '时间', width: 20, value: (row) => ({ at: row.at }) }, { title: '动态', width: 30, value: (row) => row.title }, { title: '说明', width: 40, value: (row) => row.detail },
  { title: '员工', value: (row) => row.staff?.name ?? null },
]

const READINGS: readonly Column<ViewRow>[] = [
  { title: '打开时间', width: 20, value: (row) => ({ at: row.openedAt }) }, { title: '素材', width: 30, value: (row) => row.material.title },
  { title: '素材类型', value: (row) => MATERIAL_TYPE_LABELS[row.material.type] }, { title: '发送员工', value: (row) => row.staff.name }, { title: '读者', value: (row) => READER_KIND_LABELS[row.reader] },
  { title: '第几次打开', value: (row) => row.openNumber }, { title: '阅读时长', value: (row) => formatDwell(row.visibleMs) }, { title: '看到第几页', value: (row) => row.maxPage },
  { title: '总页数', value: (row) => row.material.pages }, { title: '设备', value: (row) => row.device },
]

const seesPhones = (viewer: Viewer): boolean => can(viewer, 'customers.phone')
