import type { Icon } from '../icons/icon.ts'

/** One area of an app, in the bottom bar and the side rail. */
export interface AreaTab {
  /** Path of its first page; paths below it belong to the same area. */
  to: string
  label: string
  icon: Icon
}
