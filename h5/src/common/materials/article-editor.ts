import { Editor, Node } from '@tiptap/core'
import StarterKit from '@tiptap/starter-kit'
import type { InlinePicture } from './material-draft.ts'

declare module '@tiptap/core' {
  interface Commands<ReturnType> {
    zhikePicture: { setPicture: (picture: { fileId: number; alt: string }) => ReturnType }
  }
}

/** A picture that lies on our server, by its file: what is saved names no address. */
function pictureNode(srcOf: (fileId: number) => string | null) {
  return Node.create({
    name: 'zhikePicture',
    group: 'block',
    draggable: true,
    addAttributes: () => ({
      fileId: { default: null, parseHTML: (element) => Number(element.getAttribute('data-file')), renderHTML: ({ fileId }) => ({ 'data-file': String(fileId) }) },
      alt: { default: '' },
    }),
    parseHTML: () => [{ tag: 'img[data-file]' }],
    renderHTML: ({ HTMLAttributes }) => ['img', HTMLAttributes],
    addNodeView: () => ({ node }) => {
      const dom = document.createElement('figure')
      const picture = document.createElement('img')
      const src = srcOf(Number(node.attrs.fileId))
      if (src) picture.src = src
      picture.alt = String(node.attrs.alt || '图片')
      dom.append(picture)
      return { dom }
    },
    addCommands() {
      return { setPicture: (picture) => ({ commands }) => commands.insertContent({ type: this.name, attrs: picture }) }
    },
  })
}

export interface ArticleEditorOptions {
  element: HTMLElement
  html: string
  pictures: () => readonly InlinePicture[]
  changed: (html: string) => void
  /** The cursor or the document has moved: buttons show what applies. */
  moved: () => void
  /** Pictures pasted or dropped. */
  files: (files: File[]) => void
}

/** A small editor for articles: headings, emphasis, lists, quotes, links and pictures; nothing that the server would drop. */
export function createArticleEditor(options: ArticleEditorOptions): Editor {
  const take = (data: DataTransfer | null): boolean => {
    const pictures = [...(data?.files ?? [])].filter((file) => /^image\/(jpeg|png)$/.test(file.type))
    if (pictures.length > 0) options.files(pictures)
    return pictures.length > 0
  }
  return new Editor({
    element: options.element,
    content: options.html,
    extensions: [
      StarterKit.configure({ heading: { levels: [2, 3] }, codeBlock: false, code: false, link: { openOnClick: false, protocols: ['http', 'https', 'tel'], HTMLAttributes: { rel: null, target: null, class: null } } }),
      pictureNode((fileId) => options.pictures().find((picture) => picture.fileId === fileId)?.src ?? null),
    ],
    editorProps: {
      attributes: { class: 'article-text', role: 'textbox', 'aria-multiline': 'true', 'aria-label': '正文' },
      handlePaste: (_view, event) => take(event.clipboardData),
      handleDrop: (_view, event) => take(event.dataTransfer),
    },
    onUpdate: ({ editor }) => options.changed(editor.isEmpty ? '' : editor.getHTML()),
    onTransaction: options.moved,
  })
}

export type { Editor }
