import { computed, ref } from 'vue'
import { control } from './control.ts'
import { onSandboxEvent } from './feed.ts'
import { showFailure } from '../desk/toasts.ts'

const shiftMs = ref(0)
const tick = ref(Date.now())

/** Time in the sandbox, epoch ms; runs ahead of the real one after 一天过去了. */
export const sandboxNow = computed(() => tick.value + shiftMs.value)
/** How far ahead, ms. */
export const sandboxShift = computed(() => shiftMs.value)

/** Keeps the clock of the page with that of the sandbox. Called once by the page. */
export function followClock(): void {
  window.setInterval(() => {
    tick.value = Date.now()
  }, 15_000)
  const fetchShift = (): void => {
    control.clock().then((clock) => {
      shiftMs.value = clock.shiftMs
    }, showFailure)
  }
  onSandboxEvent((event) => {
    if (event.type === 'hello' || event.type === 'reset') fetchShift()
    if (event.type === 'clock') {
      tick.value = Date.now()
      shiftMs.value = event.clock.shiftMs
    }
  })
}

const DAY = 86_400_000
const two = (value: number): string => String(value).padStart(2, '0')
const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0)

/** 14:05 */
export function clockTime(at: number): string {
  const date = new Date(at)
  return `${two(date.getHours())}:${two(date.getMinutes())}`
}

/** As chat lists write it: 14:05 · 昨天 · 3月4日 · 2025年3月4日. Empty for 0. */
export function listTime(at: number, now: number): string {
  if (at === 0) return ''
  const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY)
  if (days <= 0) return clockTime(at)
  if (days === 1) return '昨天'
  return dateText(at, now)
}

/** As the grey line between messages writes it: 昨天 18:02. */
export function momentText(at: number, now: number): string {
  const day = listTime(at, now)
  return day.includes(':') ? day : `${day} ${clockTime(at)}`
}

function dateText(at: number, now: number): string {
  const date = new Date(at)
  const day = `${date.getMonth() + 1}月${date.getDate()}日`
  return date.getFullYear() === new Date(now).getFullYear() ? day : `${date.getFullYear()}年${day}`
}
