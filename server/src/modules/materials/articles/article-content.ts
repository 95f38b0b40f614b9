import { elementsIn, isElement, isText, lineOf } from '../html-tree.ts'
import type { HtmlElement, HtmlNode } from '../html-tree.ts'
import { HOLDERS } from './article-writer.ts'

type Place = (element: HtmlElement) => boolean
const called = (name: string): Place => (element) => element.name === name
const withId = (id: string): Place => ({ attribs }) => attribs['id'] === id
const ofClass = (...classes: string[]): Place => ({ attribs }) => (attribs['class'] ?? '').split(/\s+/).some((each) => classes.includes(each))
const said = (attribute: string, value: string): Place => ({ attribs }) => attribs[attribute]?.toLowerCase() === value

/** Where an article is, by what sites call the place; the closer the name, the earlier. */
const PLACES: readonly Place[] = [
  said('itemprop', 'articlebody'),
  ofClass('rich_media_content', 'article-content', 'article-body', 'article_content', 'article__content', 'post-content', 'post-body', 'entry-content', 'news-content', 'news_content'), withId('artibody'), withId('article-content'),
  called('article'), ofClass('article'), withId('article'), said('role', 'main'), called('main'), withId('content'), ofClass('content'),
]
/** A place with less text than this, in characters, is a teaser or empty. */
const ENOUGH = 100
/** So many places of one name are compared, by so much of their text. */
const COMPARED = 30
const COMPARED_CHARACTERS = 20_000
const BESIDE_THE_TEXT = new Set(['nav', 'footer', 'aside', 'form', 'script', 'style', 'noscript'])

/** The nodes of a page that are its article, without what stands around and between it. The tree is changed. */
export function articleContent(tree: HtmlNode[]): HtmlNode[] {
  const elements = elementsIn(tree)
  // WeChat hides its content until a script shows it: taken as it is, however little text it has.
  const place = elements.find(withId('js_content')) ?? placeByName(elements) ?? placeByText(tree)
  const content = place ? place.children : tree
  for (const element of elementsIn(content)) element.children = element.children.filter(isSeen)
  return content.filter(isSeen)
}

/** Neither hidden nor one of the things between the text of an article. */
function isSeen(node: HtmlNode): boolean {
  if (!isElement(node)) return true
  const { name, attribs } = node
  return !BESIDE_THE_TEXT.has(name) && attribs['hidden'] === undefined && attribs['aria-hidden'] !== 'true' && !/display\s*:\s*none/i.test(attribs['style'] ?? '')
}

function placeByName(elements: readonly HtmlElement[]): HtmlElement | null {
  for (const isPlace of PLACES) {
    const longest = longestOf(elements.filter(isPlace).slice(0, COMPARED))
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

/** What text counts for the block around its own: paragraphs are often blocks themselves. */
const AROUND = 0.75

/** The block with most text in it and in the blocks right inside. */
function placeByText(tree: readonly HtmlNode[]): HtmlElement | null {
  const texts = new Map<HtmlElement, number>()
  const count = (node: HtmlNode, block: HtmlElement | null, around: HtmlElement | null): void => {
    if (isText(node)) {
      const length = node.data.trim().length
      if (block) texts.set(block, (texts.get(block) ?? 0) + length)
      if (around) texts.set(around, (texts.get(around) ?? 0) + length * AROUND)
    } else if (isElement(node) && !NO_TEXT.has(node.name)) {
      const isBlock = IS_BLOCK.has(node.name)
      for (const child of node.children) count(child, isBlock ? node : block, isBlock ? block : around)
    }
  }
  for (const node of tree) count(node, null, null)
  let best: HtmlElement | null = null
  for (const [block, length] of texts) if (length > (best ? texts.get(best) ?? 0 : 0)) best = block
  return best
}
