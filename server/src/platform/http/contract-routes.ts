import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { rateOf } from '@zhike/shared/contract'
import type { BodyOf, Endpoint, Endpoints, Method, ParamsOf, QueryOf, SetupWho, StaffWho } from '@zhike/shared/contract'
import type { z } from 'zod'
import { invalid } from './errors.ts'
import { addressOf } from './rate-limits.ts'

/** What a handler gets: parsed input, and who calls (from the session, never from a parameter). */
export interface Call<E extends Endpoint, Viewer, SetupCaller> {
  params: ParamsOf<E>
  query: QueryOf<E>
  body: BodyOf<E>
  viewer: E['who'] extends StaffWho ? Viewer : E['who'] extends SetupWho ? SetupCaller : null
  request: FastifyRequest
  reply: FastifyReply
}

type Answer<E extends Endpoint> = E['raw'] extends true ? unknown : E['response'] extends z.ZodType ? z.input<E['response']> : void

export type Handlers<T extends Endpoints, Viewer, SetupCaller> = {
  [K in keyof T]: T[K] extends Endpoint ? (call: Call<T[K], Viewer, SetupCaller>) => Promise<Answer<T[K]>> : never
}

/** Says who is calling, or throws `unauthorized` / `forbidden`. Implemented by the identity area. */
export interface Guard<Viewer, SetupCaller> {
  staff(request: FastifyRequest, who: StaffWho): Promise<Viewer>
  setup(request: FastifyRequest): Promise<SetupCaller>
  /** Under which name the requests of this caller are counted, the same for all her devices. */
  nameOf(caller: Viewer | SetupCaller): string
}

/** Registers the endpoints of one area from their declaration: a missing or a surplus handler does not compile. */
export type RegisterRoutes<Viewer, SetupCaller> = <T extends Endpoints>(contract: T, handlers: Handlers<T, Viewer, SetupCaller>) => void

/**
 * Gives the function with which areas register their endpoints: input is parsed by the contract's schemas,
 * the caller is checked and counted before the handler runs, and the answer is reduced to what the contract names.
 */
export function contractRoutes<Viewer, SetupCaller>(app: FastifyInstance, guard: Guard<Viewer, SetupCaller>): RegisterRoutes<Viewer, SetupCaller> {
  const callerOf = async ({ who }: Endpoint, request: FastifyRequest): Promise<{ viewer: Viewer | SetupCaller | null; name: string }> => {
    if (who.kind === 'public') return { viewer: null, name: addressOf(request.ip) }
    const viewer = await (who.kind === 'staff' ? guard.staff(request, who) : guard.setup(request))
    return { viewer, name: guard.nameOf(viewer) }
  }
  return (contract, handlers) => {
    for (const [key, endpoint] of Object.entries(contract) as [keyof typeof contract & string, Endpoint][]) {
      const [method = 'GET', url = '/'] = key.split(' ')
      const rate = rateOf(method as Method, endpoint)
      const handler = handlers[key] as (call: unknown) => Promise<unknown>
      app.route({
        method: method as 'GET', url,
        handler: async (request, reply) => {
          const { viewer, name } = await callerOf(endpoint, request)
          await app.countRequest(key, rate, name)
          const answer = await handler({
            params: parse(endpoint.params, request.params), query: parse(endpoint.query, request.query), body: endpoint.bytes ? undefined : parse(endpoint.body, request.body),
            viewer, request, reply,
          })
          if (endpoint.raw) return answer
          reply.header('cache-control', 'no-store')
          if (!endpoint.response) return reply.code(204).send()
          return endpoint.response.parse(answer)
        },
      })
    }
  }
}

function parse(schema: z.ZodType | undefined, value: unknown): unknown {
  if (!schema) return undefined
  const result = schema.safeParse(value ?? {})
  if (result.success) return result.data
  const fields: Record<string, string> = {}
  for (const issue of result.error.issues) {
    const field = issue.path.join('.') || 'form'
    fields[field] ??= chineseIssue(issue)
  }
  const [first] = Object.values(fields)
  throw invalid(first ?? '提交的内容不正确', fields)
}

/** Messages written in the contract are Chinese already; what zod says by itself is replaced. */
function chineseIssue(issue: z.core.$ZodIssue): string {
  if (/[\u4e00-\u9fff]/.test(issue.message)) return issue.message
  switch (issue.code) {
    case 'too_big': return '超出了允许的长度或大小'
    case 'too_small': return '内容太短或太小'
    case 'invalid_type': return '缺少必填内容或格式不对'
    case 'unrecognized_keys': return '含有不认识的字段'
    default: return '格式不正确'
  }
}
