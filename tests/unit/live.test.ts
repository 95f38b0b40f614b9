import type { LiveEvent } from '@zhike/shared'
import { describe, expect, it } from 'vitest'
import { concerns } from '../../server/src/modules/live/concerns.ts'
import type { LiveMessage } from '../../server/src/platform/live.ts'

describe('live news reach only whose data scope holds an owner · GEN-9', () => {
  const viewer = (staffIds: number[] | null, jobs = false) => ({ staffId: 5, owners: staffIds ? { all: false as const, staffIds } : { all: true as const }, permissions: new Set(jobs ? (['jobs.read'] as const) : []) })
  const customer: LiveEvent = { kind: 'customer', customerId: 1 }
  const material: LiveEvent = { kind: 'material', materialId: 1 }
  const job: LiveEvent = { kind: 'job', jobId: 1, state: 'running', done: 1, total: 2, failed: 0, note: null }
  it.each<[string, ReturnType<typeof viewer>, LiveMessage, boolean]>([
    ['an owner hears of her customer', viewer([5]), { owners: [5], event: customer }, true],
    ['a colleague does not', viewer([5]), { owners: [6], event: customer }, false],
    ['who sees all hears all', viewer(null), { owners: [6], event: customer }, true],
    ['what is for one person is for no other', viewer(null), { owners: [], to: 6, event: customer }, false],
    ['news of customers without owners reach nobody', viewer(null), { owners: [], event: customer }, false],
    ['materials are everyone’s', viewer([5]), { owners: [], event: material }, true],
    ['jobs are not', viewer([5]), { owners: [], event: job }, false],
    ['but for who may see the job centre', viewer([5], true), { owners: [], event: job }, true],
  ])('%s', (_rule, who, message, heard) => expect(concerns(who, message)).toBe(heard))
})
