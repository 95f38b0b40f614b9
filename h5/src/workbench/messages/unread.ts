import { computed, type ComputedRef } from 'vue'
import { useAnswer } from '../../common/answer.ts'
import { api } from '../../common/api.ts'
import { useLive } from '../../common/live.ts'
import { onReturn } from '../../common/returning.ts'

/** How many messages to the viewer are new, kept up to date while the screen shows (GEN-10). Null while not known. */
export function useUnread(): ComputedRef<number | null> {
  const answer = useAnswer((signal) => api('GET /api/notices/unread', { signal }))
  useLive('notice', () => void answer.reload(), () => void answer.reload())
  onReturn(() => void answer.reload())
  return computed(() => answer.value.value?.unread ?? null)
}
