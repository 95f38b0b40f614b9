import { randomBytes } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { createSecretBox, createSigner } from '../../server/src/platform/crypto/secret-box.ts'
import { createLog, redactText } from '../../server/src/platform/log.ts'

const key = randomBytes(32)

describe('secrets at rest · SYS-17', () => {
  const box = createSecretBox(key)
  test('what was sealed opens in its own place only', () => {
    const sealed = box.seal('最高机密', 'corps.agentSecret')
    expect(sealed).not.toContain('机密')
    expect(box.open(sealed, 'corps.agentSecret')).toBe('最高机密')
    expect(() => box.open(sealed, 'corps.callbackToken')).toThrow()
  })
  test('a changed text or another key does not open', () => {
    const sealed = box.seal('x', 'c')
    const flipped = `${sealed.slice(0, -2)}${sealed.at(-2) === 'A' ? 'B' : 'A'}${sealed.slice(-1)}`
    expect(() => box.open(flipped, 'c')).toThrow()
    expect(() => createSecretBox(randomBytes(32)).open(sealed, 'c')).toThrow()
    expect(() => box.open('v1.', 'c')).toThrow('damaged')
  })
})

describe('signed texts', () => {
  const signer = createSigner(key, 'view')
  test('come back unchanged or not at all', () => {
    const signed = signer.sign('{"share":1}')
    expect(signer.verify(signed)).toBe('{"share":1}')
    expect(signer.verify(`x${signed}`)).toBeNull()
    expect(signer.verify(signed.slice(0, -1))).toBeNull()
    for (const spelling of ['=', '==', '\n', '!']) expect(signer.verify(signed + spelling)).toBeNull()
    expect(signer.verify('')).toBeNull()
    expect(signer.verify('.')).toBeNull()
  })
  test('of one purpose do not pass for another', () => {
    expect(createSigner(key, 'sign-in').verify(signer.sign('a'))).toBeNull()
  })
})

test('log texts lose phone numbers and credentials', () => {
  expect(redactText('GET /cgi-bin/user?access_token=abc123&x=1 for 13812342046')).toBe('GET /cgi-bin/user?access_token=[hidden]&x=1 for 138****2046')
  expect(redactText('id 4561255354251345929 stays')).toBe('id 4561255354251345929 stays')
})

test('so do the fields beside them', () => {
  const lines: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean(lines.push(String(text))))
  try {
    const log = createLog({ level: 'info', name: 'test' })
    log.info({ page: 'https://a.cn/13812342046?secret=abc', count: 3, err: new Error('called 13812342046') }, 'looked at')
    expect(lines.join('')).toContain('138****2046')
    expect(lines.join('')).not.toMatch(/13812342046|abc/)
  } finally {
    write.mockRestore()
  }
})
