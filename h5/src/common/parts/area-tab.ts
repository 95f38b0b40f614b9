import type { Icon } from '../icons/icon.ts'

/** One area of an app, in the bottom bar and the side rail. */
export interface AreaTab {
  /** Path of its first page; paths below it belong to the same area. */
  to: string
  label: string
  icon: Icon
  /** Other paths that belong to it. */
  also?: readonly string[]
}

/** True when a path lies in the area. */
export function isInArea(tab: AreaTab, path: string): boolean {
  return [tab.to, ...(tab.also ?? [])].some((start) => path === start || (start !== '/' && path.startsWith(`${start}/`)))
}
