import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLocalFiles } from '../../server/src/platform/files/local.ts'
import { partsRetention } from '../../server/src/platform/files/parts.ts'
import { assertSafeKey } from '../../server/src/platform/files/store.ts'

describe('files in a folder', () => {
  let folder: string
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'zhike-files-'))))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('are kept, read whole or as a stream, replaced and removed', async () => {
    const files = createLocalFiles(folder)
    await files.put('c1/202611/ab/original', Buffer.from('first'), 'application/pdf')
    await files.put('c1/202611/ab/p1-720.webp', Buffer.from('page'), 'image/webp')
    await files.put('c1/202611/ab/original', Buffer.from('second'), 'application/pdf')
    expect(String(await files.get('c1/202611/ab/original'))).toBe('second')
    const streamed = await files.stream('c1/202611/ab/original')
    expect(streamed?.bytes).toBe(6)
    expect(streamed && String(await buffer(streamed.body))).toBe('second')
    await files.remove('c1/202611/ab/original')
    expect(await files.get('c1/202611/ab/original')).toBeNull()
    expect(readdirSync(join(folder, 'c1/202611/ab'))).toEqual(['p1-720.webp'])
  })

  it('written piece by piece appear whole or not at all', async () => {
    const files = createLocalFiles(folder)
    await files.write('c1/jobs/1', 'text/plain', async (out) => {
      out.write('one ')
      out.end('two')
    })
    expect(String(await files.get('c1/jobs/1'))).toBe('one two')
    await expect(files.write('c1/jobs/1', 'text/plain', async (out) => {
      out.write('three')
      throw new Error('the rows broke off')
    })).rejects.toThrow('the rows broke off')
    expect(String(await files.get('c1/jobs/1'))).toBe('one two')
    expect(readdirSync(join(folder, 'c1/jobs'))).toEqual(['1'])
  })

  it('half made by a process that was killed go after some hours, not sooner · SYS-17', async () => {
    const files = createLocalFiles(folder)
    await files.put('c1/jobs/2', Buffer.from('whole'), 'text/plain')
    const left = join(folder, '.parts', 'left-behind')
    writeFileSync(left, 'half')
    const [retention] = partsRetention({ files })
    const hours = (count: number) => Date.now() + count * 60 * 60 * 1000
    expect(await retention?.forget(hours(1), 1000)).toEqual({ gone: 0, more: false })
    expect(existsSync(left)).toBe(true)
    expect(await retention?.forget(hours(7), 1000)).toEqual({ gone: 1, more: false })
    expect(readdirSync(join(folder, '.parts'))).toEqual([])
    expect(String(await files.get('c1/jobs/2'))).toBe('whole')
  })

  it('that are not there read as null, and are removed without complaint', async () => {
    const files = createLocalFiles(folder)
    expect(await files.get('c1/none')).toBeNull()
    expect(await files.stream('c1/none')).toBeNull()
    await files.remove('c1/none')
  })

  it('never leave the folder', async () => {
    const files = createLocalFiles(join(folder, 'inside'))
    for (const key of ['../outside', '/etc/passwd', 'c1/../../outside', 'c1//a', 'C1/a', 'c1/a b', 'c1/a\0b', '', 'x'.repeat(300)]) {
      expect(() => assertSafeKey(key), key).toThrow('unsafe file key')
      await expect(files.put(key, Buffer.from('x'), 'text/plain'), key).rejects.toThrow('unsafe file key')
    }
    expect(existsSync(join(folder, 'outside'))).toBe(false)
  })
})
