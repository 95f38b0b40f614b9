import type { JobView } from '@zhike/shared/contract'
import { JOB_STATES } from '@zhike/shared'
import { shallowRef, watch, type ShallowRef } from 'vue'
import { api } from '../../common/api.ts'
import { asApiError, isAborted } from '../../common/api-error.ts'
import { useLive } from '../../common/live.ts'

/** Follows one job to its end: the newest state whenever it moves. `id` null follows nothing. */
export function useJob(id: ShallowRef<number | null>): ShallowRef<JobView | null> {
  const job = shallowRef<JobView | null>(null)

  async function load(): Promise<void> {
    const jobId = id.value
    if (jobId === null) return
    try {
      const fresh = await api('GET /api/jobs/:jobId', { params: { jobId } })
      if (id.value === jobId) job.value = fresh
    } catch (thrown) {
      // Whoever may start a sync need not be allowed to see jobs.
      if (!isAborted(thrown)) console.warn('the job is not known', asApiError(thrown).message)
    }
  }
  watch(id, () => {
    job.value = null
    void load()
  }, { immediate: true })
  useLive('job', (event) => {
    if (event.jobId !== id.value) return
    const state = JOB_STATES.find((known) => known === event.state)
    if (!job.value || !state || state !== job.value.state) return void load()
    job.value = { ...job.value, done: event.done, total: event.total, failed: event.failed, note: event.note }
  }, () => void load())
  return job
}
