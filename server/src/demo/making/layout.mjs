// How the demo shop's papers and posters look: one style, a sapling drawn by hand, no outside pictures or fonts.

export const COLORS = { green: '#2f7d57', leaf: '#8cc5a2', pale: '#eef7f1', peach: '#f6b48a', blush: '#fdf0e6', ink: '#26352d', grey: '#6b7a72' }

export const sapling = (size, color = COLORS.green) => `<svg width="${size}" height="${size}" viewBox="0 0 48 48" fill="none">
  <path d="M24 44V20" stroke="${color}" stroke-width="3" stroke-linecap="round"/>
  <path d="M24 26c0-10-7-15-16-15 0 10 6 15 16 15z" fill="${color}"/><path d="M24 21c0-9 6-14 15-14 0 9-6 14-15 14z" fill="${COLORS.leaf}"/></svg>`

const STYLE = `
  @page { size: 148mm 210mm; margin: 0 }
  * { box-sizing: border-box; margin: 0; padding: 0 }
  body { font-family: "WenQuanYi Micro Hei", "Noto Sans CJK SC", sans-serif; color: ${COLORS.ink}; -webkit-print-color-adjust: exact }
  .page { position: relative; width: 148mm; height: 210mm; padding: 13mm 12mm 15mm; break-after: page; overflow: hidden; background: #fff }
  .page:last-child { break-after: auto }
  .page > header { display: flex; align-items: center; gap: 2mm; margin-bottom: 6mm; padding-bottom: 3mm; border-bottom: .4mm solid ${COLORS.leaf}; font-size: 9pt; color: ${COLORS.grey} }
  .page > footer { position: absolute; left: 12mm; right: 12mm; bottom: 6mm; display: flex; justify-content: space-between; font-size: 8pt; color: ${COLORS.grey} }
  h1 { font-size: 30pt; line-height: 1.3; letter-spacing: .02em }
  h2 { font-size: 21pt; line-height: 1.35; margin-bottom: 4mm; color: ${COLORS.green} }
  h3 { font-size: 15pt; margin: 4.5mm 0 2mm }
  p { font-size: 13.5pt; line-height: 1.75; margin-bottom: 2.5mm }
  ul, ol { padding-left: 5.5mm } li { font-size: 13.5pt; line-height: 1.7; margin-bottom: 1.6mm }
  table { width: 100%; border-collapse: collapse; font-size: 12.5pt; margin: 2mm 0 4mm }
  th { text-align: left; font-weight: 700; color: ${COLORS.green}; background: ${COLORS.pale} } th, td { padding: 2.2mm 2.4mm; border-bottom: .2mm solid #dbe7df; line-height: 1.4 }
  td.money, th.money { text-align: right; white-space: nowrap } td.money { font-weight: 700; color: #c2562b }
  .tip { margin-top: 4mm; padding: 4mm 5mm; border-radius: 3mm; background: ${COLORS.blush}; font-size: 12.5pt; line-height: 1.65 } .tip b { color: #c2562b }
  .cover { padding: 0; background: linear-gradient(160deg, ${COLORS.pale} 0 55%, ${COLORS.blush}) } .cover .text { position: absolute; left: 14mm; right: 14mm; top: 52mm }
  .cover .sub { margin-top: 5mm; font-size: 14pt; line-height: 1.6; color: ${COLORS.grey} } .cover .mark { position: absolute; left: 14mm; top: 16mm; display: flex; align-items: center; gap: 3mm; font-size: 13pt; font-weight: 700; color: ${COLORS.green} }
  .cover .hill { position: absolute; left: 0; right: 0; bottom: 0 } .check li { list-style: none; margin-left: -5.5mm } .check li::before { content: "□"; margin-right: 2.5mm; color: ${COLORS.green} }`

