/** How readers are named through the corp's official account (MAT-15). */
export const READER_SIGN_INS = ['silent', 'ask'] as const
export type ReaderSignIn = (typeof READER_SIGN_INS)[number]

export const READER_SIGN_IN_LABELS: Record<ReaderSignIn, { name: string; about: string }> = {
  silent: { name: '静默识别', about: '读者什么也看不到。只认得出关注了公众号的客户。' },
  ask: { name: '点一次同意', about: '微信会请读者同意一次，没有关注的客户也认得出。不同意也能阅读。' },
}
