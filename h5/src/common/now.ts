import { onScopeDispose, readonly, ref, type Ref } from 'vue'

const TICK_MS = 20_000
const now = ref(Date.now())
let ahead = 0
let users = 0
let timer: ReturnType<typeof setInterval> | undefined

/** The present by the server's clock, epoch milliseconds: phones are often minutes wrong. */
export function serverNow(): number {
  return Date.now() + ahead
}

/** Called with the server's time of a fresh answer. */
export function setServerNow(ms: number): void {
  ahead = ms - Date.now()
  now.value = ms
}

/** The present for `formatTime`, moving on by itself so that “5分钟前” stays true. */
export function useNow(): Readonly<Ref<number>> {
  users += 1
  now.value = serverNow()
  timer ??= setInterval(() => { now.value = serverNow() }, TICK_MS)
  onScopeDispose(() => {
    users -= 1
    if (users > 0) return
    clearInterval(timer)
    timer = undefined
  })
  return readonly(now)
}
