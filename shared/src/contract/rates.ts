import type { Endpoint, Method } from './define.ts'

/** How often one caller may ask for an endpoint: `most` times within `seconds`, counted from the first time. */
export interface Rate { most: number; seconds: number }

/** What endpoints declare as their own rate; a rate is chosen so that no person working quickly ever meets it. */
export const RATES = {
  read: { most: 600, seconds: 60 },
  change: { most: 120, seconds: 60 },
  /** Searched while typing: costs the database more than a page of a list. */
  search: { most: 240, seconds: 60 },
  /** Asked with ids of WeCom, which may lead to a question to WeCom. */
  chat: { most: 120, seconds: 60 },
  /** Opening a chat's material and sending it. */
  share: { most: 90, seconds: 60 },
  /** Full phone numbers, one customer at a time. */
  phone: { most: 60, seconds: 60 },
  /** Materials: an article is cleaned, which may take a moment of the processor. */
  save: { most: 60, seconds: 60 },
  upload: { most: 120, seconds: 60 },
  /** Pieces of uploads: a hundred of them make the largest video. */
  piece: { most: 1200, seconds: 60 },
  /** Pages of other people's sites that we read for somebody. */
  outside: { most: 20, seconds: 60 },
  /** Drawn pages: a preview shows dozens of them at once. */
  picture: { most: 1800, seconds: 60 },
  export: { most: 10, seconds: 60 },
  /** Deleting a customer's data: can't be undone, and goes through all that is known of her. */
  erase: { most: 10, seconds: 60 },
  /** Secrets that somebody might try to guess. */
  guess: { most: 10, seconds: 60 },
  /** Things a page tells once when it opens. */
  report: { most: 60, seconds: 60 },
  /** Rounds through all of the corp's data at WeCom. */
  sync: { most: 12, seconds: 60 },
} as const satisfies Record<string, Rate>

/** The rate of an endpoint: its own, or the usual one of its method. */
export function rateOf(method: Method, endpoint: Endpoint): Rate {
  if (endpoint.rate) return endpoint.rate
  return method === 'GET' ? RATES.read : RATES.change
}
