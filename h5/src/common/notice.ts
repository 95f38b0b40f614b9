import { readonly, ref } from 'vue'

type NoticeTone = 'plain' | 'ok' | 'bad'
interface Notice { id: number; text: string; tone: NoticeTone }

const SHOWN_MS = 2600
const LONG_MS = 4600
const shown = ref<Notice | null>(null)
let count = 0
let timer: ReturnType<typeof setTimeout> | undefined

/** The notice on screen, shown by the part NoticeHost. */
export const currentNotice = readonly(shown)

/** Says something for a moment: what happened, in one short sentence. A newer notice replaces the older one. */
export function showNotice(text: string, tone: NoticeTone = 'plain'): void {
  clearTimeout(timer)
  count += 1
  shown.value = { id: count, text, tone }
  timer = setTimeout(() => { shown.value = null }, tone === 'bad' || text.length > 20 ? LONG_MS : SHOWN_MS)
}
