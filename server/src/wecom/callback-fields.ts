import type { XmlElement } from './xml.ts'

/** A field that a known event must have is absent; the event is then kept as unknown. */
export class MissingField extends Error {
  override readonly name = 'MissingField'
  constructor(readonly field: string) {
    super(`field ${field} is missing`)
  }
}

/** Typed access to the fields of one decrypted callback. Empty elements count as absent. */
export class CallbackFields {
  constructor(private readonly root: XmlElement) {}

  /** Trimmed text, or null when absent or empty. */
  text(name: string): string | null {
    const found = this.root.children.find((child) => child.name === name)
    return found?.text.trim() || null
  }

  /** Trimmed text of a field without which the event means nothing. */
  need(name: string): string {
    const text = this.text(name)
    if (text === null) throw new MissingField(name)
    return text
  }

  /** Text exactly as sent, empty when absent: for what people typed. */
  verbatim(name: string): string {
    return this.root.children.find((child) => child.name === name)?.text ?? ''
  }

  number(name: string): number | null {
    const text = this.text(name)
    if (text === null) return null
    const value = Number(text)
    return Number.isFinite(value) ? value : null
  }

  needNumber(name: string): number {
    const value = this.number(name)
    if (value === null) throw new MissingField(name)
    return value
  }

  /** `"a,b"` → ["a", "b"]; null when absent. */
  csv(name: string): string[] | null {
    return this.text(name)?.split(',').map((part) => part.trim()).filter((part) => part !== '') ?? null
  }

  /** The texts of a repeated top-level element. */
  texts(name: string): string[] {
    return this.root.children.filter((child) => child.name === name).map((child) => child.text.trim()).filter((text) => text !== '')
  }

  /** The nested block, empty when absent. */
  block(name: string): CallbackFields {
    return new CallbackFields(this.root.children.find((child) => child.name === name) ?? { name, text: '', children: [] })
  }

  /** All nested blocks of this name. */
  blocks(name: string): CallbackFields[] {
    return this.root.children.filter((child) => child.name === name).map((child) => new CallbackFields(child))
  }

  /** Every leaf text by path, e.g. `BatchJob.JobId` or `MemChangeList.Item[1]`. */
  flatten(): Record<string, string> {
    const leaves: [string, string][] = []
    collectLeaves(this.root, '', leaves)
    return Object.fromEntries(leaves)
  }
}

function collectLeaves(element: XmlElement, prefix: string, leaves: [string, string][]): void {
  const seen = new Map<string, number>()
  for (const child of element.children) {
    const nth = seen.get(child.name) ?? 0
    seen.set(child.name, nth + 1)
    const path = `${prefix}${child.name}${nth > 0 ? `[${nth}]` : ''}`
    if (child.children.length > 0) collectLeaves(child, `${path}.`, leaves)
    else leaves.push([path, child.text])
  }
}
