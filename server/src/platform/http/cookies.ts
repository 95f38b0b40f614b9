/** Names of our cookies. The sandbox keeps one set per window by them. */
export const SESSION_COOKIE = 'zk_session'
export const VISITOR_COOKIE = 'zk_visitor'
