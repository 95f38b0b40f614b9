/**
 * The script of the tracked page: tells our server how long which page is read. Counters are cumulative, so a lost
 * report costs nothing. Without it, or before it, the content is all there.
 */
import { BEAT_INTERVAL_MS, VIDEO_PARTS } from '@zhike/shared'
import { createCounter } from './counter.ts'

const TICK_MS = 500

const { beat, view, forward } = document.body.dataset
const pictures = [...document.querySelectorAll<HTMLElement>('[data-page]')]
const label = document.querySelector<HTMLElement>('[data-at]')
const original = document.querySelector<HTMLElement>('[data-original]')
const site = document.querySelector<HTMLElement>('[data-framed]')
const video = document.querySelector<HTMLVideoElement>('[data-video]')
const onScreen = new Set<HTMLElement>()
const counter = createCounter(() => performance.now())
let seq = 0
let depth = 0
let reported = ''
let sentAt = -BEAT_INTERVAL_MS
let ticking: ReturnType<typeof setInterval> | undefined

/** The tenth of a video that plays now; 0 while it stands. */
function partPlaying(film: HTMLVideoElement): number {
  if (film.paused || film.ended || !(film.duration > 0)) return 0
  depth = Math.max(depth, Math.min(100, Math.round((film.currentTime / film.duration) * 100)))
  return Math.min(VIDEO_PARTS, Math.floor((film.currentTime / film.duration) * VIDEO_PARTS) + 1)
}

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
  counter.turnTo(video ? partPlaying(video) : pageInView())
  // Of a link or file only the click tells that it was opened; what happens inside a frame of another site nobody tells us.
  if (!original && !site && !video) depth = Math.max(depth, Math.min(100, Math.round(((scrollY + innerHeight) / document.documentElement.scrollHeight) * 100)))
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
  // Who watches or reads inside a frame touches nothing of ours.
  if (site || (video && !video.paused)) counter.touch()
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
// What WeChat passes on, or a reader copies, is the address as it stands: from now on it says who passed it on (MAT-19). The
// mark of the way back from the sign-in goes as well.
if (forward || location.search.includes('back=')) history.replaceState(null, '', forward ?? location.pathname)
for (const sign of ['scroll', 'touchstart', 'pointermove', 'keydown']) {
  addEventListener(sign, () => {
    counter.touch()
    look()
  }, { passive: true })
}
original?.addEventListener('click', () => {
  depth = 100
  report(false)
})
video?.addEventListener('ended', () => {
  depth = 100
  look()
})
for (const change of ['play', 'pause', 'seeking']) video?.addEventListener(change, look)
document.addEventListener('visibilitychange', () => (document.visibilityState === 'visible' ? resume() : pause(false)))
addEventListener('pagehide', () => pause(true))
addEventListener('pageshow', resume)
resume()
