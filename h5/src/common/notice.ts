import { readonly, ref } from 'vue'

type NoticeTone = 'plain' | 'ok' | 'bad'
/** A button in the notice, such as 撤销. */
interface NoticeAction { label: string; run: () => void }
interface Notice { id: number; text: string; tone: NoticeTone; action: NoticeAction | undefined }

const SHOWN_MS = 2600
const LONG_MS = 4600
const shown = ref<Notice | null>(null)
let count = 0
let timer: ReturnType<typeof setTimeout> | undefined

/** The notice on screen, shown by the part NoticeHost. */
export const currentNotice = readonly(shown)

/** Says something for a moment: what happened, in one short sentence. A newer notice replaces the older one. */
export function showNotice(text: string, tone: NoticeTone = 'plain', action?: NoticeAction): void {
  clearTimeout(timer)
  count += 1
  shown.value = { id: count, text, tone, action }
  timer = setTimeout(() => { shown.value = null }, tone === 'bad' || action || text.length > 20 ? LONG_MS : SHOWN_MS)
}

/** Does what the notice offers, and takes it away. */
export function acceptNotice(): void {
  const action = shown.value?.action
  shown.value = null
  action?.run()
}
