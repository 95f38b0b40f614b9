import type { Permission } from '@zhike/shared'
import type { ViewerView } from '@zhike/shared/contract'
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { api, whenSignedOut } from './api.ts'
import { asApiError } from './api-error.ts'
import { cacheFor, cacheOwner, forgetCache, keepKnown, lastKnown } from './cache.ts'
import { insideWecom } from './client.ts'
import { connection } from './connection.ts'
import { setServerNow } from './now.ts'

const CORP = 'zk:corp'
const SIGN_IN = 'zk:sign-in'
/** So many sign-ins within this time, none of which held (cookie refused, wrong corp): then it is said, not tried again. */
const SIGN_IN_TRIES = 3
const SIGN_IN_WITHIN_MS = 20_000

type SessionState = 'starting' | 'ready' | 'signing-in' | 'failed'

/** Who is using this app (SYS-3), for every screen. */
export const useSession = defineStore('session', () => {
  const state = ref<SessionState>('starting')
  const viewer = ref<ViewerView | null>(null)
  const problem = ref('')
  /** The failure is the connection's, not the sign-in's: it is tried again when the server is back. */
  const away = ref(false)

  /** Signs in where needed and learns who the viewer is. Never throws: the outcome is `state`. */
  async function start(): Promise<void> {
    state.value = 'starting'
    const corp = wantedCorp()
    whenSignedOut(() => signIn(corp))
    // What she saw last is there at once; whether she still may see it the server says in a moment.
    const known = corp === null ? null : rememberedOwner(corp)
    if (known !== null) showRemembered(known)
    try {
      const answer = await api('GET /api/session')
      if (corp !== null && answer.viewer.corp.wecomCorpId !== corp) return signIn(corp)
      sessionStorage.removeItem(SIGN_IN)
      setServerNow(answer.now)
      accept(answer.viewer)
    } catch (thrown) {
      const error = asApiError(thrown)
      if (error.status === 401 || viewer.value) return
      fail(error.message, error.temporary)
    }
  }

  function accept(known: ViewerView): void {
    const key = `${known.corp.wecomCorpId}/${known.staffId}`
    cacheFor(key)
    keepKnown('viewer', known)
    localStorage.setItem(CORP, known.corp.wecomCorpId)
    viewer.value = known
    state.value = 'ready'
  }

  function showRemembered(owner: string): void {
    cacheFor(owner)
    const known = lastKnown<ViewerView>('viewer')
    if (!known || state.value !== 'starting') return
    viewer.value = known
    state.value = 'ready'
  }

  /** Leaves for the sign-in of WeCom (in its client) or the QR sign-in (elsewhere), and comes back to this very page. */
  function signIn(corp: string | null): void {
    if (state.value === 'signing-in') return
    forgetCache()
    viewer.value = null
    const recent = (sessionStorage.getItem(SIGN_IN) ?? '').split(',').filter((at) => Date.now() - Number(at) < SIGN_IN_WITHIN_MS)
    if (recent.length >= SIGN_IN_TRIES) return fail('登录没有成功，请重试；一直不行请联系管理员检查应用的可见范围')
    sessionStorage.setItem(SIGN_IN, [...recent, Date.now()].join(','))
    state.value = 'signing-in'
    location.replace(signInUrl(corp))
  }

  function fail(text: string, temporary = false): void {
    state.value = 'failed'
    problem.value = text
    away.value = temporary
  }

  /** Tries again after a failed sign-in. */
  async function retry(): Promise<void> {
    sessionStorage.removeItem(SIGN_IN)
    await start()
  }

  /** Ends the session on the server and forgets what this device remembered. */
  async function signOut(): Promise<void> {
    await api('DELETE /api/session')
    forgetCache()
    viewer.value = null
    fail('已退出登录')
  }

  watch(() => connection.recoveries, () => { if (state.value === 'failed' && away.value) void start() })

  const can = computed(() => {
    const held = new Set<Permission>(viewer.value?.permissions)
    return (permission: Permission): boolean => held.has(permission)
  })

  return { state, viewer, problem, away, can, start, retry, signOut }
})

/** The corp of this page: from the address, else the one used last on this device. */
function wantedCorp(): string | null {
  return new URLSearchParams(location.search).get('corp') ?? localStorage.getItem(CORP)
}

/** Without a corp the server knows whether there is only one. */
function signInUrl(corp: string | null): string {
  const back = location.pathname + location.search + location.hash
  const mode = insideWecom() ? '' : '&mode=web'
  return `/auth/wecom${corp === null ? '' : `/${encodeURIComponent(corp)}`}?next=${encodeURIComponent(back)}${mode}`
}

function rememberedOwner(corp: string): string | null {
  const owner = cacheOwner()
  return owner?.startsWith(`${corp}/`) ? owner : null
}
