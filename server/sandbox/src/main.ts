import { startSandbox } from './server.ts'

/**
 * The sandbox as a process. Environment: SANDBOX_PORT (3001), SANDBOX_HOST (127.0.0.1), SANDBOX_DIR
 * (.data/sandbox), PRODUCT_BASE_URL (http://localhost:3000), PRODUCT_INTERNAL_URL (= PRODUCT_BASE_URL).
 */
const { env } = process
const port = Number(env.SANDBOX_PORT ?? 3001)

const running = await startSandbox({
  port,
  host: env.SANDBOX_HOST,
  dir: env.SANDBOX_DIR ?? '.data/sandbox',
  productBaseUrl: env.PRODUCT_BASE_URL,
  productInternalUrl: env.PRODUCT_INTERNAL_URL,
  clientDir: env.SANDBOX_CLIENT_DIR,
  publicDir: env.SANDBOX_PUBLIC_DIR,
  log: (line) => console.log(`[sandbox] ${line}`),
}).catch((error: unknown) => {
  const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
  console.error(taken ? `沙箱端口 ${port} 已被占用，请用 SANDBOX_PORT 换一个` : error)
  process.exit(1)
})

console.log(`[sandbox] 沙箱企业微信已启动：${running.url}`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    running.close().then(() => process.exit(0), (error: unknown) => {
      console.error(error)
      process.exit(1)
    })
  })
}
