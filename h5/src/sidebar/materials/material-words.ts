import { formatBytes, MATERIAL_TYPE_LABELS } from '@zhike/shared'
import type { MaterialRow } from '@zhike/shared/contract'

/** What a material is, in one line: PDF · 8 页 · 1.2 MB. */
export function materialFacts({ type, pages, bytes, url }: MaterialRow): string {
  const parts: string[] = [MATERIAL_TYPE_LABELS[type]]
  if (type === 'pdf' && pages) parts.push(`${pages} 页`)
  if (type === 'link' && url) parts.push(new URL(url).hostname)
  if (type !== 'link' && bytes) parts.push(formatBytes(bytes))
  return parts.join(' · ')
}

/** Why a material can't be sent yet, or null. */
export function notReady({ state, stateNote, pages, preparedPages }: MaterialRow): string | null {
  if (state === 'ready') return null
  if (state === 'failed') return stateNote || '文件处理失败，请管理员重新上传'
  return pages ? `正在处理，${preparedPages} / ${pages} 页` : '正在处理，马上就好'
}
