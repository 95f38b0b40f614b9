import { pinyin } from 'pinyin-pro'

/** What the column holds; longer texts are cut. */
const MOST = 1000
/** Between what is read and how it is typed: texts without it were written before pinyin was searched. */
export const TYPED_MARK = '|'

const spelled = (text: string, pattern: 'first' | 'pinyin') =>
  pinyin(text, { pattern, toneType: 'none', type: 'array', nonZh: 'consecutive' }).join('').replace(/\s+/g, '').toLowerCase()

/** A material as it is searched: title and file names, their pinyin initials and their whole pinyin (`春季价目表` → `cjjmb`, `chunjijiamubiao`). */
export function searchTextOf(title: string, fileNames: readonly string[]): string {
  const readable = [title, ...fileNames].join(' ').replaceAll(TYPED_MARK, ' ').toLowerCase()
  const typed = [spelled(title, 'first'), spelled(title, 'pinyin'), ...fileNames.map((name) => spelled(name, 'first'))].join(' ')
  return [...`${readable}${TYPED_MARK}${typed}`].slice(0, MOST).join('')
}

/** The words of a search; each of them has to be found. */
export function searchWords(typed: string): string[] {
  return typed.toLowerCase().replaceAll(TYPED_MARK, ' ').split(/\s+/).filter(Boolean)
}
