import { contract, rateOf } from '@zhike/shared/contract'
import type { Endpoint, Method } from '@zhike/shared/contract'
import { z } from 'zod'
import { SESSION_COOKIE } from './platform/http/cookies.ts'

/** The OpenAPI 3.1 document of the JSON API, made from the contract. */
export function openApiDocument(baseUrl: string): object {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [key, endpoint] of Object.entries<Endpoint>(contract)) {
    const [method = 'GET', path = '/'] = key.split(' ')
    const shown = path.replace(/:(\w+)/g, '{$1}')
    paths[shown] = { ...paths[shown], [method.toLowerCase()]: operation(method as Method, endpoint) }
  }
  return {
    openapi: '3.1.0',
    info: { title: '知客 Zhike API', version: '1', description: '时间均为 UTC 毫秒时间戳；列表用 after 游标翻页；出错时返回 {code, message, requestId, details}。' },
    servers: [{ url: baseUrl }],
    components: { securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE } } },
    paths,
  }
}

function operation(method: Method, endpoint: Endpoint): object {
  const { who } = endpoint
  const rate = rateOf(method, endpoint)
  return {
    summary: endpoint.summary,
    description: `${who.kind === 'staff' ? (who.permission ? `需要权限 ${who.permission}` : '需要登录') : who.kind === 'setup' ? '需要设置权限或设置链接' : '无需登录'}；每${who.kind === 'public' ? '个地址' : '人'} ${rate.seconds} 秒内最多 ${rate.most} 次`,
    security: who.kind === 'public' ? [] : [{ session: [] }],
    parameters: [...parameters('path', endpoint.params), ...parameters('query', endpoint.query)],
    requestBody: endpoint.bytes
      ? { content: { 'multipart/form-data': { schema: { type: 'object', properties: { file: { type: 'string', format: 'binary' } } } } } }
      : endpoint.body && { required: true, content: { 'application/json': { schema: schemaOf(endpoint.body, 'input') } } },
    responses: {
      ...(endpoint.response ? { 200: { description: '成功', content: { 'application/json': { schema: schemaOf(endpoint.response, 'output') } } } } : endpoint.raw ? { 200: { description: '成功' } } : { 204: { description: '成功' } }),
      429: { description: '太频繁：Retry-After 说明多少秒后再试' },
      default: { description: '失败：{code, message, requestId, details}' },
    },
  }
}

function parameters(place: 'path' | 'query', schema: z.ZodType | undefined): object[] {
  if (!(schema instanceof z.ZodObject)) return []
  const { required = [] } = schemaOf(schema, 'input') as { required?: string[] }
  return Object.entries(schema.shape).map(([name, part]) => ({ name, in: place, required: place === 'path' || required.includes(name), schema: schemaOf(part as z.ZodType, 'input') }))
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}
