import type { UploadKind } from '@zhike/shared'
import { onScopeDispose, reactive, ref } from 'vue'
import { errorText, isAborted } from '../api-error.ts'
import type { PickedFile } from './material-draft.ts'
import { tooLarge, uploadFile } from './uploading.ts'

/** One file on its way to the server. @property part 0…1 @property waiting the line is broken, it goes on by itself */
export interface Underway { id: number; name: string; part: number; waiting: boolean; cancel: () => void }

let last = 0

/**
 * Uploads what is chosen, one after the other, as soon as it is chosen; what is wrong with a file is said before anything is
 * saved (MAT-5, MAT-7). Ends with the part of the screen that it belongs to.
 * @param several files stand side by side: problems name theirs
 */
export function usePicking(kind: () => UploadKind, taken: (file: PickedFile, original: File) => void, { several = false } = {}) {
  const underway = reactive<Underway[]>([])
  const problem = ref('')
  const pictures: string[] = []
  const ending = new AbortController()
  let line: Promise<void> = Promise.resolve()

  onScopeDispose(() => {
    ending.abort()
    for (const picture of pictures) URL.revokeObjectURL(picture)
  })

  async function send(file: File, as: UploadKind, own: AbortController, state: Underway): Promise<void> {
    try {
      if (own.signal.aborted) return
      const uploaded = await uploadFile(as, file, { signal: own.signal, progress: (now) => Object.assign(state, now) })
      const picture = as === 'image' ? URL.createObjectURL(file) : null
      if (picture) pictures.push(picture)
      taken({ fileId: uploaded.fileId, name: uploaded.name, bytes: uploaded.bytes, src: picture, pages: uploaded.pages, durationMs: uploaded.durationMs }, file)
    } catch (thrown) {
      if (!isAborted(thrown)) problem.value = several ? `${file.name}：${errorText(thrown)}` : errorText(thrown)
    } finally {
      underway.splice(underway.findIndex((one) => one.id === state.id), 1)
    }
  }

  /** Puts files in line. */
  function pick(files: readonly File[]): void {
    problem.value = ''
    const as = kind()
    for (const file of files) {
      const refused = tooLarge(as, file)
      if (refused) {
        problem.value = refused
        continue
      }
      const own = new AbortController()
      ending.signal.addEventListener('abort', () => own.abort())
      last += 1
      const state = reactive<Underway>({ id: last, name: file.name, part: 0, waiting: false, cancel: () => own.abort() })
      underway.push(state)
      line = line.then(() => send(file, as, own, state))
    }
  }

  return { underway, problem, pick }
}
