import { randomInt } from 'node:crypto'
import { encryptFor, signatureOf } from './callback-crypto.ts'
import type { SandboxClock } from './clock.ts'
import type { FaultBox } from './faults.ts'
import type { Feed } from './feed.ts'
import { randomId } from './ids.ts'
import type { ProductAddress } from './product-address.ts'
import type { CallbackEventKind, CallbackLogEntry, CallbackSetting } from './protocol/console.ts'
import type { Counters } from './stats.ts'
import type { Corp } from './world/corp.ts'

const TRY_TIMEOUT_MS = 5000
const TRIES = 3
/** A reordered callback goes out after its successor, or alone after this time. */
const REORDER_WAIT_MS = 3000
const LOG_LENGTH = 200

/** `text` values go into CDATA, `raw` ones (numbers, nested elements) as they are. */
export type XmlField = { name: string; text: string } | { name: string; raw: string }

export interface CallbackEvent {
  kind: CallbackEventKind
  /** Member the event is about; it is only told to apps that see this member. */
  userid?: string
  from: string
  msgType: 'event' | 'text'
  event?: string
  changeType?: string
  fields: XmlField[]
  /** App-related events carry an AgentID in the envelope. */
  ofApp: boolean
}

interface Delivery {
  corp: Corp
  setting: CallbackSetting
  entry: CallbackLogEntry
  agentId: string
}

interface Parts {
  clock: SandboxClock
  faults: FaultBox
  counters: Counters
  feed: Feed
  product: ProductAddress
}

/** Tells the product what happened, as WeCom does: encrypted, signed, up to three tries (wecom-api/01 §3). */
export class Callbacks {
  private readonly parts: Parts
  private readonly logs = new Map<string, CallbackLogEntry[]>()
  private readonly held: { delivery: Delivery; timer: NodeJS.Timeout }[] = []
  private readonly timers = new Set<NodeJS.Timeout>()
  private readonly aborts = new Set<AbortController>()
  private waiters: (() => void)[] = []
  private pending = 0
  private nextId = 1
  private closed = false

  constructor(parts: Parts) {
    this.parts = parts
  }

  log(corpid: string): CallbackLogEntry[] {
    return [...(this.logs.get(corpid) ?? [])].reverse()
  }

  /** Resolves when nothing is waiting, under way, or held back by a fault. */
  settled(): Promise<void> {
    if (this.pending === 0) return Promise.resolve()
    return new Promise((resolve) => this.waiters.push(resolve))
  }

  /** Drops what is waiting and cuts what is under way. */
  close(): void {
    this.closed = true
    for (const timer of this.timers) clearTimeout(timer)
    for (const abort of this.aborts) abort.abort()
  }

  /** Raises one event, if the corp's console settings let the app hear of it. */
  raise(corp: Corp, event: CallbackEvent): void {
    const setting = corp.callback
    if (setting === null || !setting.verified || !corp.app.enabled || !setting.events.includes(event.kind)) return
    const ofCustomers = event.kind.startsWith('change_external_')
    if (ofCustomers && !corp.customerApiAllowed) return
    if (event.userid !== undefined && !corp.isVisible(event.userid)) return
    const entry: CallbackLogEntry = {
      id: this.nextId++, at: this.parts.clock.now(), event: event.event ?? event.msgType, changeType: event.changeType ?? '',
      xml: messageXml(corp, event, this.parts.clock.seconds()), tries: 0, outcome: 'waiting', detail: '',
    }
    const log = this.logs.get(corp.corpid) ?? []
    log.push(entry)
    if (log.length > LOG_LENGTH) log.shift()
    this.logs.set(corp.corpid, log)
    this.parts.counters.callback('raised')
    this.dispatch({ corp, setting: { ...setting }, entry, agentId: event.ofApp ? String(corp.app.agentid) : '' })
  }

  private dispatch(delivery: Delivery): void {
    const faults = this.parts.faults.takeCallback(delivery.corp.corpid)
    if (faults.length > 0) this.parts.feed.emit({ type: 'faults', faults: this.parts.faults.faults })
    const has = (mode: string): boolean => faults.some((fault) => fault.mode === mode)
    if (has('drop')) {
      this.parts.counters.callback('dropped')
      this.note(delivery, 'dropped', '按设定丢失')
      return
    }
    if (has('duplicate')) {
      this.parts.counters.callback('duplicated')
      this.begin()
      this.later(30, () => void this.deliver(delivery))
    }
    this.begin()
    const delay = faults.find((fault) => fault.mode === 'delay')?.delayMs ?? 0
    if (delay > 0) {
      this.later(delay, () => void this.deliver(delivery))
    } else if (has('reorder')) {
      const timer = this.later(REORDER_WAIT_MS, () => this.releaseHeld())
      this.held.push({ delivery, timer })
    } else {
      void this.deliver(delivery).then(() => this.releaseHeld())
    }
  }

  private releaseHeld(): void {
    // Last held first: the order is turned round.
    for (const item of this.held.splice(0).reverse()) {
      clearTimeout(item.timer)
      this.timers.delete(item.timer)
      void this.deliver(item.delivery)
    }
  }

