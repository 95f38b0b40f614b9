import { shallowRef } from 'vue'
import type { Message } from '../../../src/protocol/chats.ts'
import type { SandboxEvent } from '../../../src/protocol/feed.ts'
import { onSandboxEvent } from '../live/feed.ts'

export type JournalKind = 'api' | 'callback' | 'message' | 'app' | 'jssdk' | 'world'

/** One line of 发生了什么. */
interface JournalEntry {
  /** lines with the same key replace each other (a callback being tried again) */
  key: string
  at: number
  kind: JournalKind
  title: string
  outcome: 'ok' | 'failed' | 'waiting' | null
  detail: string
}

const KEPT = 300

/** What has happened since this page was opened, latest first. */
export const journal = shallowRef<JournalEntry[]>([])

let nextKey = 1

/** Writes a line, or renews the line with this key. */
export function note(entry: Omit<JournalEntry, 'key' | 'at'> & { key?: string }): void {
  const key = entry.key ?? `n${nextKey++}`
  const known = journal.value.find((item) => item.key === key)
  const line: JournalEntry = { ...entry, key, at: known?.at ?? Date.now() }
  journal.value = known === undefined ? [line, ...journal.value].slice(0, KEPT) : journal.value.map((item) => (item.key === key ? line : item))
}

export function clearJournal(): void {
  journal.value = []
}

/** Writes down what the live feed tells. Called once by the page. */
export function keepJournal(): void {
  onSandboxEvent((event) => {
    const line = lineOf(event)
    if (line !== null) note(line)
  })
}

function lineOf(event: SandboxEvent): (Omit<JournalEntry, 'key' | 'at'> & { key?: string }) | null {
  switch (event.type) {
    case 'callback': {
      const { entry } = event
      const outcome = entry.outcome === 'delivered' ? 'ok' : entry.outcome === 'waiting' ? 'waiting' : 'failed'
      const tries = entry.tries > 1 ? `（第 ${entry.tries} 次）` : ''
      const name = [entry.event, entry.changeType].filter((text) => text !== '').join(' · ')
      return { key: `callback-${entry.id}`, kind: 'callback', title: `${name}${tries}`, outcome, detail: [entry.detail, entry.xml].filter((text) => text !== '').join('\n\n') }
    }
    case 'message':
      return event.message.content.type === 'notice' ? null : { kind: 'message', title: `${event.message.fromName} 发出${gistOf(event.message)}`, outcome: null, detail: JSON.stringify(event.message, null, 2) }
    case 'app_message':
      return { kind: 'app', title: event.message.from === 'app' ? `应用消息 → ${event.message.userid}` : `${event.message.userid} → 应用`, outcome: null, detail: JSON.stringify(event.message.body, null, 2) }
    case 'app_recall':
      return { kind: 'app', title: `应用消息被撤回（${event.ids.length} 条）`, outcome: null, detail: event.ids.join('\n') }
    case 'api':
      return {
        kind: 'api', title: `${event.path} ${event.errcode === null ? '没有回答' : event.errcode} · ${event.tookMs} 毫秒`, outcome: event.errcode === 0 ? 'ok' : 'failed',
        detail: `企业 ${event.corpid === '' ? '未知' : event.corpid}`,
      }
    case 'faults': {
      const count = event.faults.api.length + event.faults.callbacks.length
      return { kind: 'world', title: count === 0 ? '差错全部恢复' : `差错生效：${count} 项`, outcome: null, detail: JSON.stringify(event.faults, null, 2) }
    }
    case 'person':
      return { kind: 'world', title: '联系人有变化', outcome: null, detail: event.personId }
    case 'group':
      return { kind: 'world', title: '客户群有变化', outcome: null, detail: event.chatId }
    case 'tags':
      return { kind: 'world', title: '企业标签有变化', outcome: null, detail: '' }
    case 'staff':
      return { kind: 'world', title: '成员有变化', outcome: null, detail: event.userid ?? '' }
    case 'console':
      return { kind: 'world', title: '管理后台的设置有变化', outcome: null, detail: event.corpid }
    case 'clock':
      return { kind: 'world', title: '沙箱时间拨快', outcome: null, detail: new Date(event.clock.now).toLocaleString('zh-CN') }
    case 'reset':
      return { kind: 'world', title: '回到刚生成的演示数据', outcome: null, detail: '' }
    case 'hello':
    case 'read':
    case 'pages':
    case 'settings':
      return null
  }
}

function gistOf(message: Message): string {
  const { content } = message
  switch (content.type) {
    case 'text':
    case 'notice':
      return `：${content.text}`
    case 'link':
    case 'miniprogram':
      return `链接《${content.title}》`
    case 'image':
      return '图片'
    case 'video':
      return '视频'
    case 'file':
      return `文件 ${content.name}`
  }
}
