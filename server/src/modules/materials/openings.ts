import { z } from 'zod'
import type { Platform } from '../../platform/platform.ts'
import { addPoints, intendTags, updateCustomerEvent } from '../customers/index.ts'
import type { Reaction, WantedTag } from '../customers/index.ts'
import { dayName } from '@zhike/shared'
import { materialsOf } from './library/store.ts'

/** What the radar tells of an opening. */
const opening = z.object({ materialId: z.number().int() })

/**
 * When a customer opens a material, its points are added to her score, once a day of the corp's zone (MAT-9), and its tags are
 * to be set on her, once (MAT-18). The log names who really read, so what was passed on counts for its reader (MAT-19).
 */
export function whenOpened({ clock }: Pick<Platform, 'clock'>): Reaction {
  return async (tx, corp, events) => {
    const openings = events.map((event) => ({ ...event, ...opening.parse(event.data) }))
    const opened = new Map((await materialsOf(tx, corp.id).tracking(openings.map((one) => one.materialId))).map((material) => [material.id, material]))
    const points = await addPoints(tx, corp.id, openings.map((one) => ({
      ...one, source: sourceOf(one.materialId), day: dayName(one.at, corp.zone), points: opened.get(one.materialId)?.score ?? 0,
    })))
    for (const one of points) await updateCustomerEvent(tx, { ...one, corpId: corp.id }, { points: one.points })
    await intendTags(tx, corp.id, openings.flatMap(({ customerId, staffId, materialId }): WantedTag[] => {
      const { title = '', tagIds = [] } = opened.get(materialId) ?? {}
      return tagIds.map((tagId) => ({ customerId, staffId, tagId, source: sourceOf(materialId), title }))
    }), clock.now())
  }
}

const sourceOf = (materialId: number) => `material:${materialId}` as const
