import { AppError } from '../../../platform/http/errors.ts'

/** Whose work it is: nobody has two places at once, and corps get theirs in turn. */
interface Owner { corpId: number; staffId: number | null }
interface Waiting { owner: Owner; go(): void }

/**
 * Lets `places` works run at once, one of each member. When a place is free it goes to the corp that has the fewest, there to who
 * has waited longest: whoever brings much, or work that takes long, waits for herself and not the others for her.
 * @param most that one member may have waiting; the next is refused with `too_many`
 */
export function fairTurns({ places, most }: { places: number; most: number }) {
  const inside: Owner[] = []
  const waiting: Waiting[] = []
  const isSame = (a: Owner, b: Owner) => a.corpId === b.corpId && a.staffId === b.staffId
  const placesOf = (corpId: number) => inside.filter((owner) => owner.corpId === corpId).length

  function admit(): void {
    while (inside.length < places) {
      const ready = waiting.filter(({ owner }) => !inside.some((one) => isSame(one, owner)))
      const [first, ...others] = ready
      if (!first) return
      const next = others.reduce((best, one) => (placesOf(one.owner.corpId) < placesOf(best.owner.corpId) ? one : best), first)
      waiting.splice(waiting.indexOf(next), 1)
      inside.push(next.owner)
      next.go()
    }
  }

  return async <T>(owner: Owner, work: () => Promise<T>): Promise<T> => {
    if (waiting.filter((one) => isSame(one.owner, owner)).length >= most) throw new AppError('too_many', '前面的文件还在处理，请等它们完成后再上传')
    await new Promise<void>((go) => {
      waiting.push({ owner, go })
      admit()
    })
    try {
      return await work()
    } finally {
      inside.splice(inside.findIndex((one) => isSame(one, owner)), 1)
      admit()
    }
  }
}
