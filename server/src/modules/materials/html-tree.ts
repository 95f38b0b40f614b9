import { load } from 'cheerio/slim'
import type { CheerioAPI } from 'cheerio/slim'

export type HtmlNode = ReturnType<CheerioAPI['root']>[number]['children'][number]
export type HtmlElement = Extract<HtmlNode, { attribs: unknown }>
type HtmlText = Extract<HtmlNode, { nodeType: 3 }>

/** Not by its `nodeType`: declarations such as the doctype have that of elements. */
export const isElement = (node: HtmlNode): node is HtmlElement => 'attribs' in node
export const isText = (node: HtmlNode): node is HtmlText => node.nodeType === 3

/**
 * Hostile HTML makes any parser slow by depth: the time of a tag grows with the number of open ones. So many tags (opening and closing)
 * are read, which takes well under a second at worst; a long article has a few thousand.
 */
const TAGS = 20_000
/** Elements inside one another that are kept; of what is deeper only texts and pictures. */
const DEPTH = 200

/** Where the tag after the last one that we read begins; the length of the text when it has no more than that. */
export function endOfReadable(html: string): number {
  const tag = /<[a-z/]/gi
  for (let count = 0; count < TAGS; count++) if (!tag.test(html)) return html.length
  return tag.test(html) ? tag.lastIndex - 2 : html.length
}

/**
 * Parses any text as HTML, its beginning if it has too many tags. The parser is the simple one (htmlparser2): it never fails, and it
 * is linear where the one of browsers is not; for the same reason nothing is looked up with selectors, whose time grows with the square
 * of an element's children. What it gives is never shown as it is.
 */
export function htmlTree(html: string): HtmlNode[] {
  const tree = load(html.slice(0, endOfReadable(html)), { xml: { xmlMode: false, decodeEntities: true } }).root()[0]?.children ?? []
  flatten(tree)
  return tree
}

/** All elements of a tree, in order. */
export function elementsIn(nodes: readonly HtmlNode[]): HtmlElement[] {
  const found: HtmlElement[] = []
  const visit = (node: HtmlNode): void => {
    if (!isElement(node)) return
    found.push(node)
    node.children.forEach(visit)
  }
  nodes.forEach(visit)
  return found
}

/** Whether an element is in one of these, at any distance. */
export function isInside(element: HtmlElement, names: ReadonlySet<string>): boolean {
  for (let around = element.parent; around; around = around.parent) if (isElement(around) && names.has(around.name)) return true
  return false
}

/** Whatever walks the tree later may then do it recursively. */
function flatten(roots: readonly HtmlNode[]): void {
  let level = roots.filter(isElement)
  for (let depth = 1; depth < DEPTH; depth++) level = level.flatMap((element) => element.children.filter(isElement))
  for (const element of level) {
    const leaves = leavesOf(element)
    leaves.forEach((leaf, i) => {
      leaf.parent = element
      leaf.prev = leaves[i - 1] ?? null
      leaf.next = leaves[i + 1] ?? null
    })
    element.children = leaves
  }
}

/** Everything below an element that has nothing below itself, in order. */
function leavesOf(element: HtmlElement): HtmlNode[] {
  const leaves: HtmlNode[] = []
  const ahead: HtmlNode[] = element.children.toReversed()
  for (let node = ahead.pop(); node; node = ahead.pop()) {
    if (!isElement(node) || node.children.length === 0) leaves.push(node)
    else for (const child of node.children.toReversed()) ahead.push(child)
  }
  return leaves
}

const UNSEEN = new Set(['script', 'style', 'noscript', 'template', 'textarea', 'select', 'svg', 'math', 'iframe', 'object', 'title', 'head'])
const INLINE = new Set(['a', 'abbr', 'b', 'bdi', 'big', 'cite', 'code', 'del', 'em', 'font', 'i', 'ins', 'kbd', 'label', 'mark', 'q', 's', 'small', 'span', 'strike', 'strong', 'sub', 'sup', 'time', 'u', 'var'])

/** The text below some nodes as one line: blocks are set apart by a blank. Of hidden things and scripts nothing. */
export function lineOf(nodes: readonly HtmlNode[], most = Infinity): string {
  const parts: string[] = []
  let length = 0
  const visit = (node: HtmlNode): void => {
    if (length > most * 2) return
    if (isText(node)) {
      parts.push(node.data)
      length += node.data.length
    } else if (isElement(node) && !UNSEEN.has(node.name)) {
      const apart = INLINE.has(node.name) ? '' : ' '
      parts.push(apart)
      node.children.forEach(visit)
      parts.push(apart)
    }
  }
  nodes.forEach(visit)
  return cleanLine(parts.join(''))
}

/** Signs that are not seen and change what is: controls, directions, halves of characters, private ones. The joiner of emoji stays. */
const UNSEEN_SIGNS = /(?![\s\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}]|\ufeff/gu

export const withoutUnseen = (text: string): string => text.replace(UNSEEN_SIGNS, '')
/** One line of text: blanks folded, nothing that isn't seen. */
export const cleanLine = (text: string): string => withoutUnseen(text).replace(/\s+/g, ' ').trim()
