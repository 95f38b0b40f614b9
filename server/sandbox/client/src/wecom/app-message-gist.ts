import type { AppMessage } from '../../../src/protocol/app-messages.ts'

/** The card markup WeCom allows in descriptions: div with a colour class, and br. */
const MARKUP = /<\/?(?:div|br|font|a)\b[^>]*>/gi

/** Plain words of a text-card description. */
export function withoutMarkup(text: string): string {
  return text.replace(MARKUP, ' ').replace(/\s+/g, ' ').trim()
}

/** One line of an app message, for lists and banners. */
export function appMessageGist(message: AppMessage): string {
  if (message.recalled) return '消息已撤回'
  const { body } = message
  switch (body.msgtype) {
    case 'text':
    case 'markdown':
      return withoutMarkup(body.content)
    case 'textcard':
      return [body.title, withoutMarkup(body.description)].filter((text) => text !== '').join(' · ')
    case 'news':
      return body.articles[0]?.title ?? '[图文]'
    case 'template_card':
      return body.card.title
    case 'image':
      return '[图片]'
    case 'voice':
      return '[语音]'
    case 'video':
      return '[视频]'
    case 'file':
      return `[文件] ${body.title}`
  }
}

interface CardLine {
  tone: 'gray' | 'normal' | 'highlight'
  text: string
}

/** Lines of a text-card description with the three colours WeCom knows (wecom-api/02 textcard). */
export function cardLines(description: string): CardLine[] {
  const lines: CardLine[] = []
  for (const match of description.matchAll(/<div(?:\s+class="(gray|normal|highlight)")?\s*>(.*?)<\/div>|([^<]+)|<br\s*\/?>/gis)) {
    const tone = match[1] === 'gray' || match[1] === 'highlight' ? match[1] : 'normal'
    for (const text of (match[2] ?? match[3] ?? '').split(/\n|<br\s*\/?>/i)) if (text.trim() !== '') lines.push({ tone, text: withoutMarkup(text) })
  }
  return lines
}
