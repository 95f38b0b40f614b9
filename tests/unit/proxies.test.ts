import { describe, expect, test } from 'vitest'
import { newAppKey, readConfig } from '../../server/src/config.ts'
import { isNetwork, trustsProxies } from '../../server/src/platform/http/proxies.ts'

describe('where a request came from is believed', () => {
  const believed = (address: string, from: string[] | null = null, hops = 1, hop = 0) => {
    const trusts = trustsProxies({ hops, from })
    return trusts !== false && trusts(address, hop)
  }
  test('of proxies on this machine and inside, of nobody on the Internet', () => {
    for (const address of ['127.0.0.1', '::1', '::ffff:10.1.2.3', '172.17.0.1', '192.168.1.5', 'fd00::5']) expect(believed(address), address).toBe(true)
    for (const address of ['8.8.8.8', '::ffff:8.8.8.8', '2001:4860:4860::8888', 'nonsense', '']) expect(believed(address), address).toBe(false)
  })
  test('of those that are named', () => {
    const from = ['203.0.113.7', '10.0.0.0/8', '2001:4860::/32']
    for (const address of ['203.0.113.7', '::ffff:203.0.113.7', '10.200.0.1', '2001:4860::1']) expect(believed(address, from), address).toBe(true)
    for (const address of ['203.0.113.8', '127.0.0.1', '2001:4861::1']) expect(believed(address, from), address).toBe(false)
  })
  test('as far as there are proxies, each of which has named the one before', () => {
    expect([believed('8.8.8.8', null, 2, 1), believed('8.8.8.8', null, 2, 2), believed('127.0.0.1', null, 0)]).toEqual([true, false, false])
  })
  test('wrong names end the start with a sentence', () => {
    expect(['10.0.0.0/8', '::1', 'proxy', '10.0.0.0/64'].map(isNetwork)).toEqual([true, true, false, false])
    const env = { APP_KEY: newAppKey(), DATABASE_URL: 'mysql://a@b/c', REDIS_URL: 'redis://a', DATA_DIR: '/x', TRUST_PROXY: '1', TRUST_PROXY_FROM: 'proxy' }
    expect(() => readConfig(env)).toThrow('TRUST_PROXY_FROM：应为 IP 或网段')
    expect(readConfig({ ...env, TRUST_PROXY_FROM: '10.0.0.0/8, ::1' }).proxies).toEqual({ hops: 1, from: ['10.0.0.0/8', '::1'] })
  })
})
