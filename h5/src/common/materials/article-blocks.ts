import type { InlinePicture } from './material-draft.ts'

/** A part of an article as a small preview shows it. */
export type ArticleBlock = { is: 'heading' | 'text'; text: string } | { is: 'picture'; src: string }

const BLOCKS = 'h1,h2,h3,h4,p,li,blockquote,img,td,th,pre'

/** An article as text and pictures. Nothing of its HTML is shown: it is read by a parser that runs nothing. */
export function blocksOf(html: string, inline: readonly InlinePicture[]): ArticleBlock[] {
  const tree = new DOMParser().parseFromString(html, 'text/html')
  return [...tree.querySelectorAll<HTMLElement>(BLOCKS)].flatMap((element): ArticleBlock[] => {
    if (element.tagName === 'IMG') {
      const picture = inline.find((one) => String(one.fileId) === element.dataset.file)
      return picture ? [{ is: 'picture', src: picture.src }] : []
    }
    // What holds other blocks is told by them.
    const text = element.querySelector('p,li,img') ? '' : (element.textContent ?? '').trim()
    return text === '' ? [] : [{ is: /^H\d$/.test(element.tagName) ? 'heading' : 'text', text }]
  })
}