  private later(ms: number, run: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      run()
    }, ms)
    this.timers.add(timer)
    return timer
  }

  private begin(): void {
    this.pending += 1
    this.parts.counters.callback('pending')
  }

  private end(): void {
    this.pending -= 1
    this.parts.counters.callback('pending', -1)
    if (this.pending > 0) return
    for (const resolve of this.waiters.splice(0)) resolve()
  }

  private async deliver(delivery: Delivery): Promise<void> {
    let detail = ''
    for (let attempt = 1; attempt <= TRIES && !this.closed; attempt += 1) {
      delivery.entry.tries += 1
      this.parts.counters.callback('tried')
      const result = await this.post(delivery)
      detail = result.detail
      if (result.answered) {
        const ok = result.status === 200
        this.parts.counters.callback(ok ? 'delivered' : 'failed')
        this.note(delivery, ok ? 'delivered' : 'failed', detail)
        this.end()
        return
      }
    }
    this.parts.counters.callback('failed')
    this.note(delivery, 'failed', detail)
    this.end()
  }

  private note(delivery: Delivery, outcome: CallbackLogEntry['outcome'], detail: string): void {
    delivery.entry.outcome = outcome
    delivery.entry.detail = detail
    if (outcome === 'delivered') delivery.corp.lastDelivery = { at: this.parts.clock.now(), error: '' }
    if (outcome === 'failed') delivery.corp.lastDelivery = { at: delivery.corp.lastDelivery.at, error: detail }
    this.parts.feed.emit({ type: 'callback', corpid: delivery.corp.corpid, entry: delivery.entry })
  }

  private async post(delivery: Delivery): Promise<{ answered: true; status: number; detail: string } | { answered: false; detail: string }> {
    const { corp, setting, entry, agentId } = delivery
    const encrypted = encryptFor(setting.encodingAesKey, entry.xml, corp.corpid)
    const url = signedUrl(this.parts.product.internal(setting.url), setting.token, this.parts.clock.seconds(), encrypted)
    const body = `<xml><ToUserName><![CDATA[${corp.corpid}]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt>`
      + `<AgentID><![CDATA[${agentId}]]></AgentID></xml>`
    const abort = new AbortController()
    this.aborts.add(abort)
    const timer = setTimeout(() => abort.abort(), TRY_TIMEOUT_MS)
    try {
      const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'text/xml' }, redirect: 'manual', signal: abort.signal })
      const answer = await response.text()
      return { answered: true, status: response.status, detail: `HTTP ${response.status} ${answer.slice(0, 80)}` }
    } catch (error) {
      return { answered: false, detail: abort.signal.aborted ? '5 秒内没有应答' : `连接失败：${error instanceof Error ? error.message : String(error)}` }
    } finally {
      clearTimeout(timer)
      this.aborts.delete(abort)
    }
  }
}

/** Asks the receiver to decrypt an echostr and answer it within a second (wecom-api/01 §2); '' = verified, else why not. */
export async function verifyReceiver(corp: Corp, setting: CallbackSetting, product: ProductAddress, seconds: number): Promise<string> {
  const echo = `${randomInt(10 ** 9, 10 ** 10)}${randomInt(10 ** 8, 10 ** 9)}`
  const encrypted = encryptFor(setting.encodingAesKey, echo, corp.corpid)
  const url = `${signedUrl(product.internal(setting.url), setting.token, seconds, encrypted)}&echostr=${encodeURIComponent(encrypted)}`
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(1000) })
    const answer = await response.text()
    if (response.status !== 200) return `openapi回调地址请求不通过：HTTP ${response.status}`
    return answer === echo ? '' : 'openapi回调地址请求不通过：返回内容与 echostr 明文不一致'
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError'
    return late ? 'openapi回调地址请求不通过：1 秒内没有应答' : 'openapi回调地址请求不通过：无法连接'
  }
}

function signedUrl(url: string, token: string, seconds: number, encrypted: string): string {
  const timestamp = String(seconds)
  const nonce = randomId(10)
  const signature = signatureOf(token, timestamp, nonce, encrypted)
  return `${url}${url.includes('?') ? '&' : '?'}msg_signature=${signature}&timestamp=${timestamp}&nonce=${nonce}`
}

function messageXml(corp: Corp, event: CallbackEvent, seconds: number): string {
  const lines = [cdata('ToUserName', corp.corpid), cdata('FromUserName', event.from), `<CreateTime>${seconds}</CreateTime>`, cdata('MsgType', event.msgType)]
  if (event.event !== undefined) lines.push(cdata('Event', event.event))
  if (event.changeType !== undefined) lines.push(cdata('ChangeType', event.changeType))
  for (const field of event.fields) lines.push('text' in field ? cdata(field.name, field.text) : `<${field.name}>${field.raw}</${field.name}>`)
  return `<xml>${lines.join('')}</xml>`
}

function cdata(name: string, value: string): string {
  return `<${name}><![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]></${name}>`
}
