/** White text keeps a contrast of at least 4.5 on each of them. */
const COLOURS = ['#7453e8', '#0b7d6c', '#1a72cb', '#b35206', '#c93a67', '#5a6b86', '#2e7d32', '#8f4bb8', '#a5482b', '#3b5bdb']

/** A colour that always belongs to the same name. */
export function colourOfName(name: string): string {
  let sum = 7
  for (const sign of name) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) % 1_000_003
  return COLOURS[sum % COLOURS.length] ?? '#5a6b86'
}
