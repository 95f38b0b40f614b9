import { createHash, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pool, RowDataPacket } from 'mysql2/promise'
import type { Log } from '../log.ts'

const LEASE_SECONDS = 60

/**
 * Brings the schema up to date with the checked-in migrations, forward only.
 * Many processes may start at once: a leased row is the lock, which also works on clustered servers
 * where named locks are local to a node.
 */
export async function migrate(pool: Pool, folder: string, log: Log): Promise<void> {
  await pool.query('CREATE TABLE IF NOT EXISTS schema_lock (id tinyint NOT NULL PRIMARY KEY, holder varchar(36) NOT NULL, until datetime(3) NOT NULL)')
  await pool.query('CREATE TABLE IF NOT EXISTS schema_migrations (tag varchar(190) NOT NULL PRIMARY KEY, digest char(64) NOT NULL, statements int NOT NULL DEFAULT 0, finished tinyint NOT NULL DEFAULT 0, applied_at datetime(3) NOT NULL)')
  await pool.query("INSERT IGNORE INTO schema_lock (id, holder, until) VALUES (1, '', '2000-01-01')")
  const holder = randomUUID()
  await acquire(pool, holder)
  const renew = setInterval(() => void lease(pool, holder).catch((error: unknown) => log.warn({ err: error }, 'could not renew the schema lock')), (LEASE_SECONDS / 3) * 1000)
  try {
    const tags = await tagsOf(folder)
    await refuseNewer(pool, tags)
    for (const tag of tags) await apply(pool, folder, tag, log)
  } finally {
    clearInterval(renew)
    await pool.query("UPDATE schema_lock SET until = '2000-01-01' WHERE id = 1 AND holder = ?", [holder])
  }
}

/** A program that is older than its database would write what the newer one no longer understands. */
async function refuseNewer(pool: Pool, tags: readonly string[]): Promise<void> {
  const [rows] = await pool.query<(RowDataPacket & { tag: string })[]>('SELECT tag FROM schema_migrations ORDER BY tag')
  const unknown = rows.find(({ tag }) => !tags.includes(tag))
  if (unknown) throw new Error(`这个数据库已由更新版本的知客升级过（迁移 ${unknown.tag}），这个版本不能接着用。请换回新的版本，或恢复升级前的备份`)
}

async function acquire(pool: Pool, holder: string): Promise<void> {
  const giveUp = Date.now() + 120_000
  while (!(await lease(pool, holder))) {
    if (Date.now() > giveUp) throw new Error('另一个知客进程在建表或迁移，两分钟了还没有结束。请等它完成后重新启动')
    await new Promise((done) => setTimeout(done, 250))
  }
}

async function lease(pool: Pool, holder: string): Promise<boolean> {
  const [result] = await pool.query(
    'UPDATE schema_lock SET holder = ?, until = DATE_ADD(UTC_TIMESTAMP(3), INTERVAL ? SECOND) WHERE id = 1 AND (holder = ? OR until < UTC_TIMESTAMP(3))',
    [holder, LEASE_SECONDS, holder],
  )
  return 'affectedRows' in result && result.affectedRows === 1
}

async function tagsOf(folder: string): Promise<string[]> {
  const journal: unknown = JSON.parse(await readFile(join(folder, 'meta', '_journal.json'), 'utf8'))
  if (typeof journal !== 'object' || journal === null || !('entries' in journal) || !Array.isArray(journal.entries)) throw new Error('the migration journal is damaged')
  return journal.entries.map((entry: { tag: string }) => entry.tag)
}

/** Applies one file statement by statement; after a crash in the middle it goes on with the statement that was next. */
async function apply(pool: Pool, folder: string, tag: string, log: Log): Promise<void> {
  const text = await readFile(join(folder, `${tag}.sql`), 'utf8')
  const digest = createHash('sha256').update(text).digest('hex')
  const statements = text.split('--> statement-breakpoint').map((s) => s.trim()).filter(Boolean)
  const [rows] = await pool.query<(RowDataPacket & { digest: string; statements: number; finished: number })[]>('SELECT digest, statements, finished FROM schema_migrations WHERE tag = ?', [tag])
  const known = rows[0]
  if (known?.finished) {
    if (known.digest !== digest) throw new Error(`这个数据库是另一个版本的知客建的（迁移 ${tag} 与程序里的不同），不能接着用。请换回原来的版本，或换一个空的数据库（用内置数据库时换一个 DATA_DIR）`)
    return
  }
  if (!known) await pool.query('INSERT INTO schema_migrations (tag, digest, applied_at) VALUES (?, ?, UTC_TIMESTAMP(3))', [tag, digest])
  for (let i = known?.statements ?? 0; i < statements.length; i++) {
    await pool.query(statements[i] ?? '')
    await pool.query('UPDATE schema_migrations SET statements = ?, digest = ? WHERE tag = ?', [i + 1, digest, tag])
  }
  await pool.query('UPDATE schema_migrations SET finished = 1, applied_at = UTC_TIMESTAMP(3) WHERE tag = ?', [tag])
  log.info({ migration: tag, statements: statements.length }, 'migration applied')
}
