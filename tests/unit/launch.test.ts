import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEMO_CORP } from '@zhike/sandbox/demo'
import { demoServerEnv, parseDotEnv, readLogLine, tryLock, wantsSandbox, warningsOnly } from '../../server/launch/for-tests.mjs'

describe('.env', () => {
  it('takes comments, export, quotes and values with =', () => {
    const text = ['# a comment', '', 'PORT=3100', 'export BASE_URL=https://crm.example.com # ours', `A='single # kept'`, 'B="two\\nlines"', 'APP_KEY=abc=', 'DATABASE_URL=   # empty for a private one', 'REDIS_URL='].join('\n')
    expect(parseDotEnv(text)).toEqual({ PORT: '3100', BASE_URL: 'https://crm.example.com', A: 'single # kept', B: 'two\nlines', APP_KEY: 'abc=', DATABASE_URL: '', REDIS_URL: '' })
  })

  it('names the line it does not understand', () => {
    expect(() => parseDotEnv('PORT=1\nwhat is this')).toThrow('what is this')
  })
})

describe('sandbox', () => {
  it('plays WeCom unless a real corp is given or it is switched off', () => {
    expect(wantsSandbox({})).toBe(true)
    expect(wantsSandbox({ WECOM_CORP_ID: 'ww1234567890abcdef' })).toBe(false)
    expect(wantsSandbox({ SANDBOX: '0' })).toBe(false)
  })

  it('has an EncodingAESKey that WeCom would accept: 43 letters and digits for 32 bytes', () => {
    expect(DEMO_CORP.encodingAesKey).toMatch(/^[A-Za-z0-9]{43}$/)
    expect(Buffer.from(`${DEMO_CORP.encodingAesKey}=`, 'base64')).toHaveLength(32)
    expect(demoServerEnv({ sandboxUrl: 'http://127.0.0.1:3001', baseUrl: 'http://localhost:3000' })).toMatchObject({
      WECOM_API_BASE: 'http://127.0.0.1:3001',
      WECOM_OAUTH_BASE: 'http://localhost:3000/sandbox',
      WECHAT_API_BASE: 'http://127.0.0.1:3001',
    })
  })
})

describe('lock file', () => {
  let folder: string
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'zhike-lock-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  it('is refused while its holder lives, naming the holder, and free again after release', () => {
    const file = join(folder, 'start.lock')
    const first = tryLock(file, { port: 3000 })
    expect(first.taken).toBe(true)
    expect(tryLock(file)).toMatchObject({ taken: false, holder: { pid: process.pid, port: 3000 } })
    if (first.taken) first.release()
    expect(tryLock(file).taken).toBe(true)
  })

  it.each([
    ['a dead process', JSON.stringify({ pid: 4_194_303, startedAt: '1' })],
    ['another process with the same pid', JSON.stringify({ pid: process.pid, startedAt: '1' })],
    ['a crash in the middle of writing', '{"pid": 12'],
  ])('left by %s is taken over', (_, content) => {
    const file = join(folder, 'start.lock')
    writeFileSync(file, content)
    expect(tryLock(file).taken).toBe(true)
  })
})

describe('log lines', () => {
  it('read a pino line with its cause', () => {
    expect(readLogLine('{"level":50,"msg":"send failed","err":{"message":"ECONNREFUSED"}}')).toEqual({ level: 50, text: 'send failed：ECONNREFUSED' })
  })

  it('on the console are warnings and errors only, the same one once', () => {
    const show = warningsOnly()
    expect(show('{"level":30,"msg":"request"}')).toBeUndefined()
    expect(show('{"level":40,"msg":"slow"}')).toBe('slow')
    expect(show('{"level":40,"msg":"slow"}')).toBeUndefined()
  })
})
