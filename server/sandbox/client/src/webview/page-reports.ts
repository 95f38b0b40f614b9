import type { PageReport, ScreenNews } from '../../../src/protocol/native-bridge.ts'

const HOWS: readonly string[] = ['push', 'replace', 'reload', 'traverse', 'unknown', 'same'] satisfies PageReport['how'][]
const TEXTS = ['address', 'title', 'description', 'picture'] as const

function isReport(data: unknown, session: string): data is PageReport {
  if (typeof data !== 'object' || data === null) return false
  const fields = new Map<string, unknown>(Object.entries(data))
  return fields.get('kind') === 'zhike-sandbox-page' && fields.get('session') === session && HOWS.includes(String(fields.get('how')))
    && TEXTS.every((name) => typeof fields.get(name) === 'string') && typeof fields.get('length') === 'number' && typeof fields.get('loaded') === 'boolean'
}

/** Listens to what the page in this frame tells of itself (public/browser.js), whatever origin it has. */
export function hearPage(frame: () => HTMLIFrameElement | null, session: string, tell: (report: PageReport) => void): { close: () => void } {
  const hear = (event: MessageEvent<unknown>): void => {
    const from = frame()?.contentWindow
    if (from !== null && from !== undefined && event.source === from && isReport(event.data, session)) tell(event.data)
  }
  window.addEventListener('message', hear)
  return { close: () => window.removeEventListener('message', hear) }
}

/** Tells the page in this frame whether the phone shows it. Its origin may be any: the news is no secret. */
export function tellScreen(frame: HTMLIFrameElement | null, session: string, away: boolean): void {
  const news: ScreenNews = { kind: 'zhike-sandbox-screen', session, away }
  frame?.contentWindow?.postMessage(news, '*')
}

/** A page that does not speak (a picture, a PDF): what can be seen from outside. Of one of another origin that is nothing new. */
export function lookAtPage(frame: HTMLIFrameElement | null, session: string, knownAddress: string): PageReport {
  const page = frame?.contentDocument ?? null
  const address = page?.location.href ?? knownAddress
  return { kind: 'zhike-sandbox-page', session, how: 'unknown', loaded: true, length: history.length, address, title: page?.title ?? '', description: '', picture: '' }
}
