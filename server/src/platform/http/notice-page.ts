import type { FastifyReply } from 'fastify'

/** A plain page for what can't be shown inside the app, such as a failed sign-in or an unknown address. */
export function noticePage(reply: FastifyReply, status: number, title: string, text: string): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').header('cache-control', 'no-store').send(`<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover"><title>${escapeHtml(title)}</title>
<style>:root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;font:16px/1.6 -apple-system,"PingFang SC","WenQuanYi Micro Hei",system-ui,sans-serif;background:#f3f4f7;color:#1b2130}
main{max-width:320px;padding:32px 24px;text-align:center}h1{font-size:19px;margin:0 0 8px}p{margin:0;color:#475067;font-size:15px}
@media(prefers-color-scheme:dark){body{background:#0f1218;color:#eef1f6}p{color:#c0c7d4}}</style></head>
<body><main><h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p></main></body></html>`)
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign)
}
