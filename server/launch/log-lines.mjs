// Log lines of our processes: pino's JSON into something a person reads, and logs kept for a few starts.
import { existsSync, renameSync } from 'node:fs'

const LEVELS = { 10: '追踪', 20: '调试', 30: '信息', 40: '警告', 50: '错误', 60: '致命' }
const WARNING = 40
const KEPT = 3

/**
 * Takes one line of output apart.
 * @param {string} line
 * @returns {{ level: number, text: string }} a line that isn't pino's counts as 信息 (30)
 */
export function readLogLine(line) {
  if (!line.startsWith('{')) return { level: 30, text: line }
  try {
    const { level, msg, err } = JSON.parse(line)
    const cause = err?.message && err.message !== msg ? `：${err.message}` : ''
    return { level: typeof level === 'number' ? level : 30, text: `${msg ?? ''}${cause}` || line }
  } catch (error) {
    if (error instanceof SyntaxError) return { level: 30, text: line }
    throw error
  }
}

/** For the console of `npm run dev`: `12:03:04 警告 …`. @param {string} line */
export function prettyLogLine(line) {
  const { level, text } = readLogLine(line)
  if (text === line) return line
  return `${new Date().toTimeString().slice(0, 8)} ${LEVELS[level] ?? level} ${text}`
}

/** Log lines for a person: what they say, each once. @param {readonly string[]} lines */
export const readableLines = (lines) => [...new Set(lines.map((line) => readLogLine(line).text))].join('\n')

/**
 * Lets through warnings and errors only, the same text once a minute.
 * @returns {(line: string) => string | undefined} the text to show
 */
export function warningsOnly() {
  const shown = new Map()
  return (line) => {
    const { level, text } = readLogLine(line)
    if (level < WARNING) return undefined
    const now = Date.now()
    for (const [old, at] of shown) if (now - at > 60_000) shown.delete(old)
    if (shown.has(text)) return undefined
    shown.set(text, now)
    return text.length > 300 ? `${text.slice(0, 300)}…` : text
  }
}

/** Puts the log of the last start aside: web.log → web.log.1 → … web.log.3. @param {string} file */
export function rotate(file) {
  for (let age = KEPT - 1; age >= 0; age--) {
    const from = age === 0 ? file : `${file}.${age}`
    if (existsSync(from)) renameSync(from, `${file}.${age + 1}`)
  }
}
