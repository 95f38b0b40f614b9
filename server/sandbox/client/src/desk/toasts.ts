import { ref } from 'vue'

export interface Toast {
  id: number
  kind: 'done' | 'failed'
  text: string
  action: { label: string; run: () => void } | null
}

const SHOWN_MS = 4200

/** What the desk has to say right now, oldest first. */
export const toasts = ref<Toast[]>([])

let nextId = 1

function show(kind: Toast['kind'], text: string, action: Toast['action']): void {
  const id = nextId++
  toasts.value = [...toasts.value.slice(-1), { id, kind, text, action }]
  window.setTimeout(() => dismiss(id), SHOWN_MS)
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id)
}

/** Says what has been done, with one thing that can be done next. */
export function showDone(text: string, action: Toast['action'] = null): void {
  show('done', text, action)
}

/** Says what went wrong. */
export function showFailure(cause: unknown): void {
  show('failed', cause instanceof Error ? cause.message : String(cause), null)
}

/** Does something and says the outcome: the text it returns, or why it failed. True when it worked. */
export async function say(act: () => Promise<string | null>): Promise<boolean> {
  try {
    const text = await act()
    if (text !== null) showDone(text)
    return true
  } catch (cause) {
    showFailure(cause)
    return false
  }
}