const hill = `<svg class="hill" width="100%" viewBox="0 0 296 150"><path d="M0 90c60-50 120-40 170-8s90 22 126-8v76H0z" fill="${COLORS.leaf}" opacity=".55"/><path d="M0 120c70-36 140-22 190-2s80 10 106-6v38H0z" fill="${COLORS.green}" opacity=".75"/>
  <g transform="translate(196 26) scale(1.9)"><path d="M24 44V20" stroke="${COLORS.green}" stroke-width="3" stroke-linecap="round"/><path d="M24 26c0-10-7-15-16-15 0 10 6 15 16 15z" fill="${COLORS.green}"/><path d="M24 21c0-9 6-14 15-14 0 9-6 14-15 14z" fill="#fff" opacity=".85"/></g>
  <circle cx="52" cy="30" r="17" fill="${COLORS.peach}"/></svg>`

const cell = (text, i, money) => `<td${money.includes(i) ? ' class="money"' : ''}>${text}</td>`
const blocks = {
  h3: (text) => `<h3>${text}</h3>`,
  p: (text) => `<p>${text}</p>`,
  list: (items) => `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`,
  steps: (items) => `<ol>${items.map((item) => `<li>${item}</li>`).join('')}</ol>`,
  check: (items) => `<ul class="check">${items.map((item) => `<li>${item}</li>`).join('')}</ul>`,
  tip: (text) => `<div class="tip"><b>小贴士&emsp;</b>${text}</div>`,
  table: ({ head, rows, money = [] }) =>
    `<table><tr>${head.map((text, i) => `<th${money.includes(i) ? ' class="money"' : ''}>${text}</th>`).join('')}</tr>${rows.map((row) => `<tr>${row.map((text, i) => cell(text, i, money)).join('')}</tr>`).join('')}</table>`,
}

function block(one) {
  const [kind] = Object.keys(one)
  return blocks[kind](one[kind])
}

/** A paper of several pages, the first a cover. @param {{ title: string, sub: string, pages: { h: string, body: object[] }[] }} paper */
export function paperHtml({ title, sub, pages }) {
  const cover = `<section class="page cover"><div class="mark">${sapling(34)}小树苗母婴</div><div class="text"><h1>${title}</h1><div class="sub">${sub}</div></div>${hill}</section>`
  const others = pages.map(({ h, body }, i) => `<section class="page"><header>${sapling(18)}小树苗母婴&emsp;·&emsp;${title.replaceAll('<br>', '')}</header><h2>${h}</h2>${body.map(block).join('')}
    <footer><span>浦东店&emsp;·&emsp;徐汇店&emsp;·&emsp;线上商城</span><span>${i + 2} / ${pages.length + 1}</span></footer></section>`)
  return `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>${title.replaceAll('<br>', '')}</title><style>${STYLE}</style><body>${cover}${others.join('')}</body></html>`
}

/** A picture of 1080 pixels width. @param {{ height: number, background: string, body: string }} poster */
export function posterHtml({ height, background, body }) {
  return `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><style>${STYLE}
    body { width: 1080px; height: ${height}px; padding: 76px 72px; background: ${background}; position: relative; overflow: hidden }
    .brand { display: flex; align-items: center; gap: 16px; font-size: 34px; font-weight: 700; color: ${COLORS.green} }
    h1 { margin: 44px 0 12px; font-size: 88px; line-height: 1.2 } h2 { margin: 0 0 36px; font-size: 40px; font-weight: 400; color: ${COLORS.grey} }
    p, li { font-size: 34px; line-height: 1.7 } table { font-size: 34px } th, td { padding: 20px 18px } .card { margin-top: 28px; padding: 36px 44px; border-radius: 28px; background: #ffffffd9 }
    .note { position: absolute; left: 72px; bottom: 52px; font-size: 28px; color: ${COLORS.grey} } .art { position: absolute; right: -30px; bottom: -20px }</style>
    <body><div class="brand">${sapling(56)}小树苗母婴</div>${body}</body></html>`
}
