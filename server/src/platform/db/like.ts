/** Pattern for LIKE: texts that begin with this, taken literally. An index on the column answers it. */
export function beginsWith(text: string): string {
  return `${literally(text)}%`
}

/** Pattern for LIKE: texts with this anywhere in them, taken literally. No index helps. */
export function contains(text: string): string {
  return `%${literally(text)}%`
}

function literally(text: string): string {
  return text.replace(/[\\%_]/g, (sign) => `\\${sign}`)
}
