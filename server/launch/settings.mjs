// The environment the person gave: process.env over the optional `.env` file of the repository.
import { existsSync, readFileSync } from 'node:fs'
import { inRoot } from './places.mjs'
import { Refusal } from './refusal.mjs'

const LINE = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/

/**
 * Reads `NAME=value` lines: `#` comments, `export`, single quotes (literal) and double quotes (with \n).
 * @param {string} text @returns {Record<string, string>}
 */
export function parseDotEnv(text) {
  const values = {}
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(#|$)/.test(line)) continue
    const [, name, raw] = LINE.exec(line) ?? []
    if (name === undefined) throw new Refusal(`.env 里有一行看不懂：「${line.trim()}」。每行应写成 名称=值，注释以 # 开头。`)
    const quoted = /^(['"])(.*?)\1(?:\s+#.*)?$/.exec(raw)
    if (quoted) values[name] = quoted[1] === '"' ? quoted[2].replaceAll('\\n', '\n') : quoted[2]
    else values[name] = raw.replace(/(^|\s+)#.*$/, '')
  }
  return values
}

/** The settings in force; empty values count as not set. @returns {NodeJS.ProcessEnv} */
export function readSettings() {
  const file = inRoot('.env')
  const fromFile = existsSync(file) ? parseDotEnv(readFileSync(file, 'utf8')) : {}
  const given = Object.entries({ ...fromFile, ...process.env }).filter(([, value]) => value !== '')
  return Object.fromEntries(given)
}

/** PORT as a number, 3000 when not set. @param {NodeJS.ProcessEnv} settings */
export function portOf(settings) {
  const text = settings.PORT ?? '3000'
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new Refusal(`PORT=${text} 不是有效的端口号，请用 1 到 65535 之间的整数，例如：PORT=3100 npm start`)
  return port
}

/** Whether the built-in WeCom simulator and its demo corp are wanted: not with a real corp, not when switched off. */
export function wantsSandbox(settings) {
  return settings.WECOM_CORP_ID === undefined && !['0', 'false', 'no'].includes(settings.SANDBOX ?? '1')
}
