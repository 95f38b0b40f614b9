/**
 * Works on all of a list at once; what can't be done is found by halving, so that it doesn't hold up the others. One part after
 * the other: each may lock rows.
 * @param passing is it a failure of the moment, of all alike? It is thrown, and the whole is tried again later
 * @param refused hears of each for which it fails alone
 */
export async function halving<T, R>(list: readonly T[], work: (part: readonly T[]) => Promise<R[]>, { passing, refused }: { passing(error: unknown): boolean; refused(one: T, error: unknown): void }): Promise<R[]> {
  try {
    return await work(list)
  } catch (error) {
    if (passing(error)) throw error
    const half = list.length >> 1
    if (half > 0) return [...await halving(list.slice(0, half), work, { passing, refused }), ...await halving(list.slice(half), work, { passing, refused })]
    for (const one of list) refused(one, error)
    return []
  }
}
