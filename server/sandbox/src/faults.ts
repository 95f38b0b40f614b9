import { z } from 'zod'
import type { ApiFault, CallbackFault, Faults } from './protocol/faults.ts'

const times = z.number().int().positive().optional()

export const faultsSchema = z.object({
  api: z.array(z.object({
    path: z.string().min(1), corpid: z.string().optional(), latencyMs: z.number().int().min(0).max(120_000).optional(),
    errcode: z.number().int().optional(), errmsg: z.string().optional(), httpStatus: z.number().int().min(200).max(599).optional(),
    dropConnection: z.enum(['before', 'after']).optional(), times,
  })).default([]),
  callbacks: z.array(z.object({
    mode: z.enum(['drop', 'duplicate', 'reorder', 'delay']), corpid: z.string().optional(),
    delayMs: z.number().int().min(0).max(600_000).optional(), times,
  })).default([]),
})

/** What goes wrong on purpose; every hit of a counted fault uses it up. */
export class FaultBox {
  private current: Faults = { api: [], callbacks: [] }

  get faults(): Faults {
    return this.current
  }

  replace(faults: Faults): void {
    this.current = structuredClone(faults)
  }

  clear(): void {
    this.current = { api: [], callbacks: [] }
  }

  /** Faults for one API call, in the order given; counted ones lose one. */
  takeApi(path: string, corpid: string): ApiFault[] {
    const hits = this.current.api.filter((fault) => matches(fault.path, path) && (fault.corpid === undefined || fault.corpid === corpid))
    for (const fault of hits) if (fault.times !== undefined) fault.times -= 1
    const taken = hits.map((fault) => ({ ...fault }))
    this.current.api = this.current.api.filter((fault) => fault.times === undefined || fault.times > 0)
    return taken
  }

  /** Faults for one callback. */
  takeCallback(corpid: string): CallbackFault[] {
    const hits = this.current.callbacks.filter((fault) => fault.corpid === undefined || fault.corpid === corpid)
    for (const fault of hits) if (fault.times !== undefined) fault.times -= 1
    const taken = hits.map((fault) => ({ ...fault }))
    this.current.callbacks = this.current.callbacks.filter((fault) => fault.times === undefined || fault.times > 0)
    return taken
  }
}

/** `*` stands for any characters; without a star the path must be equal. */
export function matches(pattern: string, path: string): boolean {
  const source = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')
  return new RegExp(`^${source}$`).test(path)
}
