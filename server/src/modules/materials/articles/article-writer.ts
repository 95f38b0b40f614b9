import { isElement, isText, withoutUnseen } from '../html-tree.ts'
import type { HtmlElement, HtmlNode } from '../html-tree.ts'
import { hasContent, inlineHtml, openTag, paragraphsOf, preformattedHtml } from './article-inline.ts'
import type { Leaf, Mark } from './article-inline.ts'
import { articleLink } from './article-links.ts'

/** The element that an `img` of the article becomes, or null to leave it out. */
export type PictureWriter = (picture: HtmlElement) => string | null

// Maps, since names come from outside: an object knows `constructor` too.
const MARKS = new Map([
  ['a', 'a'], ['strong', 'strong'], ['b', 'b'], ['em', 'em'], ['i', 'i'], ['u', 'u'], ['ins', 'u'], ['s', 's'], ['strike', 's'], ['del', 's'], ['sub', 'sub'], ['sup', 'sup'], ['code', 'code'],
])
const HEADINGS = new Map<string, ParagraphTag>([['h1', 'h2'], ['h2', 'h2'], ['h3', 'h3'], ['h4', 'h4'], ['h5', 'h4'], ['h6', 'h4']])
/** Blocks that only hold others: they end a paragraph and leave nothing else. */
export const HOLDERS = [
  'div', 'section', 'article', 'main', 'header', 'footer', 'aside', 'nav', 'center', 'address', 'dl', 'dt', 'dd', 'details', 'summary', 'fieldset', 'legend', 'form', 'caption', 'hgroup', 'body', 'html',
  'li', 'figcaption', 'tr', 'td', 'th', 'thead', 'tbody', 'tfoot',
]
const IS_HOLDER = new Set(HOLDERS)
/** What is inside is no text of the article. */
export const WITHOUT_CONTENT = [
  'script', 'style', 'template', 'noscript', 'noembed', 'noframes', 'xmp', 'plaintext', 'textarea', 'select', 'option', 'button', 'title', 'svg', 'math', 'iframe', 'frameset', 'object', 'embed', 'applet', 'audio', 'video', 'canvas', 'map',
]
const IS_WITHOUT_CONTENT = new Set(WITHOUT_CONTENT)
/** Inside a figure these are more than a caption. */
const NO_CAPTION = new Set(['table', 'ul', 'ol', 'pre', 'blockquote', 'figure'])
const IS_CONTAINER = new Set(['ul', 'ol', 'blockquote', 'pre', 'table', 'figure'])
const IS_TABLE_PART = new Set(['thead', 'tbody', 'tfoot', 'tr'])
/** Containers inside one another; deeper ones become paragraphs. */
const CONTAINERS = 10

type ParagraphTag = 'p' | 'h2' | 'h3' | 'h4'
type Align = 'left' | 'center' | 'right' | 'justify'
const ALIGNS = new Map<string, Align>([['left', 'left'], ['start', 'left'], ['center', 'center'], ['right', 'right'], ['end', 'right'], ['justify', 'justify']])

/** What text is, where the walk has come to. */
interface Place { tag: ParagraphTag; align: Align | null; marks: readonly Mark[]; containers: number }
type Block = { kind: 'paragraph'; tag: ParagraphTag; align: Align | null; html: string } | { kind: 'other'; html: string }

/**
 * Writes parsed HTML anew as an article: paragraphs, headings, lists, quotes, tables, figures, in the one shape each of them has, which
 * browsers read as it stands. Nothing of the source gets into the result but text, checked links, and what `picture` writes: there is no
 * way for an attribute or an element that isn't named here.
 */
