const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** HTML that is already safe to send. Made by `html`, and by `safeHtml` of what was written from a checked tree. */
export class Html {
  constructor(readonly text: string) {}
}

/** For HTML that another part has written from a checked tree, such as an article. */
export const safeHtml = (text: string): Html => new Html(text)

type Part = string | number | Html | null | false | readonly Html[]

/** Template tag: whatever is put in is escaped, except HTML made by this tag. Null and false leave nothing. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  let text = strings[0] ?? ''
  for (let i = 0; i < parts.length; i += 1) text += written(parts[i] ?? null) + (strings[i + 1] ?? '')
  return new Html(text)
}

function written(part: Part): string {
  if (part === null || part === false) return ''
  if (part instanceof Html) return part.text
  if (typeof part === 'number') return String(part)
  if (typeof part === 'object') return part.map((one) => one.text).join('')
  return part.replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign)
}

/** Everything a customer page needs before the first picture; light and dark (ui.md "Look"). */
const CSS = new Html(`:root{color-scheme:light dark;--bg:#f3f4f7;--card:#fff;--ink:#1b2130;--soft:#4d566b;--line:#e3e6ed;--accent:#2b6de5;--on:#fff;--warn:#8a4b00;--warnbg:#fff3dd}
@media(prefers-color-scheme:dark){:root{--bg:#0f1218;--card:#1a1f29;--ink:#eef1f6;--soft:#b4bccb;--line:#2b3240;--accent:#6a9bf4;--on:#0f1218;--warn:#ffd28a;--warnbg:#33270f}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.6 -apple-system,BlinkMacSystemFont,"PingFang SC","WenQuanYi Micro Hei","Microsoft YaHei",system-ui,sans-serif;-webkit-text-size-adjust:100%;overflow-wrap:anywhere}
main{max-width:760px;margin:0 auto;padding:calc(18px + env(safe-area-inset-top)) 12px 104px}header{padding:0 4px 10px}h1{font-size:22px;line-height:1.3;margin:0;font-weight:600}header p,.note{color:var(--soft);font-size:13px;margin:4px 0 0}
.lead{padding:0 4px 12px;margin:0;white-space:pre-line}.pg{display:block;width:100%;height:auto;margin:0 0 10px;border-radius:10px;background:var(--card);box-shadow:0 1px 3px rgba(20,30,60,.08)}.first .pg~.pg{display:none}
.note{text-align:center;padding:8px 20px}.box{background:var(--card);border-radius:14px;padding:18px 16px;box-shadow:0 1px 3px rgba(20,30,60,.08)}.box img{width:100%;height:auto;border-radius:10px;margin-bottom:12px;display:block}
.btn{display:block;text-align:center;background:var(--accent);color:var(--on);text-decoration:none;border-radius:10px;padding:11px 16px;font-weight:600;margin-top:14px;min-height:44px}.to{color:var(--soft);font-size:13px;margin:10px 0 0;text-align:center}
.who{position:fixed;z-index:1;left:0;right:0;bottom:0;background:var(--card);border-top:1px solid var(--line);padding:10px 14px calc(12px + env(safe-area-inset-bottom))}.who>div{max-width:736px;margin:0 auto;display:flex;align-items:center;gap:12px}
.av{width:40px;height:40px;border-radius:9px;background:#0b7a6e;color:#fff;display:grid;place-items:center;font-size:18px;flex:none;object-fit:cover}.who b{font-weight:600;display:block;line-height:1.35}.who span{color:var(--soft);font-size:13px;line-height:1.35}.grow{flex:1;min-width:0}
.who .at{background:var(--bg);border-radius:14px;padding:3px 12px;color:var(--ink);font-variant-numeric:tabular-nums;white-space:nowrap}.bar{background:var(--warnbg);color:var(--warn);font-size:13px;padding:8px 16px;text-align:center}
.asks .grow>*{display:block;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.ask summary{display:block;line-height:44px;padding:0 14px;border-radius:10px;background:var(--accent);color:var(--on);font-weight:600;white-space:nowrap;cursor:pointer;list-style:none}.ask summary::-webkit-details-marker,.ask[open] svg,.ask summary span+span,.ask[open] summary span{display:none}.ask svg{vertical-align:-3px;margin-right:6px}.ask summary span{color:inherit;font-size:16px;line-height:inherit}.ask[open] summary span+span{display:inline}
.ask[open] summary:before{content:"";position:absolute;left:0;right:0;bottom:100%;height:100vh;background:rgba(9,13,24,.5)}.card{position:absolute;left:0;right:0;bottom:100%;max-height:calc(100vh - 90px);overflow:auto;padding:22px 16px 14px;border-radius:16px 16px 0 0;background:var(--card);text-align:center}.card b{font-size:18px}.card img{display:block;width:max(132px,min(224px,100vh - 250px));height:auto;margin:14px auto 8px;padding:8px;border-radius:12px;background:#fff}.card p{margin:0;color:var(--soft);font-size:15px}@media(max-width:329px){.asks .at{display:none}}
.art{background:var(--card);border-radius:14px;padding:6px 18px 18px;box-shadow:0 1px 3px rgba(20,30,60,.08);font-size:17px;line-height:1.75}.art h2{font-size:20px;margin:1.3em 0 .5em}.art h3,.art h4{font-size:17px;margin:1.2em 0 .4em}.art p,.art ul,.art ol,.art table,.art pre{margin:.9em 0}.art img{display:block;max-width:100%;height:auto;border-radius:10px;margin:1em auto}.art blockquote{margin:1em 0;padding:2px 14px;border-left:3px solid var(--line);color:var(--soft)}.art a{color:var(--accent)}.art table{border-collapse:collapse;display:block;overflow-x:auto}.art td,.art th{border:1px solid var(--line);padding:6px 10px}.art pre{overflow-x:auto}.art hr{border:0;border-top:1px solid var(--line)}
.vid{background:#000;max-height:72vh;object-fit:contain}.file{margin:0 0 8px}.file b{display:block;font-weight:600}.file span{color:var(--soft);font-size:13px}
main.wide{max-width:none;padding-left:0;padding-right:0;padding-bottom:0;display:flex;flex-direction:column;min-height:100vh}main.wide header{padding:0 16px 10px}.site{flex:1;width:100%;min-height:calc(100vh - 200px);border:0;background:#fff}.from{margin:6px 0 84px}.from a{color:var(--accent)}
.lone{min-height:70vh;display:grid;place-content:center;text-align:center;padding:24px}.lone h1{font-size:19px;margin-bottom:8px}.lone p{margin:0;color:var(--soft);font-size:15px}`)

/** A whole customer page. `head` comes after the title, `body` carries its own attributes. */
export function shell(page: { title: string; head?: Html; attributes?: Html; body: Html }): string {
  return html`<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover"><title>${page.title}</title><meta name="robots" content="noindex"><meta name="format-detection" content="telephone=no">${page.head ?? null}
<style>${CSS}</style></head>
<body${page.attributes ?? null}>${page.body}</body></html>`.text
}
