import { formatDay } from '@zhike/shared'
import type { ReaderMaterial } from '../../materials/index.ts'
import { html, shell } from './shell.ts'
import type { Html } from './shell.ts'

interface Sender { name: string; avatar: string | null; department: string | null; position: string | null }

interface TrackedPage {
  token: string
  baseUrl: string
  material: ReaderMaterial
  sender: Sender | null
  /** Null: this opening doesn't count (preview, machine, cancelled send). */
  viewTicket: string | null
  script: string | null
  preview: boolean
  /** Epoch ms; days are said in the corp's zone. */
  now: number
  zone: string
}

const WIDTHS = [720, 1080] as const

/** The tracked page (MAT-15): the content is in the HTML, the script only counts. */
export function trackedPage(page: TrackedPage): string {
  const { material, token, sender } = page
  const meta = [sender?.department, material.type === 'pdf' && material.pageCount ? `共 ${material.pageCount} 页` : null, `${formatDay(material.updatedAt, page.now, page.zone)}更新`].filter(Boolean).join(' · ')
  return shell({
    title: material.title,
    head: html`<meta property="og:type" content="article"><meta property="og:title" content="${material.title}"><meta property="og:description" content="${material.summary || (sender ? `${sender.name} 发来的资料` : '')}"><meta property="og:image" content="${`${page.baseUrl}/r/${token}/card.jpg?v=${material.fileVersion ?? 0}`}">${page.viewTicket && page.script ? html`
<script defer src="${page.script}"></script>` : null}`,
    attributes: page.viewTicket ? html` data-beat="/r/${token}/beat" data-view="${page.viewTicket}"` : undefined,
    body: html`${page.preview ? html`<div class="bar" role="status">内部预览：不计入统计，也不会通知任何人</div>` : null}
<main><header><h1>${material.title}</h1><p>${meta}</p>${page.viewTicket ? html`<p>为了更好地为您服务，顾问会看到您阅读了哪些内容</p>` : null}</header>
${content(page)}</main>
${senderBar(sender, material.type === 'pdf' && material.pages.length > 1 ? material.pageCount ?? material.pages.length : 0)}`,
  })
}

function content({ material, token }: TrackedPage): Html {
  const lead = material.summary && material.type !== 'link' ? html`<p class="lead">${material.summary}</p>` : null
  if (material.type === 'link') return linkCard(material, token)
  if (material.pages.length === 0) return html`${lead}<div class="box"><p class="note">${material.state === 'failed' ? '这份资料暂时无法显示，请联系发送人' : '资料正在准备，请稍后再打开'}</p></div>`
  const names = material.type === 'image' ? ['image'] : material.pages.map((_, i) => `p${i + 1}`)
  const rest = (material.pageCount ?? 0) - material.pages.length
  const pictures = material.pages.map((size, i) => {
    const address = (width: number) => `/r/${token}/${names[i] ?? 'p1'}-${width}.webp?v=${material.fileVersion ?? 0}`
    return html`<img class="pg" data-page="${i + 1}" src="${address(WIDTHS[0])}" srcset="${WIDTHS.map((width) => `${address(width)} ${width}w`).join(', ')}" sizes="(min-width:760px) 736px, calc(100vw - 24px)" width="${size.width}" height="${size.height}" alt="${material.type === 'image' ? material.title : `第 ${i + 1} 页`}" decoding="async"${i === 0 ? html` fetchpriority="high"` : html` loading="lazy"`}>
`
  })
  return html`${lead}${pictures}${rest > 0 ? html`<p class="note">其余 ${rest} 页正在准备，请稍后刷新</p>` : null}`
}

function linkCard(material: ReaderMaterial, token: string): Html {
  const url = material.url ?? ''
  const host = URL.canParse(url) ? new URL(url).host : ''
  return html`<div class="box">${material.hasCover ? html`<img src="/r/${token}/cover-360.webp?v=${material.fileVersion ?? 0}" width="360" height="200" alt="">` : null}
<p class="lead">${material.summary || '点击下面的按钮阅读全文。'}</p><a class="btn" data-original href="${url}" rel="noopener noreferrer">打开原文</a><p class="to">将前往 ${host}</p></div>`
}

function senderBar(sender: Sender | null, pages: number): Html | null {
  if (!sender) return null
  const role = [sender.department, sender.position].filter(Boolean).join(' · ')
  return html`<div class="who"><div>${avatar(sender)}<div class="grow"><b>${sender.name}</b>${role ? html`<span>${role}</span>` : null}</div>${pages > 1 ? html`<span class="at" data-at aria-live="off">1 / ${pages}</span>` : null}</div></div>`
}

function avatar(sender: Sender): Html {
  // Only https pictures pass the content-security policy, and our own (the sandbox's).
  if (sender.avatar && /^(https:\/\/|\/)/.test(sender.avatar)) return html`<img class="av" src="${sender.avatar}" width="40" height="40" alt="" referrerpolicy="no-referrer">`
  return html`<div class="av" aria-hidden="true">${[...sender.name][0] ?? '顾'}</div>`
}

/** MAT-11: the material is gone, the person who sent it is not. */
export function withdrawnPage(sender: Sender | null): string {
  return lonePage('内容已下架', sender ? `如需这份资料，可以在微信里联系${sender.name}。` : '如需这份资料，请联系发给您的人。', senderBar(sender, 0))
}

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
