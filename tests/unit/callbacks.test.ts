import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { createWriter } from '../../server/src/modules/callbacks/writer.ts'
import type { NewCallback } from '../../server/src/modules/callbacks/store.ts'
import { shownFields, summaryOf } from '../../server/src/modules/callbacks/message.ts'
import { createLog } from '../../server/src/platform/log.ts'
import { CallbackError } from '../../server/src/wecom/index.ts'

const log = createLog({ level: 'silent', name: 'test' })
const NOW = Date.UTC(2025, 0, 1, 0, 1)
const fixtures = new URL('../fixtures/wecom/', import.meta.url)
const fixture = (name: string) => readFileSync(new URL(name, fixtures), 'utf8')

describe('the head of a callback', () => {
  it('of a new customer names her, and is urgent because of its welcome code', () => {
    expect(summaryOf(fixture('event.add_external_contact.xml'), NOW)).toMatchObject({ event: 'change_external_contact', changeType: 'add_external_contact', subject: expect.stringMatching(/^wm/), urgent: true })
    expect(summaryOf(fixture('event.add_external_contact.no_welcome.xml'), NOW).urgent).toBe(false)
  })

  it('of a message to the app says so', () => {
    expect(summaryOf(fixture('event.message.text.xml'), NOW)).toMatchObject({ event: 'message', changeType: 'text' })
  })

  it('exists for every event of wecom-api/01, within the lengths of its columns', () => {
    const names = readdirSync(fixtures).filter((name) => name.startsWith('event.') && name.endsWith('.xml'))
    expect(names.length).toBeGreaterThan(40)
    for (const name of names) {
      const { event, changeType, subject } = summaryOf(fixture(name), NOW)
      expect(event.length, name).toBeGreaterThan(0)
      expect([event.length <= 64, (changeType ?? '').length <= 64, (subject ?? '').length <= 128], name).toEqual([true, true, true])
    }
  })

  it('keeps to possible times and lengths, whatever is claimed', () => {
    const odd = `<xml><MsgType>event</MsgType><Event>${'长'.repeat(90)}</Event><CreateTime>99999999999999</CreateTime><UserID>${'😀'.repeat(200)}</UserID></xml>`
    const summary = summaryOf(odd, NOW)
    expect(summary.createdAt).toBe(NOW)
    expect([...summary.event]).toHaveLength(64)
    expect(summary.subject).toHaveLength(128)
  })

  it('is refused for what is not WeCom\'s plain XML', () => {
    for (const body of ['hello', '{"Event":"x"}', '<!DOCTYPE a [<!ENTITY b "c">]><xml><Event>&b;</Event></xml>']) expect(() => summaryOf(body, NOW)).toThrow(CallbackError)
  })
})

describe('the fields of a callback on screen · SYS-17', () => {
  it('hide welcome codes, tokens and phone numbers', () => {
    const shown = shownFields('<xml><WelcomeCode>a</WelcomeCode><Token>b</Token><Mobile>13812345678</Mobile><UserID>wanglei</UserID><List><Item>1</Item><Item>2</Item></List></xml>')
    expect(shown).toEqual({ WelcomeCode: '（已隐藏）', Token: '（已隐藏）', Mobile: '（已隐藏）', UserID: 'wanglei', 'List.Item': '1', 'List.Item[1]': '2' })
  })
})

describe('writing callbacks that arrive together', () => {
  const row = (subject: string): NewCallback => ({ corpId: 1, digest: Buffer.from(subject), event: 'e', changeType: null, subject, body: '', createdAt: NOW, receivedAt: NOW, dueAt: NOW, urgent: false })
  const subjects = (rows: readonly NewCallback[]) => rows.map((one) => one.subject ?? '')

  it('takes one statement for all of them', async () => {
    const insert = vi.fn(async () => undefined)
    const writer = createWriter({ insert, stored: async () => undefined, log })
    await Promise.all(['a', 'b', 'c'].map((subject) => writer.write(row(subject))))
    expect(insert).toHaveBeenCalledTimes(1)
  })

  it('stores the others when one of them cannot be stored', async () => {
    const told: string[] = []
    const writer = createWriter({
      insert: async (rows) => {
        if (subjects(rows).includes('bad')) throw new Error('Data too long')
      },
      stored: async (rows) => void told.push(...subjects(rows)), log,
    })
    const results = await Promise.allSettled(['a', 'bad', 'c'].map((subject) => writer.write(row(subject))))
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    await vi.waitFor(() => expect(told).toEqual(['a', 'c']))
  })

  it('asks a database that is away once for a batch, not once for each row', async () => {
    const insert = vi.fn(async () => {
      throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
    })
    const writer = createWriter({ insert, stored: async () => undefined, log })
    const results = await Promise.allSettled(['a', 'b', 'c'].map((subject) => writer.write(row(subject))))
    expect(results.every((result) => result.status === 'rejected')).toBe(true)
    expect(insert).toHaveBeenCalledTimes(1)
  })
})
