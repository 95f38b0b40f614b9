import type { SetupState, SetupStep } from '@zhike/shared/contract'
import { onScopeDispose, shallowRef, watch } from 'vue'
import { api } from '../../common/api.ts'
import { asApiError, isAborted, type ApiError } from '../../common/api-error.ts'
import { connection } from '../../common/connection.ts'

/** Links of the chain that are proven from outside (a sync, WeCom, a colleague): the page looks again by itself. */
const LOOK_AGAIN_MS = 4000

/**
 * The set-up check list (SYS-14): read at once and again while something is on its way; never asks WeCom by itself.
 * @param ticket of a one-time link; is exchanged for a set-up session first
 */
export function useSetupState(ticket: string | null) {
  const state = shallowRef<SetupState | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const loading = shallowRef(true)
  const checking = shallowRef(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let over = false

  async function load(): Promise<void> {
    loading.value = true
    try {
      const used = ticket === null ? null : await useTicket(ticket)
      ticket = null
      try {
        accept(await api('GET /api/setup', { once: true }))
      } catch (thrown) {
        // Neither the link nor an earlier session opens the page: the link's own words say what to do.
        throw used ?? thrown
      }
    } catch (thrown) {
      if (!isAborted(thrown)) error.value = asApiError(thrown)
    }
    loading.value = false
    lookAgain()
  }

  /** @returns why the link was refused: it may have been opened before on this very device, whose session still holds */
  async function useTicket(given: string): Promise<ApiError | null> {
    try {
      await api('POST /api/setup/session', { body: { ticket: given } })
      return null
    } catch (thrown) {
      const refused = asApiError(thrown)
      if (refused.temporary) throw refused
      return refused
    }
  }

  function accept(fresh: SetupState): void {
    state.value = fresh
    error.value = null
  }

  /** Checks every link now. @returns what went wrong with the check itself, in Chinese */
  async function check(): Promise<string | null> {
    checking.value = true
    try {
      accept(await api('POST /api/setup/check'))
      return null
    } catch (thrown) {
      const failed = asApiError(thrown)
      // The check goes on without us, and its result will be there.
      return failed.code === 'timeout' ? '企业微信回应很慢，检查还没有结束，请稍后再点一次' : failed.message
    } finally {
      checking.value = false
      lookAgain()
    }
  }

  function lookAgain(): void {
    clearTimeout(timer)
    const unfinished = state.value?.steps.some((step) => step.state === 'waiting') ?? false
    if (!over && unfinished) timer = setTimeout(() => void look(), LOOK_AGAIN_MS)
  }
  async function look(): Promise<void> {
    if (document.visibilityState === 'visible' && !checking.value && state.value) await load()
    else lookAgain()
  }

  /** Somebody comes back from the WeCom console in another tab. */
  const returned = (): void => { if (document.visibilityState === 'visible' && state.value && !loading.value && !checking.value) void load() }
  document.addEventListener('visibilitychange', returned)
  watch(() => connection.recoveries, () => { if (error.value) void load() })
  onScopeDispose(() => {
    over = true
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', returned)
  })

  void load()
  return { state, error, loading, checking, load, check, accept }
}

/** The first link that a person has to do something about. */
export function firstToDo(steps: readonly SetupStep[]): SetupStep | undefined {
  return steps.find((step) => step.state === 'failed') ?? steps.find((step) => step.state === 'waiting')
}
