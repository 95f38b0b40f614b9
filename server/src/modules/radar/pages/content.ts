import { VIDEO_PARTS, formatBytes, formatDwell } from '@zhike/shared'
import { showArticle } from '../../materials/index.ts'
import type { ReaderMaterial } from '../../materials/index.ts'
import { firstPictureFirst } from './first-picture.ts'
import { html, safeHtml } from './shell.ts'
import type { Html } from './shell.ts'

const WIDTHS = [720, 1080] as const

/** How many parts of a material reading time is told by: pages, pictures, tenths of a video; 0 without. */
export function partsOf(material: ReaderMaterial): number {
  return material.type === 'video' ? VIDEO_PARTS : material.pageCount ?? 0
}

/** The sandbox's own web stands for other people's sites. */
const SANDBOX_WEB = '/sandbox/web/'

/** The origin that a link's page is shown from in a frame; null when it has to be opened by itself. Our own pages are never framed. */
export function framedOrigin(material: ReaderMaterial, { baseUrl, secure }: { baseUrl: string; secure: boolean }): string | null {
  if (material.type !== 'link' || material.framing !== 'allowed' || material.url === null || !URL.canParse(material.url)) return null
  const { origin, protocol, pathname } = new URL(material.url)
  if (origin === new URL(baseUrl).origin && !pathname.startsWith(SANDBOX_WEB)) return null
  // Browsers show no insecure page inside a secure one.
  return protocol === 'https:' || (protocol === 'http:' && !secure) ? origin : null
}

/** What there is to tell of a material besides its title: 共 8 页, 视频 18秒, 约 3 分钟. */
export function extentOf(material: ReaderMaterial): string | null {
  switch (material.type) {
    case 'pdf': return material.pageCount ? `共 ${material.pageCount} 页` : null
    case 'image': return (material.pageCount ?? 0) > 1 ? `共 ${material.pageCount} 张` : null
    case 'video': return material.media?.durationMs ? formatDwell(material.media.durationMs) : null
    case 'article': return material.article ? `约 ${material.article.minutes} 分钟` : null
    case 'file': return material.media ? formatBytes(material.media.bytes) : null
    case 'link': case 'miniprogram': return null
  }
}

interface Shown { material: ReaderMaterial; token: string; framed: boolean }

/** The material itself (MAT-15): all of it is in the HTML. */
export function content(shown: Shown): Html {
  const { material } = shown
  const lead = material.summary ? html`<p class="lead">${material.summary}</p>` : null
  switch (material.type) {
    case 'link': return shown.framed ? frame(material) : linkCard(shown)
    case 'article': return article(shown)
    case 'video': return html`${lead}${video(shown)}`
    case 'file': return fileCard(shown)
    case 'miniprogram': return html`<div class="box">${cover(shown)}<p class="lead">${material.summary || '这是一张小程序卡片。'}</p><p class="note">请回到微信会话，点小程序卡片打开</p></div>`
    case 'pdf': case 'image': return html`${lead}${pictures(shown)}`
  }
}

const address = ({ token, material }: Shown, name: string) => `/r/${token}/${name}?v=${material.fileVersion}`

function pictures(shown: Shown): Html {
  const { material } = shown
  if (material.pages.length === 0) return html`<div class="box"><p class="note">${material.state === 'failed' ? '这份资料暂时无法显示，请联系发送人' : '资料正在准备，请稍后再打开'}</p></div>`
  const rest = (material.pageCount ?? 0) - material.pages.length
  const single = material.type === 'image' && material.pages.length === 1
  const shownPages = material.pages.map((size, i) => html`<img class="pg" data-page="${i + 1}" src="${address(shown, `p${i + 1}-${WIDTHS[0]}.webp`)}" srcset="${WIDTHS.map((width) => `${address(shown, `p${i + 1}-${width}.webp`)} ${width}w`).join(', ')}" sizes="(min-width:760px) 736px, calc(100vw - 24px)" width="${size.width}" height="${size.height}" alt="${single ? material.title : `第 ${i + 1} ${material.type === 'image' ? '张' : '页'}`}" decoding="async"${i === 0 ? html` fetchpriority="high"` : html` loading="lazy"`}>
${i === 0 && material.pages.length > 1 ? firstPictureFirst : null}`)
  return html`${shownPages}${rest > 0 ? html`<p class="note">其余 ${rest} 页正在准备，请稍后刷新</p>` : null}`
}

/** Cleaned when it was saved, and written anew from its tree here: nothing of what people typed gets through as it was. */
function article(shown: Shown): Html {
  const { article: text, title } = shown.material
  if (!text) return html`<div class="box"><p class="note">文章暂时无法显示，请联系发送人</p></div>`
  const places = new Map(text.pictures.map((picture) => [picture.fileId, picture]))
  const body = showArticle(text.body, (fileId) => {
    const place = places.get(fileId)
    return place ? { src: address(shown, `p${place.page}-${WIDTHS[0]}.webp`), width: place.width, height: place.height } : null
  })
  return html`<article class="art" aria-label="${title}">${safeHtml(body)}</article>`
}

function video(shown: Shown): Html {
  const { media, hasCover } = shown.material
  if (!media) return html`<div class="box"><p class="note">视频暂时无法播放，请联系发送人</p></div>`
  const size = media.width && media.height ? html` width="${media.width}" height="${media.height}"` : null
  return html`<video class="pg vid" data-video controls playsinline webkit-playsinline x5-video-player-type="h5-page" preload="metadata" src="${address(shown, 'media')}"${hasCover ? html` poster="${address(shown, 'cover-360.webp')}"` : null}${size}></video>`
}

function fileCard(shown: Shown): Html {
  const { media, summary } = shown.material
  if (!media) return html`<div class="box"><p class="note">文件暂时无法打开，请联系发送人</p></div>`
  return html`<div class="box"><p class="file"><b>${media.name}</b><span>${formatBytes(media.bytes)}</span></p>${summary ? html`<p class="lead">${summary}</p>` : null}<a class="btn" data-original href="${address(shown, 'media')}" download="${media.name}">下载文件</a><p class="to">如果微信里打不开，请点右上角「…」在浏览器中打开</p></div>`
}

/** A page of another site inside ours: who sent it stays in sight, and how long it is read can be told (MAT-6). */
function frame(material: ReaderMaterial): Html {
  const url = material.url ?? ''
  return html`<iframe class="site" data-framed src="${url}" title="${material.title}" referrerpolicy="no-referrer" sandbox="allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox"></iframe><p class="to from">内容来自 ${hostOf(url)} · <a href="${url}" rel="noopener noreferrer" target="_blank">打开原网页</a></p>`
}

function linkCard(shown: Shown): Html {
  const url = shown.material.url ?? ''
  return html`<div class="box">${cover(shown)}<p class="lead">${shown.material.summary || '点击下面的按钮阅读全文。'}</p><a class="btn" data-original href="${url}" rel="noopener noreferrer">打开原文</a><p class="to">将前往 ${hostOf(url)}</p></div>`
}

const cover = (shown: Shown): Html | null => (shown.material.hasCover ? html`<img src="${address(shown, 'cover-360.webp')}" width="360" height="200" alt="">` : null)
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : '')
