import { formatBytes, formatDwell, MATERIAL_TYPE_LABELS } from '@zhike/shared'
import type { MaterialRow } from '@zhike/shared/contract'

/** What a material is, in one line: PDF · 8 页 · 1.2 MB, 视频 · 18秒 · 6 MB, 文章 · 3 分钟. */
export function materialFacts({ type, pages, bytes, url, durationMs, minutes }: MaterialRow): string {
  const parts: string[] = [MATERIAL_TYPE_LABELS[type]]
  if (pages && (type === 'pdf' || pages > 1)) parts.push(type === 'image' ? `${pages} 张` : `${pages} 页`)
  if (durationMs) parts.push(formatDwell(durationMs))
  if (minutes) parts.push(`${minutes} 分钟`)
  if (type === 'link' && url) parts.push(new URL(url).hostname)
  if (bytes) parts.push(formatBytes(bytes))
  return parts.join(' · ')
}

/** Why a material can't be sent yet, or null. */
export function notReady({ state, stateNote, pages, preparedPages }: MaterialRow): string | null {
  if (state === 'ready') return null
  if (state === 'failed') return stateNote || '文件处理失败，请管理员重新上传'
  return pages ? `正在处理，${preparedPages} / ${pages} 页` : '正在处理，马上就好'
}
