// Stands in the head of both pages (vite.config.ts) and runs before anything of the app is there, so it is plain statements
// without imports: what the first screen will ask for is asked for while the app is still on its way. request.ts takes the answers.

{
  /** An answer that nobody has taken so soon is old. */
  const KEPT_MS = 10_000
  const RELOADED = 'zk:reloaded-at'
  type Answered = NonNullable<Awaited<ReturnType<NonNullable<Window['zkAhead']>['take']>>>
  const ahead = new Map<string, Promise<Answered>>()

  /** The customer's picture stands at the top of her card, and is the last that comes. */
  const fetchPicture = (body: unknown): void => {
    if (typeof body !== 'object' || body === null || !('avatar' in body) || typeof body.avatar !== 'string') return
    const picture = new Image()
    picture.referrerPolicy = 'no-referrer'
    picture.src = body.avatar
  }
  const ask = (path: string): void => {
    const answer = fetch(path, { headers: { Accept: 'application/json' } }).then(async (response): Promise<Answered> => {
      const body: unknown = await response.json()
      fetchPicture(body)
      return { status: response.status, body }
    })
    answer.catch(() => ahead.delete(path))
    ahead.set(path, answer)
    setTimeout(() => ahead.delete(path), KEPT_MS)
  }
  const take = (path: string): Promise<Answered> | undefined => {
    const answer = ahead.get(path)
    ahead.delete(path)
    return answer
  }
  window.zkAhead = { ask, take }

  ask('/api/session')
  if (location.pathname.endsWith('/sidebar') && /^(#\/?)?$/.test(location.hash)) {
    const query = new URLSearchParams(location.search)
    const [customer, group] = [query.get('customer'), query.get('group')]
    // In the client its signature tells beside whom; elsewhere the address does (sidebar/chat.ts).
    if (/wxwork/i.test(navigator.userAgent)) ask(`/api/wecom/signature?${new URLSearchParams({ url: location.href.replace(/#.*$/, ''), kind: 'agent' }).toString()}`)
    else if (customer) ask(`/api/customers/by-external/${encodeURIComponent(customer)}`)
    else if (group) ask(`/api/group-chats/by-chat/${encodeURIComponent(group)}`)
  }

  // The page itself may be some minutes old (server pages.ts); after an update its files can be gone.
  addEventListener('error', ({ target }) => {
    if (!(target instanceof HTMLScriptElement || target instanceof HTMLLinkElement)) return
    if (Date.now() - Number(sessionStorage.getItem(RELOADED) ?? 0) < 30_000) return
    sessionStorage.setItem(RELOADED, String(Date.now()))
    location.reload()
  }, true)
}
