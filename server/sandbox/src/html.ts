const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text safe inside HTML and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
}

/** A small page of the sandbox itself; scripts are same-origin files, so that a strict policy suffices. */
export function htmlPage(title: string, body: string, scripts: string[]): string {
  const tags = scripts.map((src) => `<script src="${escapeHtml(src)}" defer></script>`).join('')
  return '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
    + `<title>${escapeHtml(title)}</title><link rel="stylesheet" href="/sandbox/static/page.css">${tags}</head><body>${body}</body></html>`
}

/** Policy of all pages under /sandbox: only own scripts; product pages and customer links may be framed. */
export const SANDBOX_CSP = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: http: https:; "
  + "media-src 'self' blob: http: https:; frame-src 'self' http: https:; connect-src 'self'; font-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'self'; form-action 'self' http: https:"
