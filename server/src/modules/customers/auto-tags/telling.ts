import type { AutoTagSource } from '../tables.ts'
import type { Told } from '../tag-marking.ts'
import { autoTagsOf } from './store.ts'
import type { AutoTagRow } from './store.ts'

/** How automatic tags are told: in the customer log with what set them, one row for each source. Nobody did it, so nothing is audited. */
export function toldOf(corpId: number, rows: readonly AutoTagRow[], checkAfterMs: number): Told {
  const sources = new Map(rows.map((row) => [row.source, row.title]))
  return {
    checkAfterMs,
    rows({ added }) {
      // A tag that several sources set is told of once.
      const sourceOf = (tagId: string) => rows.find((row) => row.tagId === tagId)?.source
      return [...sources].flatMap(([source, title]) => {
        const tags = added.filter((tag) => sourceOf(tag.tagId) === source)
        return tags.length === 0 ? [] : [{ mark: source, turned: { added: tags, removed: [] }, why: whyOf(source, title) }]
      })
    },
    record: (tx) => autoTagsOf(tx, corpId).conclude(rows.map((row) => row.id), { state: 'done' }),
  }
}

function whyOf(source: AutoTagSource, title: string): Record<string, unknown> {
  return { by: 'material', title, materialId: Number(source.slice('material:'.length)) }
}
