import type { PageReport, PicturePress, ScreenNews } from '../../../src/protocol/native-bridge.ts'

const HOWS: readonly string[] = ['push', 'replace', 'reload', 'traverse', 'unknown', 'same'] satisfies PageReport['how'][]
const TEXTS = ['address', 'title', 'description', 'picture'] as const

const fieldsOf = (data: unknown): Map<string, unknown> => new Map<string, unknown>(typeof data === 'object' && data !== null ? Object.entries(data) : [])

function isReport(data: unknown, session: string): data is PageReport {
  const fields = fieldsOf(data)
  return fields.get('kind') === 'zhike-sandbox-page' && fields.get('session') === session && HOWS.includes(String(fields.get('how')))
    && TEXTS.every((name) => typeof fields.get(name) === 'string') && typeof fields.get('length') === 'number' && typeof fields.get('loaded') === 'boolean'
}

function isPress(data: unknown, session: string): data is PicturePress {
  const fields = fieldsOf(data)
  return fields.get('kind') === 'zhike-sandbox-picture' && fields.get('session') === session && typeof fields.get('src') === 'string'
}

/** Listens to what the page in this frame tells of itself and of fingers on it (public/browser.js), whatever origin it has. */
export function hearPage(frame: () => HTMLIFrameElement | null, session: string, tell: { report: (report: PageReport) => void; picture: (src: string) => void }): { close: () => void } {
  const hear = (event: MessageEvent<unknown>): void => {
    const from = frame()?.contentWindow
    if (from === null || from === undefined || event.source !== from) return
    if (isReport(event.data, session)) tell.report(event.data)
    if (isPress(event.data, session)) tell.picture(event.data.src)
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
