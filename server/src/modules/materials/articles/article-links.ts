const LONGEST_URL = 2048

/**
 * A link that an article may have, in the one spelling of its address: http, https or a phone number. Null for everything else,
 * also for addresses without a site: an article is read in many places.
 */
export function articleLink(href: string | undefined): string | null {
  const text = href?.trim() ?? ''
  const phone = /^tel:(\+?[\d() .*#,;-]{3,40})$/i.exec(text)?.[1]
  if (phone !== undefined) return `tel:${phone.replace(/[() .]/g, '')}`
  if (text.length > LONGEST_URL || !URL.canParse(text)) return null
  const url = new URL(text)
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || url.username !== '' || url.password !== '') return null
  return url.href.length > LONGEST_URL ? null : url.href
}
