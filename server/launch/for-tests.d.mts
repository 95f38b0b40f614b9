export interface Daemon {
  readonly port: number
  readonly url: string
  isRunning(): boolean
  start(): Promise<void>
  stop(): Promise<void>
  kill(): Promise<void>
}

export interface Running {
  pid: number
  startedAt: string | undefined
}

type Env = Record<string, string | undefined>

export function demoServerEnv(where: { sandboxUrl: string; baseUrl: string }): Record<string, string>
export function sandboxEnv(where: { sandboxPort: number; baseUrl: string; productUrl: string; dataDir: string }): Record<string, string>
export const NODE_FLAGS: string[]
export function serverEnv(product: {
  settings: Env
  port: number
  dataDir: string
  appKey: string
  services: { databaseUrl: string; redisUrl: string }
  sandboxUrl?: string
}): Env
export function givenDatabase(url: string): Promise<{ url: string }>
export function givenRedis(url: string): Promise<{ url: string }>
export function privateMariadb(folder: string, options: { password: string; throwaway?: boolean }): Promise<Daemon>
export function privateRedis(folder: string, options: { password: string; throwaway?: boolean }): Promise<Daemon>
export function freePort(remembered?: number): Promise<number>
export function endProcess(one: Running, patience: number): Promise<boolean>
export function runRecord(
  folder: string,
  name: string,
): { read(): Running | undefined; write(pid: number, more?: Record<string, unknown>): void; forget(): void }
export function until(condition: () => boolean | Promise<boolean>, limit: number): Promise<boolean>
export function bringUpTestServices(options?: { durable?: boolean; name?: string }): Promise<{
  env: Record<string, string>
  stop(): Promise<void>
}>
export function testServersFolder(folder: string): string
export function chromiumPath(): string | undefined

export type Lock = { taken: true; release(): void } | { taken: false; holder: Running & Record<string, unknown> }
export function tryLock(file: string, more?: Record<string, unknown>): Lock
export function readLogLine(line: string): { level: number; text: string }
export function warningsOnly(): (line: string) => string | undefined
export function parseDotEnv(text: string): Record<string, string>
export function wantsSandbox(settings: Env): boolean
