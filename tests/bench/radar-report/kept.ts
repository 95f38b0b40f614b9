// The corp's year is made once a day and kept in the bench's own MariaDB: to make it takes minutes, to ask seconds.
import type { RowDataPacket } from 'mysql2'
import { createConnection } from 'mysql2/promise'
import type { Connection } from 'mysql2/promise'
import { dayName } from '@zhike/shared'
import { newAppKey, readConfig } from '../../../server/src/config.ts'
import { migrate } from '../../../server/src/platform/db/migrate.ts'
import { createPlatform } from '../../../server/src/platform/platform.ts'
import { given } from '../../run/given.ts'
import { bulkConnection, inHaste } from './bulk.ts'
import { makeCorp } from './corp.ts'
import type { BenchCorp } from './corp.ts'
import { fillSums } from './sums.ts'
import { fillYear } from './year.ts'

export const DATABASE = 'zhike_radar_report'
export interface Year { days: number; views: number }

/** Gives the database with such a corp, which it makes when there is none of today. @param redisUrl for the time of making it */
export async function yearOf(year: Year, redisUrl: string, tell: (text: string) => void): Promise<{ url: string; corp: BenchCorp }> {
  const url = new URL(given('ZHIKE_TEST_MYSQL'))
  const admin = await createConnection(url.href)
  url.pathname = `/${DATABASE}`
  try {
    const platformOn = () => createPlatform(readConfig({ DATABASE_URL: url.href, REDIS_URL: redisUrl, APP_KEY: newAppKey(), LOG_LEVEL: 'error', DATA_DIR: '/nonexistent' }))
    const known = await madeBefore(admin, year)
    if (!known) {
      await admin.query(`DROP DATABASE IF EXISTS ${DATABASE}`)
      await admin.query(`CREATE DATABASE ${DATABASE} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`)
    }
    const platform = await platformOn()
    await migrate(platform.database.pool, new URL('../../../server/migrations', import.meta.url).pathname, platform.log)
    const corp = known ?? await make(platform, admin, url.href)
    await platform.close()
    return { url: url.href, corp }
  } finally {
    await admin.end()
  }

  async function make(platform: Awaited<ReturnType<typeof createPlatform>>, connection: Connection, databaseUrl: string): Promise<BenchCorp> {
    const now = Date.now()
    const bulk = await bulkConnection(databaseUrl)
    try {
      return await inHaste(connection, async () => {
        const corp = await makeCorp(platform, bulk, now)
        tell('企业、员工、素材和客户已写入')
        await fillYear(bulk, corp, { now, ...year }, tell)
        await fillSums(bulk, corp, { now, ...year }, tell)
        await bulk.query('ANALYZE TABLE views, shares, material_sender_days, material_days, sender_days, material_pages, customer_heat, customers, customer_relations, notices, view_pages')
        await bulk.query('CREATE TABLE bench_corp (made JSON NOT NULL)')
        await bulk.query('INSERT INTO bench_corp VALUES (?)', [JSON.stringify({ corp, year, now })])
        return corp
      })
    } finally {
      await bulk.end()
    }
  }
}

/** The corp that is there already, unless it is another one, or its evening is over. */
async function madeBefore(admin: Connection, year: Year): Promise<BenchCorp | null> {
  const [tables] = await admin.query<RowDataPacket[]>("SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = 'bench_corp'", [DATABASE])
  if (tables.length === 0) return null
  const [[row]] = await admin.query<(RowDataPacket & { made: string | object })[]>(`SELECT made FROM ${DATABASE}.bench_corp`)
  const made: { corp: BenchCorp; year: Year; now: number } | undefined = row && (typeof row.made === 'string' ? JSON.parse(row.made) : row.made)
  if (!made || made.year.days !== year.days || made.year.views !== year.views) return null
  return dayName(made.now, made.corp.zone) === dayName(Date.now(), made.corp.zone) ? made.corp : null
}
