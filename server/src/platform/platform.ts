import type { Config } from '../config.ts'
import { systemClock } from './clock.ts'
import type { Clock } from './clock.ts'
import { createSecretBox } from './crypto/secret-box.ts'
import type { SecretBox } from './crypto/secret-box.ts'
import { connectDatabase } from './db/connect.ts'
import type { Database, Db } from './db/connect.ts'
import { createLocalFiles } from './files/local.ts'
import { createS3Files } from './files/s3.ts'
import type { FileStore } from './files/store.ts'
import { createLiveBus } from './live.ts'
import type { LiveBus } from './live.ts'
import { createLog } from './log.ts'
import type { Log } from './log.ts'
import { createMetrics } from './metrics.ts'
import type { Metrics } from './metrics.ts'
import { createQueues } from './queues.ts'
import type { Queues } from './queues.ts'
import { connectRedis } from './redis.ts'
import type { RedisClient } from './redis.ts'
import { createStream } from './streams.ts'
import type { Stream } from './streams.ts'

/** What every area stands on. */
export interface Platform {
  config: Config
  clock: Clock
  log: Log
  metrics: Metrics
  database: Database
  db: Db
  /** For requests: fails quickly while Redis is away. */
  redis: RedisClient
  queues: Queues
  stream(name: string): Stream
  files: FileStore
  live: LiveBus
  secrets: SecretBox
  close(): Promise<void>
}

export async function createPlatform(config: Config, replace: { clock?: Clock; log?: Log; name?: string } = {}): Promise<Platform> {
  const log = replace.log ?? createLog({ level: config.logLevel, name: replace.name ?? [...config.roles].join('+') })
  const metrics = createMetrics()
  const database = connectDatabase(config.databaseUrl, { connections: config.databaseConnections })
  const open = (patient: boolean, name: string) => connectRedis(config.redisUrl, log, { patient, name: `zhike-${name}` })
  const redis = open(false, 'requests')
  const background = open(true, 'background')
  const queues = createQueues(background, { log, metrics, prefix: config.redisPrefix })
  const live = createLiveBus(redis, () => open(true, 'live'), log, config.redisPrefix)
  const s3 = config.s3 ? createS3Files(config.s3, `${config.dataDir}/parts`) : null
  return {
    config, log, metrics, database, db: database.db, redis, queues, live,
    clock: replace.clock ?? systemClock,
    stream: (name) => createStream(`{${config.redisPrefix}:${name}}:stream`, redis, () => open(true, `stream-${name}`), { log, metrics }),
    files: s3 ?? createLocalFiles(`${config.dataDir}/files`),
    secrets: createSecretBox(config.appKey),
    async close() {
      await queues.close()
      live.close()
      s3?.close()
      background.disconnect()
      redis.disconnect()
      await database.close()
    },
  }
}
