import { describe, expect, test } from 'vitest'
import { contract, type Endpoint } from '@zhike/shared/contract'
import { openApiDocument } from '../../server/src/openapi.ts'

const endpoints = Object.entries<Endpoint>(contract)

describe('the contract', () => {
  test('every path parameter is described, and only those', () => {
    for (const [key, endpoint] of endpoints) {
      const named = [...key.matchAll(/:(\w+)/g)].map((match) => match[1]).sort()
      const described = endpoint.params && 'shape' in endpoint.params ? Object.keys(endpoint.params.shape as object).sort() : []
      expect(described, key).toEqual(named)
    }
  })
  test('only the exchange of a set-up link is open to everyone', () => {
    expect(endpoints.filter(([, endpoint]) => endpoint.who.kind === 'public').map(([key]) => key)).toEqual(['POST /api/setup/session'])
  })
  test('gives an OpenAPI document in which every endpoint appears', () => {
    const { paths } = openApiDocument('http://localhost') as { paths: Record<string, Record<string, unknown>> }
    for (const [key] of endpoints) {
      const [method = '', path = ''] = key.split(' ')
      expect(paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()], key).toBeDefined()
    }
  })
})
