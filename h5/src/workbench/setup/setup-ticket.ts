import type { RouteLocationNormalizedLoaded, Router } from 'vue-router'

/**
 * The ticket of a one-time set-up link, from the page's address (before or behind the #), and takes it out of there:
 * it is used up, and must not stay in the history.
 */
export function takeTicket(route: RouteLocationNormalizedLoaded, router: Router): string | null {
  const inHash = route.query.ticket
  if (typeof inHash === 'string') {
    void router.replace({ path: route.path })
    return inHash
  }
  const address = new URL(window.location.href)
  const inSearch = address.searchParams.get('ticket')
  if (inSearch === null) return null
  address.searchParams.delete('ticket')
  window.history.replaceState(window.history.state, '', address)
  return inSearch
}