export function writeArticle(nodes: readonly HtmlNode[], picture: PictureWriter): string {
  const flow = (children: readonly HtmlNode[], place: Place): Block[] => {
    const writer = newFlow()
    for (const child of children) walk(child, place, writer)
    writer.end()
    return writer.blocks
  }

  function walk(node: HtmlNode, place: Place, into: Flow): void {
    if (isText(node)) return into.add({ kind: 'text', text: withoutUnseen(node.data), marks: place.marks }, place)
    if (!isElement(node) || IS_WITHOUT_CONTENT.has(node.name)) return
    const { name, children } = node
    const apart = (inside: Place) => {
      into.end()
      for (const child of children) walk(child, inside, into)
      into.end()
    }
    const align = alignOf(node) ?? place.align
    if (name === 'table' && place.containers < CONTAINERS) return walkTable(node, place, into)
    const container = containerOf(node, place)
    if (container !== null) return into.other(container)
    if (name === 'br') return into.add({ kind: 'break', marks: place.marks }, place)
    if (name === 'hr') return into.other('<hr>')
    if (name === 'img') {
      const html = picture(node)
      return html === null ? undefined : into.add({ kind: 'picture', html, marks: place.marks }, place)
    }
    const heading = HEADINGS.get(name)
    if (heading) return apart({ ...place, tag: heading, align })
    if (name === 'p' || IS_HOLDER.has(name) || IS_CONTAINER.has(name)) return apart({ ...place, align })
    const inside = { ...place, marks: marksWith(place.marks, node) }
    for (const child of children) walk(child, inside, into)
  }

  /** What has a shape of its own, written; null for everything else, and for what is nested too deep. */
  function containerOf(node: HtmlElement, place: Place): string | null {
    if (node.name === 'table' || !IS_CONTAINER.has(node.name) || place.containers >= CONTAINERS) return null
    const inside: Place = { ...place, tag: 'p', align: alignOf(node) ?? place.align, containers: place.containers + 1 }
    switch (node.name) {
      case 'ul': case 'ol': return wrapped(node.name, node.children.map((child) => itemOf(child, inside)).join(''))
      case 'blockquote': return wrapped('blockquote', flow(node.children, inside).map(blockHtml).join(''))
      case 'pre': return preformatted(node, inside)
      default: return figureOf(node, inside)
    }
  }

  function itemOf(node: HtmlNode, place: Place): string {
    const align = isElement(node) ? alignOf(node) ?? place.align : place.align
    return wrapped('li', contents(flow(isElement(node) && node.name === 'li' ? node.children : [node], { ...place, align })))
  }

  function preformatted(node: HtmlElement, place: Place): string {
    const leaves = leavesOf(node.children, place)
    return hasContent(leaves) ? wrapped('pre', preformattedHtml(leaves)) : ''
  }

  /** Pictures, and below them whatever is said there. Without a picture it is a figure no more. */
  function figureOf(node: HtmlElement, place: Place): string | null {
    if (holds(node, (element) => NO_CAPTION.has(element.name))) return null
    const leaves = leavesOf(node.children, place)
    const pictures = leaves.filter((leaf) => leaf.kind === 'picture')
    if (pictures.length === 0) return null
    const caption = leaves.filter((leaf) => leaf.kind !== 'picture')
    return wrapped('figure', inlineHtml(pictures) + (hasContent(caption) ? wrapped('figcaption', inlineHtml(caption)) : ''))
  }

  /** All leaves below some nodes; where a block begins or ends is a break. */
  function leavesOf(children: readonly HtmlNode[], place: Place): Leaf[] {
    const leaves: Leaf[] = []
    const breakLine = () => {
      const last = leaves.at(-1)
      if (last && last.kind !== 'break' && !(last.kind === 'text' && last.text.endsWith('\n'))) leaves.push({ kind: 'break', marks: [] })
    }
    const collector: Flow = { blocks: [], add: (leaf) => void leaves.push(leaf), end: breakLine, other: breakLine }
    // As deep as can be: containers in here are not written as such.
    for (const child of children) walk(child, { ...place, containers: CONTAINERS }, collector)
    return leaves
  }

  /** Rows in a head and a body. What stands between rows comes before the table, as browsers show it. */
  function walkTable(node: HtmlElement, place: Place, into: Flow): void {
    const inside: Place = { ...place, tag: 'p', align: null, containers: place.containers + 1 }
    const rows = { thead: '', tbody: '' }
    const take = (part: HtmlElement, section: 'thead' | 'tbody') => {
      for (const child of part.children) {
        if (!isElement(child) || !IS_TABLE_PART.has(child.name)) walk(child, place, into)
        else if (child.name === 'tr') rows[section] += wrapped('tr', child.children.map((cell) => cellOf(cell, inside)).join(''))
        else take(child, child.name === 'thead' ? 'thead' : 'tbody')
      }
    }
    into.end()
    take(node, 'tbody')
    into.other(wrapped('table', wrapped('thead', rows.thead) + wrapped('tbody', rows.tbody)))
  }

  /** What stands in a row without a cell gets one, unless it is blank. */
  function cellOf(node: HtmlNode, place: Place): string {
    const cell = isElement(node) && (node.name === 'td' || node.name === 'th') ? node : null
    const html = contents(flow(cell ? cell.children : [node], place))
    if (!cell) return wrapped('td', html)
    return `${openTag(cell.name, { colspan: spanOf(cell, 'colspan'), rowspan: spanOf(cell, 'rowspan'), style: styleOf(alignOf(cell)) })}${html}</${cell.name}>`
  }

  return flow(nodes, { tag: 'p', align: null, marks: [], containers: 0 }).map(blockHtml).join('')
}

