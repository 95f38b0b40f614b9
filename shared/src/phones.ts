/** What may stand in front of a mobile number of the mainland: +86, 0086, 86. */
const COUNTRY = /^(\+|00)?86(?=1\d{10}$)/

/**
 * The digits of a mobile number as people write or paste it: blanks, hyphens, invisible and full-width characters don't count,
 * nor does the country's code (CUS-36). Gives whatever digits there are; `isMobile` says whether they are a number.
 */
export function mobileDigits(text: string): string {
  return text.normalize('NFKC').replace(/[^\d+]/g, '').replace(COUNTRY, '').replaceAll('+', '')
}

/** Eleven digits that begin with 1. */
export const isMobile = (digits: string): boolean => /^1\d{10}$/.test(digits)

/** Numbers written below each other, or apart by commas and the like; each once. What has too few digits to be a number is left out. */
export function mobilesIn(text: string): string[] {
  const parts = text.normalize('NFKC').split(/[\n\r,;、,;|/]+/)
  return [...new Set(parts.map(mobileDigits).filter((digits) => digits.length >= 5))]
}

/** 138 0013 8000: as it is read aloud. */
export const spacedMobile = (digits: string): string => digits.replace(/^(\d{3})(\d{4})(\d{4})$/, '$1 $2 $3')
