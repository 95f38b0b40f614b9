import { z } from 'zod'
import { LIMITS } from '../limits.ts'
import { isMobile, mobileDigits } from '../phones.ts'

/** Epoch milliseconds, UTC. */
export const moment = z.number().int().nonnegative()
/** A moment that a caller names: no later than a database can hold. */
export const instant = z.coerce.number<number>().int().min(0).max(Date.UTC(9999, 0))
/** One of our own rows. */
export const rowId = z.coerce.number<number>().int().positive().max(Number.MAX_SAFE_INTEGER)
/** An id given by WeCom: opaque text, never validated by its prefix (wecom-api/00 §1). */
export const wecomId = z.string().trim().min(1).max(128)

/** Search text as typed: blanks cut, bounded. */
export const searchText = z.string().trim().max(LIMITS.searchText).optional()

/** Query part of every list: keyset cursor and page size (GEN-1). `skip`: so many rows later, for turning to a page. */
export const paging = {
  after: z.string().max(200).optional(),
  skip: z.coerce.number<number>().int().min(0).max(LIMITS.skipMost).optional(),
  limit: z.coerce.number<number>().int().min(1).max(LIMITS.pageMax).default(LIMITS.page),
}

/**
 * Answer of every list. `next` is the cursor of the following page, null at the end. `total`, told by most lists without
 * `after` (by those that are dear to count only with `skip`), is how many rows there are; `more`: beyond that they were not counted.
 */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().nullable(), total: z.number().int().optional(), more: z.boolean().optional() })

export const jobStarted = z.object({ jobId: z.number().int() })

/** A member as named on screens. */
export const staffRef = z.object({ staffId: z.number().int(), userid: z.string(), name: z.string(), avatar: z.string().nullable() })
export type StaffRef = z.infer<typeof staffRef>

/** Text as people type it: blanks at both ends cut, one to `max` characters. */
export const typedText = (max: number, label: string) =>
  z.string().trim().min(1, `请填写${label}`).refine((t) => [...t].length <= max, `${label}最多 ${max} 个字`)
/** A mobile number of the mainland as people write it. Gives eleven digits. */
export const mobilePhone = z.string().max(40).transform(mobileDigits).refine(isMobile, '手机号应是以 1 开头的 11 位数字')

/** The same, and may be empty. */
export const optionalText = (max: number, label: string) =>
  z.string().trim().refine((t) => [...t].length <= max, `${label}最多 ${max} 个字`)
