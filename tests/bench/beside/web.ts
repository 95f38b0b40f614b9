// The product's web process with some plain files beside it (`/plain/<name>`), answered by the same server through the same
// hooks and kept in memory: nothing can be answered with less. What our pages are compared with.
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { buildApp } from '../../../server/src/app.ts'
import { readConfig } from '../../../server/src/config.ts'
import { createModules } from '../../../server/src/modules.ts'
import { h5Folder, migrationsFolder } from '../../../server/src/paths.ts'
import { migrate } from '../../../server/src/platform/db/migrate.ts'
import { createPlatform } from '../../../server/src/platform/platform.ts'

const TYPES: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.webp': 'image/webp', '.jpg': 'image/jpeg', '.png': 'image/png', '.svg': 'image/svg+xml' }
const folder = process.argv[2] ?? ''

const config = readConfig()
const platform = await createPlatform(config)
await migrate(platform.database.pool, migrationsFolder, platform.log)
const modules = createModules(platform)
if (config.firstCorp) await modules.corps.ensureFirst(config.firstCorp)
const app = await buildApp({ platform, modules, h5Folder, state: { closing: false } })

const known = new Map<string, Buffer>()
app.get<{ Params: { name: string } }>('/plain/:name', async ({ params: { name } }, reply) => {
  const bytes = known.get(name) ?? await readFile(join(folder, name))
  known.set(name, bytes)
  const isPage = name.endsWith('.html')
  // Cached as ours are: the page is asked for each time, its pictures never again.
  reply.type(TYPES[extname(name)] ?? 'application/octet-stream').header('cache-control', isPage ? 'no-cache' : 'public, max-age=2592000, immutable')
  return reply.send(isPage ? bytes.toString() : bytes)
})
await app.listen({ port: config.port, host: config.host })
const end = () => void app.close().then(() => platform.close()).then(() => process.exit(0))
process.on('SIGTERM', end)
// Whoever measures has come to an end, also by an error.
process.on('disconnect', end)
process.send?.('ready')
