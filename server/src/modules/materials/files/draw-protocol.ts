import { z } from 'zod'

/** What the server asks the drawing process, one question at a time. */
export type DrawAsk =
  | { kind: 'open-pdf'; bytes: Uint8Array }
  /** A page of the opened PDF, counted from 1. */
  | { kind: 'draw-page'; page: number }
  /** A JPG or PNG. */
  | { kind: 'draw-picture'; bytes: Uint8Array }

const REFUSALS = ['encrypted', 'damaged', 'page', 'pixels'] as const
/** Why a file can't be drawn, however often one tries. */
export type DrawRefusal = (typeof REFUSALS)[number]

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array)
const pictures = z.array(z.object({ name: z.string(), bytes }))
const size = { width: z.number().int().positive(), height: z.number().int().positive() }
export const drawAnswer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('opened'), pages: z.number().int() }),
  /** Size at the smaller page width, and the finished pictures. */
  z.object({ kind: z.literal('drawn'), ...size, pictures, original: z.object(size) }),
  z.object({ kind: z.literal('refused'), reason: z.enum(REFUSALS) }),
])
export type DrawAnswer = z.infer<typeof drawAnswer>
export type Drawn = Extract<DrawAnswer, { kind: 'drawn' }>
