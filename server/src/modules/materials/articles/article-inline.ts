import { withoutUnseen } from '../html-tree.ts'

/** What text can be marked as: an element, and how it is opened. */
export interface Mark { name: string; open: string }

/** The content of a paragraph, laid flat: each piece knows its marks, outermost first. */
export type Leaf =
  | { kind: 'text'; text: string; marks: readonly Mark[] }
  | { kind: 'break'; marks: readonly Mark[] }
  /** `html` is the whole element. */
  | { kind: 'picture'; html: string; marks: readonly Mark[] }

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign)

/** An opening tag with the attributes that have a value. Names are ours, values can be anything. */
export function openTag(name: string, attributes: Record<string, string | number | null> = {}): string {
  const written = Object.entries(attributes).map(([key, value]) => (value === null ? '' : ` ${key}="${escaped(withoutUnseen(String(value)))}"`))
  return `<${name}${written.join('')}>`
}

/** Something to see: a picture, or text that isn't blank. */
export const hasContent = (leaves: readonly Leaf[]): boolean => leaves.some((leaf) => leaf.kind === 'picture' || (leaf.kind === 'text' && /\S/.test(leaf.text)))

/** A blank line is how many people write a new paragraph. Empty ones are left out. */
export function paragraphsOf(leaves: readonly Leaf[]): Leaf[][] {
  const paragraphs: Leaf[][] = []
  let current: Leaf[] = []
  /** Breaks after which nothing has come yet, and the blanks between them. */
  let pending: Leaf[] = []
  for (const leaf of leaves) {
    if (leaf.kind === 'break' || (pending.length > 0 && leaf.kind === 'text' && !/\S/.test(leaf.text))) {
      pending.push(leaf)
      continue
    }
    if (pending.filter((each) => each.kind === 'break').length > 1) {
      paragraphs.push(current)
      current = []
    } else {
      current.push(...pending)
    }
    pending = []
    current.push(leaf)
  }
  paragraphs.push(current)
  return paragraphs.filter(hasContent)
}

const BLANKS = /[ \t\n\v\f\r\u2028\u2029]+/g

/** The content of a paragraph as HTML: blanks folded, no break at either end, equal marks side by side joined. */
export function inlineHtml(leaves: readonly Leaf[]): string {
  const kept: Leaf[] = []
  let afterBlank = true
  for (const leaf of leaves) {
    if (leaf.kind === 'text') {
      const folded = leaf.text.replace(BLANKS, ' ')
      const text: string = afterBlank && folded.startsWith(' ') ? folded.slice(1) : folded
      if (text === '') continue
      kept.push({ ...leaf, text })
      afterBlank = text.endsWith(' ')
    } else if (leaf.kind === 'break') {
      trimBlank(kept)
      if (kept.length > 0 && kept.at(-1)?.kind !== 'break') kept.push(leaf)
      afterBlank = true
    } else {
      kept.push(leaf)
      afterBlank = false
    }
  }
  trimBlank(kept)
  if (kept.at(-1)?.kind === 'break') kept.pop()
  return marked(kept)
}

/** Takes the blank at the end away; folded, there is one at most, which may be a text of its own. */
function trimBlank(leaves: Leaf[]): void {
  const last = leaves.at(-1)
  if (last?.kind !== 'text' || !last.text.endsWith(' ')) return
  leaves.pop()
  const text = last.text.slice(0, -1)
  if (text !== '') leaves.push({ ...last, text })
}

/** The same for text whose lines are as written. Browsers drop a line break at its beginning, so there is none. */
export function preformattedHtml(leaves: readonly Leaf[]): string {
  const lines = leaves.map((leaf): Leaf => {
    if (leaf.kind === 'break') return { kind: 'text', text: '\n', marks: leaf.marks }
    return leaf.kind === 'text' ? { ...leaf, text: leaf.text.replace(/\r\n?/g, '\n').replace(/[\v\f\u2028\u2029]/g, ' ') } : leaf
  })
  return marked(trimEnd(trimStart(lines)))
}

function trimStart(leaves: readonly Leaf[]): Leaf[] {
  const first = leaves.findIndex((leaf) => hasContent([leaf]))
  return leaves.slice(first).map((leaf, i) => (i === 0 && leaf.kind === 'text' ? { ...leaf, text: leaf.text.replace(/^\s*\n/, '') } : leaf))
}

function trimEnd(leaves: readonly Leaf[]): Leaf[] {
  const last = leaves.findLastIndex((leaf) => hasContent([leaf]))
  return leaves.slice(0, last + 1).map((leaf, i) => (i === last && leaf.kind === 'text' ? { ...leaf, text: leaf.text.trimEnd() } : leaf))
}

function marked(leaves: readonly Leaf[]): string {
  const html: string[] = []
  let open: readonly Mark[] = []
  const change = (marks: readonly Mark[]) => {
    let shared = 0
    while (shared < open.length && open[shared]?.open === marks[shared]?.open) shared++
    html.push(...open.slice(shared).toReversed().map(({ name }) => `</${name}>`), ...marks.slice(shared).map((mark) => mark.open))
    open = marks
  }
  for (const leaf of leaves) {
    change(leaf.marks)
    html.push(leaf.kind === 'text' ? escaped(leaf.text) : leaf.kind === 'break' ? '<br>' : leaf.html)
  }
  change([])
  return html.join('')
}
