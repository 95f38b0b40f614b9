/** Last known answers of this viewer, for showing something at once while the fresh answer is on its way. */
const PREFIX = 'zk:last:'
const OWNER = 'zk:last-owner'
const KEEP_MS = 3 * 24 * 3600_000
const MOST_ENTRIES = 60
const MOST_CHARACTERS = 60_000
/** Answers of another build may have another shape. The built file's name changes with its content. */
const BUILD = new URL(import.meta.url).pathname

interface Entry<T> { at: number; build: string; value: T }

let owner: string | null = null

/** Must be called before anything is read or written: answers of another viewer are thrown away. */
export function cacheFor(viewerKey: string): void {
  owner = viewerKey
  stored((storage) => {
    if (storage.getItem(OWNER) === viewerKey) return
    clearAll(storage)
    storage.setItem(OWNER, viewerKey)
  })
}

/** Whose answers are kept on this device, or null. */
export function cacheOwner(): string | null {
  return stored((storage) => storage.getItem(OWNER)) ?? null
}

/** Forgets everything: on sign-out, or when the session turns out to be over. */
export function forgetCache(): void {
  owner = null
  stored((storage) => {
    clearAll(storage)
    storage.removeItem(OWNER)
  })
}

/** The last known answer under `key`, or undefined. */
export function lastKnown<T>(key: string): T | undefined {
  if (owner === null) return undefined
  return stored((storage) => {
    const text = storage.getItem(PREFIX + key)
    if (text === null) return undefined
    const entry: Entry<T> = JSON.parse(text)
    return entry.build === BUILD && Date.now() - entry.at < KEEP_MS ? entry.value : undefined
  })
}

/** Keeps an answer; the oldest ones make room. */
export function keepKnown<T>(key: string, value: T): void {
  if (owner === null) return
  const entry: Entry<T> = { at: Date.now(), build: BUILD, value }
  const text = JSON.stringify(entry)
  if (text.length > MOST_CHARACTERS) return
  stored((storage) => {
    storage.setItem(PREFIX + key, text)
    const keys = keysOf(storage)
    if (keys.length <= MOST_ENTRIES) return
    const byAge = keys.map((name) => ({ name, at: ageOf(storage.getItem(name)) })).sort((a, b) => a.at - b.at)
    for (const { name } of byAge.slice(0, keys.length - MOST_ENTRIES)) storage.removeItem(name)
  })
}

/** Forgets the answers under these keys, and every answer in which a text stands. */
export function forgetKnown(keys: readonly string[], text: string): void {
  stored((storage) => {
    for (const name of keysOf(storage)) {
      if (keys.includes(name.slice(PREFIX.length)) || `${name}${storage.getItem(name) ?? ''}`.includes(text)) storage.removeItem(name)
    }
  })
}

/** Storage may be full or forbidden (private mode): then there simply is no cache. */
function stored<T>(use: (storage: Storage) => T): T | undefined {
  try {
    return use(localStorage)
  } catch (reason) {
    console.warn('last known answers are not available', reason)
    return undefined
  }
}

function keysOf(storage: Storage): string[] {
  return Object.keys(storage).filter((name) => name.startsWith(PREFIX))
}

function clearAll(storage: Storage): void {
  for (const name of keysOf(storage)) storage.removeItem(name)
}

function ageOf(text: string | null): number {
  const at = /^\{"at":(\d+)/.exec(text ?? '')?.[1]
  return at === undefined ? 0 : Number(at)
}
