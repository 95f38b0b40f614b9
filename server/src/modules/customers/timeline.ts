import { MATERIAL_TYPES, channelLabel, progressWords, readWords, sourceLabel } from '@zhike/shared'
import type { CustomerEventKind } from '@zhike/shared'
import { z } from 'zod'

const text = z.string().catch('')
const names = z.array(z.string()).catch([])
const number = z.number().nullable().catch(null)

const facts = z.looseObject({
  addWay: number, channel: text, byTransfer: z.boolean().catch(false), before: text, after: text, added: names, removed: names, personalAdded: names, personalRemoved: names, fields: names,
  name: text, scene: text, title: text, visibleMs: number, maxPage: number, pages: number, depth: number, openNumber: number, reader: text, materialId: number, points: number, by: text, type: z.enum(MATERIAL_TYPES).optional().catch(undefined),
})

/** A happening in the words of the screen. `materialId` links to the material it is about. */
interface Worded { title: string; detail: string | null; materialId: number | null }

/**
 * Words one row of the customer log (kind and data) for the timeline; facts that are missing are left out.
 * @param own is it the reader's own doing? Only she is told of her personal tags (TAG-10).
 */
export function wordEvent(kind: CustomerEventKind, data: Record<string, unknown>, own: boolean): Worded {
  const told = facts.parse(data)
  const known = own ? { ...told, added: [...told.added, ...told.personalAdded], removed: [...told.removed, ...told.personalRemoved] } : told
  return { ...wordsOf(kind, known), materialId: known.materialId }
}

function wordsOf(kind: CustomerEventKind, known: z.output<typeof facts>): Omit<Worded, 'materialId'> {
  const material = known.title === '' ? '素材' : `《${known.title}》`
  const group = known.name === '' ? '客户群' : `群「${known.name}」`
  switch (kind) {
    case 'added': return { title: '添加为好友', detail: origin(known) }
    case 'half_added': return { title: '申请添加，等待员工通过', detail: origin(known) }
    case 'restored': return { title: '重新成为好友', detail: origin(known) }
    case 'removed_by_staff': return { title: '员工删除了客户', detail: known.byTransfer ? '在职转接后由企业微信移除' : null }
    case 'lost': return { title: '客户删除了员工', detail: null }
    case 'renamed': return { title: '客户修改了昵称', detail: change(known.before, known.after) }
    case 'remark_changed': return { title: known.after === '' ? '清空了备注' : '修改了备注', detail: change(known.before, known.after) }
    case 'details_changed': return { title: `修改了${known.fields.join('、') || '备注资料'}`, detail: null }
    case 'tags_changed': {
      if (known.by === 'material') return setBy(material, known.added)
      const [added, removed] = [known.added.join('、'), known.removed.join('、')]
      if (added + removed === '' && known.personalAdded.length + known.personalRemoved.length > 0) return { title: '修改了个人标签', detail: null }
      if (removed === '') return { title: '添加了标签', detail: added === '' ? null : added }
      return added === '' ? { title: '移除了标签', detail: removed } : { title: '修改了标签', detail: `添加 ${added} · 移除 ${removed}` }
    }
    case 'group_joined': return { title: `加入${group}`, detail: known.scene === '' ? null : known.scene }
    case 'group_left': return { title: `离开${group}`, detail: null }
    case 'share_sent': return { title: `发送了${material}`, detail: null }
    case 'material_opened': {
      const again = known.openNumber !== null && known.openNumber > 1
      return { title: again ? `第 ${known.openNumber} 次打开${material}` : `打开了${material}`, detail: joined([reading(known) ?? '', known.points ? `+${known.points} 分` : '']) }
    }
    case 'material_forwarded': return { title: `转发了${material}，朋友打开了`, detail: reading({ ...known, reader: '' }) }
  }
}

function origin(known: z.output<typeof facts>): string | null {
  return joined([known.addWay === null ? '' : `来源：${sourceLabel(known.addWay)}`, known.channel === '' ? '' : `渠道：${channelLabel(known.channel)}`])
}

function reading(known: z.output<typeof facts>): string | null {
  return joined([known.reader === 'forwarded' ? '由转发打开' : '', readWords(known.visibleMs ?? 0) ?? '', progressWords({ ...known, depth: known.depth ?? 0 }) ?? ''])
}

/** Tags that came by themselves: 看了《价目表》，自动打上「高意向」. */
function setBy(material: string, tags: readonly string[]): Omit<Worded, 'materialId'> {
  const [tag] = tags
  if (tag === undefined || tags.length > 1) return { title: `看了${material}，自动打上 ${tags.length} 个标签`, detail: tags.join('、') || null }
  return { title: `看了${material}，自动打上「${tag}」`, detail: null }
}

function change(before: string, after: string): string | null {
  if (before === '' && after === '') return null
  if (before === '') return after
  return after === '' ? `原为「${before}」` : `${before} → ${after}`
}

function joined(parts: readonly string[]): string | null {
  const said = parts.filter((part) => part !== '')
  return said.length > 0 ? said.join(' · ') : null
}
