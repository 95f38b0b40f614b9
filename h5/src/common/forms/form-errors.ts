import { nextTick, shallowReactive } from 'vue'
import { ApiError, errorText } from '../api-error.ts'

/** Messages at the fields of a form, and one above all for what belongs to no field. */
export interface FormErrors<Field extends string> {
  at: Partial<Record<Field, string>>
  /** Empty when nothing is wrong beyond the fields. */
  other: string
}

/** Keeps the messages of a form: its own checks, and the server's `details.fields` (GEN-7). */
export function useFormErrors<Field extends string>(fields: readonly Field[]) {
  const errors = shallowReactive<FormErrors<Field>>({ at: {}, other: '' })

  function clear(): void {
    errors.other = ''
    errors.at = {}
  }

  /** Shows the messages of the form's own checks. @returns true when there is none */
  function show(found: Partial<Record<Field, string>>): boolean {
    clear()
    errors.at = found
    return Object.values(found).every((text) => !text)
  }

  /** The same when she wants to save: brings the first message into view. @returns true when there is none */
  function check(found: Partial<Record<Field, string>>): boolean {
    const right = show(found)
    if (!right) reveal()
    return right
  }

  /** Shows what the server said, each message at its field. */
  function accept(thrown: unknown): void {
    clear()
    const said = thrown instanceof ApiError ? thrown.details?.fields ?? {} : {}
    const found: Partial<Record<Field, string>> = {}
    for (const field of fields) {
      const text = Object.entries(said).find(([name]) => name === field || name.startsWith(`${field}.`))?.[1]
      if (text) found[field] = text
    }
    errors.at = found
    if (Object.keys(found).length === 0) errors.other = errorText(thrown)
    else reveal()
  }

  return { errors, show, check, accept }
}

/** The field that is wrong may lie far above the button. */
function reveal(): void {
  void nextTick(() => {
    const wrong = document.querySelector<HTMLElement>('form [aria-invalid="true"], form .error')
    wrong?.scrollIntoView({ block: 'center', behavior: 'smooth' })
    wrong?.focus({ preventScroll: true })
  })
}
