import type { TextCard } from '../../wecom/index.ts'
import type { NoticeCard } from './tables.ts'

const TITLE = 128
const DESCRIPTION = 512
const SHOWN_WHEN_MERGED = 4

/** One card for several notices to the same receiver (GEN-10). @param titles of all of them: the first few are shown */
export function mergedCard(title: string, titles: readonly string[], url: string): NoticeCard {
  const rest = titles.length - SHOWN_WHEN_MERGED
  return { title, lines: [...titles.slice(0, SHOWN_WHEN_MERGED), ...(rest > 0 ? [`还有 ${rest} 条，点开查看`] : [])], url, button: '查看' }
}

/** The notice as WeCom's textcard: what people typed is escaped, and everything is cut to WeCom's lengths (wecom-api/02 §6). */
export function toTextCard(card: NoticeCard): TextCard {
  let description = ''
  for (const line of card.lines) {
    const part = `<div class="${description === '' ? 'gray' : 'normal'}">${escaped(line.slice(0, 120))}</div>`
    if (description.length + part.length > DESCRIPTION) break
    description += part
  }
  return { title: [...card.title].slice(0, TITLE).join(''), description: description || '点开查看', url: card.url, buttonText: [...card.button].slice(0, 4).join('') }
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
