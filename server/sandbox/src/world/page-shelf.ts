import type { PageCard, SavedPage, SavedPages } from '../protocol/saved-pages.ts'

export type PageShelfRecord = [personId: string, pages: SavedPages][]

const RECENT = 30

/** What each person has in her WeChat's 收藏 and 最近打开; a page is there once, by its address. */
export class PageShelf {
  private readonly byPerson = new Map<string, SavedPages>()

  record(): PageShelfRecord {
    return [...this.byPerson]
  }

  restore(record: PageShelfRecord): void {
    this.byPerson.clear()
    for (const [personId, pages] of record) this.byPerson.set(personId, pages)
  }

  of(personId: string): SavedPages {
    return this.byPerson.get(personId) ?? { favourites: [], recent: [] }
  }

  opened(personId: string, page: PageCard, at: number): void {
    const pages = this.of(personId)
    this.byPerson.set(personId, { ...pages, recent: onTop(pages.recent, page, at).slice(0, RECENT) })
  }

  keep(personId: string, page: PageCard, at: number): void {
    const pages = this.of(personId)
    this.byPerson.set(personId, { ...pages, favourites: onTop(pages.favourites, page, at) })
  }

  drop(personId: string, url: string): void {
    const pages = this.of(personId)
    this.byPerson.set(personId, { ...pages, favourites: pages.favourites.filter((page) => page.url !== url) })
  }
}

function onTop(pages: SavedPage[], page: PageCard, at: number): SavedPage[] {
  return [{ ...page, at }, ...pages.filter((known) => known.url !== page.url)]
}
