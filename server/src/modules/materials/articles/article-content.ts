import { isElement, isText, lineOf } from '../html-tree.ts'
import type { HtmlElement, HtmlNode, HtmlTree } from '../html-tree.ts'
import { HOLDERS } from './article-writer.ts'

/** Where an article is, by what sites call the place; the closer the name, the earlier. */
const PLACES = [
  '[itemprop="articleBody"]', '.rich_media_content', '.article-content', '.article-body', '.article_content', '.article__content', '.post-content', '.post-body', '.entry-content', '.news-content', '.news_content', '#artibody', '#article-content',
  'article', '.article', '#article', '[role="main"]', 'main', '#content', '.content',
]
/** A place with less text than this, in characters, is a teaser or empty. */
const ENOUGH = 100
/** So many places of one name are compared, by so much of their text. */
const COMPARED = 30
const COMPARED_CHARACTERS = 20_000
const BESIDE_THE_TEXT = 'script,style,noscript,template,nav,footer,aside,form,button,select,textarea,iframe,svg,[hidden],[aria-hidden="true"]'

/** The nodes of a page that are its article, without what stands around and between it. The tree is changed. */
export function articleContent($: HtmlTree): HtmlNode[] {
  // WeChat hides its content until a script shows it: taken as it is, however little text it has.
  const place = $('#js_content')[0] ?? placeByName($) ?? placeByText($)
  if (!place) return $.root()[0]?.children ?? []
  $(place).find(BESIDE_THE_TEXT).remove()
  for (const element of $(place).find('[style]').toArray()) if (/display\s*:\s*none/i.test(element.attribs['style'] ?? '')) $(element).remove()
  return place.children
}

function placeByName($: HtmlTree): HtmlElement | null {
  for (const name of PLACES) {
    const longest = longestOf($.root().find(name).slice(0, COMPARED).toArray())
    if (longest) return longest
  }
  return null
}

function longestOf(places: readonly HtmlElement[]): HtmlElement | null {
  let most = ENOUGH - 1
  let longest: HtmlElement | null = null
  for (const place of places) {
    const { length } = lineOf([place], COMPARED_CHARACTERS)
    if (length > most) [most, longest] = [length, place]
  }
  return longest
}

const IS_BLOCK = new Set([...HOLDERS, 'blockquote'])
/** Menus are links: their words say nothing about where the text is. */
const NO_TEXT = new Set(['a', 'script', 'style', 'noscript', 'template', 'textarea', 'select', 'option', 'button', 'nav', 'footer', 'aside', 'form', 'svg', 'head', 'title'])

/** The block with most text in it and, counted half, in the blocks right inside: paragraphs are often blocks themselves. */
function placeByText($: HtmlTree): HtmlElement | null {
  const texts = new Map<HtmlElement, number>()
  const count = (node: HtmlNode, block: HtmlElement | null, around: HtmlElement | null): void => {
    if (isText(node)) {
      const length = node.data.trim().length
      if (block) texts.set(block, (texts.get(block) ?? 0) + length)
      if (around) texts.set(around, (texts.get(around) ?? 0) + length / 2)
    } else if (isElement(node) && !NO_TEXT.has(node.name)) {
      const isBlock = IS_BLOCK.has(node.name)
      for (const child of node.children) count(child, isBlock ? node : block, isBlock ? block : around)
    }
  }
  for (const node of $.root()[0]?.children ?? []) count(node, null, null)
  let best: HtmlElement | null = null
  for (const [block, length] of texts) if (length > (best ? texts.get(best) ?? 0 : 0)) best = block
  return best
}
