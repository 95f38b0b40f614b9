import { z } from 'zod'

// Optional fields of WeCom's answers are omitted, null, or empty, without system (wecom-api/03 §1.3). These schemas make
// one of each: text is never undefined, a list is never missing.

/** A text that may be absent; '' then. */
export const optionalText = z.string().nullish().transform((text) => text ?? '')

/** A number that may be absent or sent as text; null then. */
export const optionalNumber = z.union([z.number(), z.string(), z.null()]).optional().transform((value) => {
  const number = value === null || value === undefined || value === '' ? Number.NaN : Number(value)
  return Number.isFinite(number) ? number : null
})

/** A list that may be absent; [] then. */
export function optionalList<S extends z.ZodType>(item: S) {
  return z.array(item).nullish().transform((list) => list ?? [])
}

/** An answer in which nothing but success matters. */
export const emptyAnswer = z.looseObject({})

/** `"a|b"` or `["a","b"]` (both occur for invaliduser, wecom-api/02 §6) → list. */
export const barList = z.union([z.string(), z.array(z.union([z.string(), z.number()]))]).nullish().transform((value) => {
  if (typeof value === 'string') return value.split('|').filter((part) => part !== '')
  return (value ?? []).map(String)
})
