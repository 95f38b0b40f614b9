import type { z } from 'zod'
import type { Corp } from '../world/corp.ts'
import type { Sandbox } from '../world/sandbox.ts'
import { WecomError } from './wecom-error.ts'

/** One file of a multipart upload. */
export interface UploadedFile {
  name: string
  mime: string
  bytes: Buffer
}

export interface ApiCall<Body> {
  sandbox: Sandbox
  corp: Corp
  query: Readonly<Record<string, string>>
  body: Body
  /** Range header, for media/get */
  range: string | undefined
  file: UploadedFile | undefined
}

/** A binary answer (media/get). */
interface BinaryAnswer {
  bytes: Buffer
  mime: string
  name: string
  range: { start: number; end: number; total: number } | null
}

export type ApiAnswer = Record<string, unknown> | { binary: BinaryAnswer }

type Handler<Body> = (call: ApiCall<Body>) => ApiAnswer | Promise<ApiAnswer>

/** Who may call: app = any app with a token, customer = listed in 可调用接口的应用. */
type ApiScope = 'app' | 'customer'

export interface ApiRoute {
  method: 'GET' | 'POST'
  path: string
  scope: ApiScope
  multipart: boolean
  /** Fields that come back empty on failure. */
  empty: Record<string, unknown>
  run: (call: ApiCall<unknown>) => ApiAnswer | Promise<ApiAnswer>
}

interface RouteOptions {
  empty?: Record<string, unknown>
}

export function get(scope: ApiScope, path: string, handler: Handler<undefined>, options: RouteOptions = {}): ApiRoute {
  return { method: 'GET', path, scope, multipart: false, empty: options.empty ?? {}, run: (call) => handler({ ...call, body: undefined }) }
}

/** POST with a JSON body; a value of the wrong type is refused with 40058, unknown fields are ignored as WeCom does. */
export function post<Schema extends z.ZodType>(
  scope: ApiScope, path: string, schema: Schema, handler: Handler<z.output<Schema>>, options: RouteOptions = {},
): ApiRoute {
  const run = (call: ApiCall<unknown>): ApiAnswer | Promise<ApiAnswer> => {
    const parsed = schema.safeParse(call.body)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      throw new WecomError(40058, `invalid Request Parameter: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`)
    }
    return handler({ ...call, body: parsed.data })
  }
  return { method: 'POST', path, scope, multipart: false, empty: options.empty ?? {}, run }
}

/** POST with one multipart file. */
export function upload(path: string, handler: Handler<undefined>): ApiRoute {
  return { method: 'POST', path, scope: 'app', multipart: true, empty: {}, run: (call) => handler({ ...call, body: undefined }) }
}
