import { dayName } from '@zhike/shared'
import type { BenchCorp } from './corp.ts'

/** What the radar home and the page of a material ask for. @property after: of a later page, taken from the answers to this */
export interface Question { name: string; url: string; laterPage?: true }

const DAY_MS = 86_400_000

/** @param senderId a member whose readers are looked for */
export function questionsOf({ zone, materials }: BenchCorp, senderId: number, now: number): Question[] {
  const most = materials[0]?.id ?? 0
  const day = (back: number) => dayName(now - back * DAY_MS, zone)
  const readers = `/api/radar/views?materialId=${most}`
  const range = `from=${now - 20 * DAY_MS}&to=${now - 10 * DAY_MS}`
  return [
    { name: '今日数据', url: '/api/radar/today' },
    { name: '正在看', url: '/api/radar/views?now=reading' },
    { name: '今日读者', url: '/api/radar/readers' },
    { name: '今日读者，后面的页', url: '/api/radar/readers', laterPage: true },
    { name: '热门客户', url: '/api/radar/hot-customers' },
    ...[1, 7, 30].map((days) => ({ name: `素材排行 ${days} 天`, url: `/api/radar/ranking/materials?from=${day(days - 1)}&to=${day(0)}` })),
    { name: '员工排行 30 天', url: `/api/radar/ranking/staff?from=${day(29)}&to=${day(0)}` },
    { name: '员工排行 30 天，一份素材', url: `/api/radar/ranking/staff?from=${day(29)}&to=${day(0)}&materialId=${most}` },
    { name: '部门排行 30 天', url: `/api/radar/ranking/departments?from=${day(29)}&to=${day(0)}` },
    { name: '趋势 7 天', url: '/api/radar/trend?days=7' },
    { name: '趋势 30 天', url: '/api/radar/trend?days=30' },
    { name: '素材的数据', url: `/api/radar/materials/${most}/figures` },
    { name: '素材的转发', url: `/api/radar/forwards?materialId=${most}` },
    { name: '素材的读者', url: readers },
    { name: '素材的读者，后面的页', url: readers, laterPage: true },
    { name: '素材的读者，翻到第 50 页', url: `${readers}&skip=490&limit=10` },
    { name: '素材的读者，常见的姓', url: `${readers}&q=${encodeURIComponent('王')}` },
    { name: '素材的读者，少见的名字', url: `${readers}&q=${encodeURIComponent('欧阳')}` },
    { name: '素材的读者，没有的名字', url: `${readers}&q=${encodeURIComponent('查无此人')}` },
    { name: '素材的读者，提醒员工', url: `${readers}&staffId=${senderId}` },
    { name: '素材的读者，时间', url: `${readers}&${range}` },
    { name: '素材的读者，全部条件', url: `${readers}&${range}&staffId=${senderId}&q=${encodeURIComponent('小树')}&skip=0&limit=10` },
  ]
}
