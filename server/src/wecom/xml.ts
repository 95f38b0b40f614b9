/** One parsed element. `text` is the character content of a leaf, exactly as sent when it was CDATA. */
export interface XmlElement {
  readonly name: string
  readonly text: string
  readonly children: readonly XmlElement[]
}

/** The text is not the plain XML that WeCom sends: malformed, too deep, or with declarations. */
export class XmlError extends Error {
  override readonly name = 'XmlError'
}

interface OpenElement {
  name: string
  plain: string
  cdata: string | null
  children: XmlElement[]
}

const MAX_DEPTH = 12
const MAX_ELEMENTS = 20_000
const START_TAG = /^([A-Za-z_][\w.-]*)(\s+[\w.:-]+\s*=\s*("[^"<]*"|'[^'<]*'))*\s*(\/?)$/
const ENTITIES: ReadonlyMap<string, string> = new Map([['lt', '<'], ['gt', '>'], ['amp', '&'], ['quot', '"'], ['apos', "'"]])

/**
 * Parses the small XML dialect of WeCom callbacks in one pass. Anything that could hide something is refused with
 * `XmlError`: DTDs, entity declarations, processing instructions, comments, unknown entities, unbalanced or deep nesting
 * (wecom-api/01 §4). Attributes are allowed and ignored.
 */
export function parseXml(source: string): XmlElement {
  let at = skipSpace(source, source.charCodeAt(0) === 0xfeff ? 1 : 0)
  if (source.startsWith('<?xml', at)) {
    at = skipSpace(source, endOf(source, '?>', at))
  }
  const open: OpenElement[] = []
  let elements = 0
  for (;;) {
    const tag = source.indexOf('<', at)
    if (tag < 0) throw new XmlError('element is not closed')
    const top = open.at(-1)
    if (tag > at) {
      if (!top) throw new XmlError('text outside the root element')
      top.plain += decodeEntities(source.slice(at, tag))
    }
    if (source.startsWith('<![CDATA[', tag)) {
      if (!top) throw new XmlError('text outside the root element')
      at = endOf(source, ']]>', tag)
      top.cdata = (top.cdata ?? '') + source.slice(tag + 9, at - 3)
      continue
    }
    const next = source.charCodeAt(tag + 1)
    if (next === 0x21 || next === 0x3f) throw new XmlError('declarations and comments are refused')
    at = endOf(source, '>', tag)
    if (next === 0x2f) {
      if (!top || source.slice(tag + 2, at - 1).trimEnd() !== top.name) throw new XmlError('closing tag does not match')
      open.pop()
      const closed = close(top)
      const parent = open.at(-1)
      if (!parent) return finish(source, at, closed)
      parent.children.push(closed)
      continue
    }
    const start = START_TAG.exec(source.slice(tag + 1, at - 1))
    const name = start?.[1]
    if (!start || name === undefined) throw new XmlError('tag is malformed')
    if (++elements > MAX_ELEMENTS || open.length >= MAX_DEPTH) throw new XmlError('too many or too deep elements')
    const element: OpenElement = { name, plain: '', cdata: null, children: [] }
    if (start[4] !== '/') open.push(element)
    else if (top) top.children.push(close(element))
    else return finish(source, at, close(element))
  }
}

function close(element: OpenElement): XmlElement {
  if (element.cdata !== null && element.plain.trim() !== '') throw new XmlError('text mixed with CDATA')
  return { name: element.name, text: element.cdata ?? element.plain, children: element.children }
}

function finish(source: string, at: number, root: XmlElement): XmlElement {
  if (skipSpace(source, at) !== source.length) throw new XmlError('content after the root element')
  return root
}

function skipSpace(source: string, from: number): number {
  let at = from
  while (at < source.length && source.charCodeAt(at) <= 0x20) at++
  return at
}

function endOf(source: string, mark: string, from: number): number {
  const at = source.indexOf(mark, from)
  if (at < 0) throw new XmlError(`"${mark}" is missing`)
  return at + mark.length
}

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&([^;&]{0,10});?/g, (whole, name: string) => {
    if (!whole.endsWith(';')) throw new XmlError('bare ampersand')
    const known = ENTITIES.get(name)
    if (known !== undefined) return known
    const code = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name)
    const point = code ? (code[1] ? Number.parseInt(code[1], 16) : Number(code[2])) : Number.NaN
    if (!(point > 0 && point <= 0x10ffff)) throw new XmlError('entity is refused')
    return String.fromCodePoint(point)
  })
}

/** Text of the only child with this name; null when it is absent or repeated. */
export function onlyChildText(parent: XmlElement, name: string): string | null {
  const found = parent.children.filter((child) => child.name === name)
  return found.length === 1 && found[0] ? found[0].text : null
}
