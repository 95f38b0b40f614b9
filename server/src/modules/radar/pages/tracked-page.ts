import { CONSENT_LINE, formatDay } from '@zhike/shared'
import type { ReaderMaterial } from '../../materials/index.ts'
import { content, extentOf } from './content.ts'
import { html, shell } from './shell.ts'
import type { Html } from './shell.ts'

/** @property code address of the picture of the code by which she is added; null where there is none to show */
export interface Sender { name: string; avatar: string | null; department: string | null; position: string | null; code: string | null }

/** What makes a page count. @property forward the token under which this reader passes it on; @property consent she is told that her reading is seen */
export interface Counted { ticket: string; forward: string | null; consent: boolean }

export interface TrackedPage {
  token: string
  baseUrl: string
  material: ReaderMaterial
  sender: Sender | null
  /** Null: this opening doesn't count (preview, machine, cancelled send). */
  counted: Counted | null
  /** The page of a link is shown in a frame. */
  framed: boolean
  script: string | null
  preview: boolean
  /** Epoch ms; days are said in the corp's zone. */
  now: number
  zone: string
}

/** The tracked page (MAT-15): the content is in the HTML, the script only counts. */
export function trackedPage(page: TrackedPage): string {
  const { material, token, sender, counted } = page
  const meta = [sender?.department, extentOf(material), `${formatDay(material.updatedAt, page.now, page.zone)}更新`].filter(Boolean).join(' · ')
  return shell({
    title: material.title,
    head: html`<meta property="og:type" content="article"><meta property="og:title" content="${material.title}"><meta name="description" property="og:description" content="${material.summary || (sender ? `${sender.name} 发来的资料` : '')}"><meta property="og:image" content="${`${page.baseUrl}/r/${token}/card.jpg?v=${material.fileVersion}`}">${counted && page.script ? html`
<script defer src="${page.script}"></script>` : null}`,
    attributes: counted ? html` data-beat="/r/${token}/beat" data-view="${counted.ticket}"${counted.forward ? html` data-forward="/r/${counted.forward}"` : null}` : undefined,
    body: html`${page.preview ? html`<div class="bar" role="status">内部预览：不计入统计，也不会通知任何人</div>` : null}
<main${page.framed ? html` class="wide"` : null}><header><h1>${material.title}</h1><p>${meta}</p>${counted?.consent ? html`<p>${CONSENT_LINE}</p>` : null}</header>
${content(page)}</main>
${senderBar(sender, material.pages.length > 1 ? material.pageCount ?? material.pages.length : 0)}`,
  })
}

function senderBar(sender: Sender | null, pages: number): Html | null {
  if (!sender) return null
  const role = [sender.department, sender.position].filter(Boolean).join(' · ')
  return html`<div class="${sender.code === null ? 'who' : 'who asks'}"><div>${avatar(sender)}<div class="grow"><b>${sender.name}</b>${role ? html`<span>${role}</span>` : null}</div>${pages > 1 ? html`<span class="at" data-at aria-live="off">1 / ${pages}</span>` : null}${sender.code === null ? null : ask(sender, sender.code, role)}</div></div>`
}

/** One way to reach her: opens and closes without a script, and loads the code only when it is opened. */
function ask(sender: Sender, code: string, role: string): Html {
  return html`<details class="ask"><summary><svg width="18" height="18" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" aria-hidden="true"><path d="M4 11.5C4 7.4 7.6 4 12 4s8 3.400 8 7.500-3.600 7.500-8 7.500c-1 0-2-.2-2.900-.5L5 20l1-3.500a7.200 7.200 0 0 1-2-5z"/></svg><span>联系我</span><span>收起</span></summary><div class="card"><b>${sender.name}</b>${role ? html`<span>${role}</span>` : null}<img src="${code}" width="200" height="200" alt="${sender.name}的微信二维码" loading="lazy"><p>长按识别二维码，加我微信</p></div></details>`
}

function avatar(sender: Sender): Html {
  // Only https pictures pass the content-security policy, and our own (the sandbox's).
  if (sender.avatar && /^(https:\/\/|\/)/.test(sender.avatar)) return html`<img class="av" src="${sender.avatar}" width="40" height="40" alt="" referrerpolicy="no-referrer">`
  return html`<div class="av" aria-hidden="true">${[...sender.name][0] ?? '顾'}</div>`
}

/** MAT-11: the material is gone, the person who sent it is not. */
export function withdrawnPage(sender: Sender | null): string {
  return lonePage('内容已下架', sender ? wantedFrom(sender) : '如需这份资料，请联系发给您的人。', senderBar(sender, 0))
}

const wantedFrom = ({ name, code }: Sender): string => (code === null ? `如需这份资料，可以在微信里联系${name}。` : `如需这份资料，可以点下面的「联系我」，加${name}的微信。`)

export function unknownLinkPage(): string {
  return lonePage('链接已失效', '请检查链接是否完整，或联系发给您的人。')
}

/** The database is away: the page comes back by itself. */
export function awayPage(): string {
  return shell({
    title: '请稍候', head: html`<meta http-equiv="refresh" content="4">`,
    body: html`<div class="lone"><h1>正在恢复，请稍候</h1><p>页面会自动重新打开。</p></div>`,
  })
}

function lonePage(title: string, text: string, below: Html | null = null): string {
  return shell({ title, body: html`<div class="lone"><h1>${title}</h1><p>${text}</p></div>${below}` })
}
