// What goes over a slow network is compressed.
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { takesGzip } from '../../server/src/platform/http/compression.ts'
import { openHouse, type House } from '../run/house.ts'

let house: House
beforeAll(async () => { house = await openHouse() })
afterAll(() => house.close())

const ask = (url: string, coding?: string) => house.app.inject({ url, headers: coding === undefined ? {} : { 'accept-encoding': coding } })

describe('answers', () => {
  test('are compressed for whoever takes it, and the same for all others', async () => {
    const plain = await ask('/api/openapi.json')
    const packed = await ask('/api/openapi.json', 'gzip, deflate, br')
    expect([plain.headers['content-encoding'], packed.headers['content-encoding']]).toEqual([undefined, 'gzip'])
    expect(packed.headers.vary).toBe('accept-encoding')
    expect(Number(packed.headers['content-length'])).toBe(packed.rawPayload.length)
    expect(packed.rawPayload.length).toBeLessThan(plain.rawPayload.length / 4)
    expect(gunzipSync(packed.rawPayload).toString()).toBe(plain.body)
  })

  test('of a few bytes stay as they are', async () => {
    expect((await ask('/healthz', 'gzip')).headers['content-encoding']).toBeUndefined()
  })

  test('are asked for in many ways', () => {
    expect(['gzip', 'br, GZIP', 'gzip;q=0.5, *;q=0', '*'].map(takesGzip)).toEqual([true, true, true, true])
    expect([undefined, '', 'identity', 'br', 'gzip;q=0', 'gzip;q=0, *'].map(takesGzip)).toEqual([false, false, false, false, false, false])
  })
})
