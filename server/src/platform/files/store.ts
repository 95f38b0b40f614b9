import type { Readable, Writable } from 'node:stream'

/** Where uploaded and drawn files live. Keys are `corp/…` paths made by us, never by people. */
export interface FileStore {
  put(key: string, body: Buffer, contentType: string): Promise<void>
  /**
   * For what is made piece by piece: `fill` writes into the stream and ends it. The file appears whole when `fill` is done,
   * and not at all when it throws. Nothing is held in memory.
   */
  write(key: string, contentType: string, fill: (out: Writable) => Promise<void>): Promise<void>
  /** Null when there is no such file. */
  get(key: string): Promise<Buffer | null>
  /** Null when there is no such file. @param part only these bytes, both ends included; the caller has asked how many there are */
  stream(key: string, part?: { start: number; end: number }): Promise<{ body: Readable; bytes: number } | null>
  remove(key: string): Promise<void>
  /** Deletes what was begun and last written before a moment (epoch ms) and never appeared, since its process was killed. @returns how many files */
  removeParts(before: number): Promise<number>
}

const SAFE_KEY = /^[a-z0-9][a-z0-9/_.-]{0,200}$/

/** Refuses keys that could leave the store's folder. */
export function assertSafeKey(key: string): void {
  if (!SAFE_KEY.test(key) || key.includes('..') || key.includes('//')) throw new Error('unsafe file key')
}
