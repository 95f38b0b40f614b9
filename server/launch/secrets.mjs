// Passwords and keys made once for this data folder, in secrets.json (readable by its owner only).
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readJson, writeJson } from './running.mjs'
import { Refusal } from './refusal.mjs'

/** @typedef {{ appKey: string, mariadbPassword: string, redisPassword: string }} Secrets */

/**
 * The secrets of a data folder; missing ones are made and kept.
 * @param {string} dataDir @returns {Secrets} appKey: 32 random bytes in base64 (APP_KEY)
 * @throws {Refusal} when the file is there but can't be read: a new APP_KEY would make stored corp secrets unreadable
 */
export function secretsOf(dataDir) {
  const file = join(dataDir, 'secrets.json')
  const kept = readJson(file)
  if (!kept && existsSync(file)) throw new Refusal(`${file} 已损坏。请从备份恢复它：里面的 APP_KEY 用来解密已保存的企业密钥，丢了就只能删除整个数据目录重来。`)
  const secrets = {
    appKey: randomBytes(32).toString('base64'),
    mariadbPassword: randomBytes(24).toString('hex'),
    redisPassword: randomBytes(24).toString('hex'),
    ...kept,
  }
  if (JSON.stringify(secrets) !== JSON.stringify(kept)) writeJson(file, secrets)
  return secrets
}
