import { buildApp } from './app.ts'
import { readConfig } from './config.ts'
import { createModules } from './modules.ts'
import { h5Folder, migrationsFolder } from './paths.ts'
import { migrate } from './platform/db/migrate.ts'
import { createPlatform } from './platform/platform.ts'

/** Reads the configuration, brings the schema up to date, and starts the roles asked for. */
async function main(): Promise<void> {
  const config = readConfig()
  const platform = await createPlatform(config)
  const { log } = platform
  const modules = createModules(platform)
  const state = { closing: false }
  const ends: (() => Promise<unknown>)[] = []

  let ending: Promise<void> | null = null
  const end = (signal: string) => {
    // Shutting down finishes what is in hand: open requests, running jobs, the batch being written.
    ending ??= (async () => {
      state.closing = true
      log.info({ signal }, 'shutting down')
      const late = setTimeout(() => {
        log.error('shutting down takes too long; leaving')
        process.exit(1)
      }, 25_000)
      for (const stop of ends.reverse()) await stop()
      await platform.close()
      clearTimeout(late)
      process.exit(0)
    })()
  }
  process.on('SIGTERM', () => end('SIGTERM'))
  process.on('SIGINT', () => end('SIGINT'))
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'))

  await migrate(platform.database.pool, migrationsFolder, log)
  if (config.firstCorp) await modules.corps.ensureFirst(config.firstCorp)

  if (config.roles.has('worker')) {
    await modules.work()
    ends.push(() => modules.stop())
  }
  if (config.roles.has('web')) {
    const app = await buildApp({ platform, modules, h5Folder, state })
    ends.push(() => app.close())
    await app.listen({ port: config.port, host: config.host })
    log.info({ port: config.port }, `listening on ${config.baseUrl}`)
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
