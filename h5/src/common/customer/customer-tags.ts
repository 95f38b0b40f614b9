import type { CustomerProfile, CustomerTag } from '@zhike/shared/contract'
import { computed, ref, shallowRef, type ComputedRef, type Ref } from 'vue'
import { api } from '../api.ts'
import { ApiError, errorText } from '../api-error.ts'
import type { Answer } from '../answer.ts'

interface TagChange { add: readonly CustomerTag[]; remove: readonly string[] }

export interface CustomerTags {
  /** The tags with all changes that are on their way. */
  shown: ComputedRef<CustomerTag[]>
  /** Some change is on its way to WeCom. */
  saving: ComputedRef<boolean>
  /** Why the last change was not made, with what to do; empty when it was. */
  problem: Ref<string>
  /** Shows a change at once and writes it to WeCom; when WeCom refuses, it disappears again and `problem` says why. */
  change: (change: TagChange) => Promise<void>
}

/**
 * Corp tags of the viewer's relation. Changes are written one after the other: what is shown is the server's answer plus
 * those still waiting, so a refused one takes back nothing but itself.
 */
export function useCustomerTags(answer: Answer<CustomerProfile>, saved: () => readonly CustomerTag[]): CustomerTags {
  const waiting = shallowRef<readonly TagChange[]>([])
  const problem = ref('')
  let last: Promise<void> = Promise.resolve()

  const shown = computed(() => waiting.value.reduce<CustomerTag[]>(changed, [...saved()]))
  const saving = computed(() => waiting.value.length > 0)

  async function write(wanted: TagChange): Promise<void> {
    const customerId = answer.value.value?.customerId
    try {
      if (customerId === undefined) return
      const body = { add: wanted.add.map(({ tagId }) => tagId), remove: [...wanted.remove] }
      answer.replace(await api('PUT /api/customers/:customerId/tags', { params: { customerId }, body }))
    } catch (thrown) {
      problem.value = refusal(thrown)
    } finally {
      waiting.value = waiting.value.filter((it) => it !== wanted)
    }
  }

  function change(wanted: TagChange): Promise<void> {
    if (wanted.add.length + wanted.remove.length === 0) return last
    problem.value = ''
    waiting.value = [...waiting.value, wanted]
    last = last.then(() => write(wanted))
    return last
  }

  return { shown, saving, problem, change }
}

function changed(tags: CustomerTag[], { add, remove }: TagChange): CustomerTag[] {
  const kept = tags.filter(({ tagId }) => !remove.includes(tagId))
  return [...kept, ...add.filter(({ tagId }) => !kept.some((tag) => tag.tagId === tagId))]
}

function refusal(thrown: unknown): string {
  const advice = thrown instanceof ApiError ? thrown.details?.advice : undefined
  const text = errorText(thrown)
  return advice && !text.includes(advice) ? `${text}（${advice}）` : text
}
