/**
 * Pages that a person keeps in her WeChat, and those she opened lately.
 *
 *   GET    /sandbox/api/people/:id/pages                SavedPages
 *   POST   /sandbox/api/people/:id/pages/recent         PageCard   she has this page open
 *   POST   /sandbox/api/people/:id/pages/favourites     PageCard   收藏
 *   DELETE /sandbox/api/people/:id/pages/favourites     { url }
 *   POST   /sandbox/api/people/:id/share                SharePage → Message   the page's own 转发给朋友
 */

/** A page as a card shows it. */
export interface PageCard {
  url: string
  title: string
  desc: string
  imgUrl: string
}

export interface SavedPage extends PageCard {
  /** When it was kept, or last opened. */
  at: number
}

/** Latest first. */
export interface SavedPages {
  favourites: SavedPage[]
  recent: SavedPage[]
}

export interface SharePage {
  link: PageCard
  /** A chat of hers … */
  toChatId?: string
  /** … or another person, a chat between the two is made when needed. */
  toPerson?: string
}
