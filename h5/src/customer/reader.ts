/**
 * The script of the tracked page: tells our server how long which page is read. Counters are cumulative, so a lost
 * report costs nothing. Without it, or before it, the content is all there.
 */
import { BEAT_INTERVAL_MS } from '@zhike/shared'
import { createCounter } from './counter.ts'

const TICK_MS = 500

const { beat, view } = document.body.dataset
const pictures = [...document.querySelectorAll<HTMLElement>('[data-page]')]
const label = document.querySelector<HTMLElement>('[data-at]')
const original = document.querySelector<HTMLElement>('[data-original]')
const onScreen = new Set<HTMLElement>()
const counter = createCounter(() => performance.now())
let seq = 0
let depth = 0
let reported = ''
let sentAt = -BEAT_INTERVAL_MS
let ticking: ReturnType<typeof setInterval> | undefined

/** The page of the material with most of the screen. */
function pageInView(): number {
  let best = 0
  let most = 0
  for (const picture of onScreen) {
    const { top, bottom } = picture.getBoundingClientRect()
    const height = Math.min(bottom, innerHeight) - Math.max(top, 0)
    if (height > most) {
      most = height
      best = Number(picture.dataset.page)
    }
  }
  return best
}

function look(): void {
  counter.turnTo(pageInView())
  // Of a link only the click tells that the article was opened.
  if (!original) depth = Math.max(depth, Math.min(100, Math.round(((scrollY + innerHeight) / document.documentElement.scrollHeight) * 100)))
  if (label && counter.page > 0) label.textContent = label.textContent.replace(/^\d+/, String(counter.page))
}

/** @param leaving the page may be gone in a moment: only a beacon outlives it */
function report(leaving: boolean): void {
  counter.count()
  const facts = { ...counter.totals(), page: counter.page, depth, left: leaving ? 1 : 0 }
  const text = JSON.stringify(facts)
  if (!beat || !view || text === reported) return
  sentAt = performance.now()
  seq += 1
  const body = JSON.stringify({ v: view, seq, ...facts })
  if (leaving || document.visibilityState === 'hidden') {
    if (navigator.sendBeacon?.(beat, body)) {
      reported = text
      return
    }
  }
  // Plain text needs no pre-flight, as with sendBeacon. What fails is said again with the next report.
  fetch(beat, { method: 'POST', body, headers: { 'content-type': 'text/plain' }, keepalive: true, credentials: 'omit' })
    .then((answer) => { if (answer.ok) reported = text })
    .catch(() => { reported = '' })
}

function tick(): void {
  look()
  counter.count()
  if (performance.now() - sentAt >= BEAT_INTERVAL_MS) report(false)
}

function resume(): void {
  if (document.visibilityState !== 'visible' || counter.running) return
  counter.start()
  look()
  report(false)
  ticking = setInterval(tick, TICK_MS)
}

function pause(leaving: boolean): void {
  clearInterval(ticking)
  counter.stop()
  report(leaving)
}

if (pictures.length > 0 && 'IntersectionObserver' in window) {
  const observer = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) {
      if (!(target instanceof HTMLElement)) continue
      if (isIntersecting) onScreen.add(target)
      else onScreen.delete(target)
    }
    look()
  })
  for (const picture of pictures) observer.observe(picture)
}
// The mark of the way back from WeChat must not travel with a forwarded address.
if (location.search.includes('back=')) history.replaceState(null, '', location.pathname)
for (const sign of ['scroll', 'touchstart', 'pointermove', 'keydown']) {
  addEventListener(sign, () => {
    counter.touch()
    look()
  }, { passive: true })
}
original?.addEventListener('click', () => { depth = 100 })
document.addEventListener('visibilitychange', () => (document.visibilityState === 'visible' ? resume() : pause(false)))
addEventListener('pagehide', () => pause(true))
addEventListener('pageshow', resume)
resume()