/** Where the walk leaves what it finds. */
interface Flow {
  readonly blocks: Block[]
  add(leaf: Leaf, place: Place): void
  /** Ends the paragraph, if one has begun. */
  end(): void
  /** A block that is written already; nothing when empty. */
  other(html: string): void
}

function newFlow(): Flow {
  const blocks: Block[] = []
  let leaves: Leaf[] = []
  let begun: Place | null = null
  const end = () => {
    if (begun) for (const paragraph of paragraphsOf(leaves)) blocks.push({ kind: 'paragraph', tag: begun.tag, align: begun.align, html: inlineHtml(paragraph) })
    leaves = []
    begun = null
  }
  return {
    blocks, end,
    add(leaf, place) {
      begun ??= place
      leaves.push(leaf)
    },
    other(html) {
      end()
      if (html !== '') blocks.push({ kind: 'other', html })
    },
  }
}

const wrapped = (name: string, html: string): string => (html === '' ? '' : `<${name}>${html}</${name}>`)
const blockHtml = (block: Block): string => (block.kind === 'other' ? block.html : `${openTag(block.tag, { style: styleOf(block.align) })}${block.html}</${block.tag}>`)

/** Of an item or a cell: its only paragraph needs no element of its own. */
function contents(blocks: readonly Block[]): string {
  const paragraphs = blocks.filter((block) => block.kind === 'paragraph')
  return blocks.map((block) => (block.kind === 'paragraph' && paragraphs.length === 1 && block.tag === 'p' && block.align === null ? block.html : blockHtml(block))).join('')
}

/** Nothing is marked twice with the same; a link that can't be followed is text. */
function marksWith(marks: readonly Mark[], node: HtmlElement): readonly Mark[] {
  const name = MARKS.get(node.name)
  if (name === undefined || marks.some((mark) => mark.name === name)) return marks
  if (name !== 'a') return [...marks, { name, open: openTag(name) }]
  const href = articleLink(node.attribs['href'])
  return href === null ? marks : [...marks, { name, open: openTag('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow' }) }]
}

function alignOf({ name, attribs }: HtmlElement): Align | null {
  const said = /(?:^|;)\s*text-align\s*:\s*([a-z]+)/i.exec(attribs['style'] ?? '')?.[1] ?? attribs['align'] ?? (name === 'center' ? 'center' : '')
  return ALIGNS.get(said.toLowerCase()) ?? null
}

const styleOf = (align: Align | null): string | null => (align === null ? null : `text-align:${align}`)

/** Cells that reach over others; more than a phone can show is an attack on the browser. */
function spanOf(cell: HtmlElement, name: 'colspan' | 'rowspan'): number | null {
  const span = Number(/^\d{1,3}$/.exec(cell.attribs[name]?.trim() ?? '')?.[0] ?? 1)
  return span >= 2 && span <= 100 ? span : null
}

function holds(node: HtmlElement, is: (element: HtmlElement) => boolean): boolean {
  return node.children.some((child) => isElement(child) && (is(child) || holds(child, is)))
}
