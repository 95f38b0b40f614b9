// Callbacks as WeCom delivers them, so that a test knows what was answered to each.
import { createHash, randomBytes } from 'node:crypto'
import { DEMO_CORP } from '@zhike/sandbox/demo'
import { encryptFor, signatureOf } from '@zhike/sandbox/callback-crypto'
import type { ActionResult, WorldAction } from '@zhike/sandbox/protocol/world'
import { CORP, type Scene } from './scene.ts'

/** One callback: its text, and what became of it. */
export interface Letter {
  xml: string
  digest: Buffer
  result: ActionResult
  answer: 'none' | 'success' | number
}

type Doing = WorldAction extends infer A ? (A extends WorldAction ? Omit<A, 'corpid'> : never) : never

/** Something happens in the world; its callback is handed to the test instead of being sent. */
export function happens(scene: Scene, action: Doing): Letter {
  const { faults } = scene.wecom.sandbox.faults
  scene.wecom.setFaults({ ...faults, callbacks: [{ mode: 'drop' }] })
  const result = scene.wecom.act({ corpid: CORP, ...action })
  scene.wecom.setFaults(faults)
  const [entry] = scene.wecom.sandbox.callbacks.log(CORP)
  if (entry?.outcome !== 'dropped') throw new Error(`${action.action} told nobody`)
  return { xml: entry.xml, digest: createHash('sha256').update(entry.xml).digest(), result, answer: 'none' }
}

/** One try, as WeCom makes it: signed anew, given up after `patienceMs`. */
export async function post(scene: Scene, letter: Letter, patienceMs = 5000): Promise<Letter['answer']> {
  const encrypted = encryptFor(DEMO_CORP.encodingAesKey, letter.xml, CORP)
  const timestamp = String(Math.floor(Date.now() / 1000))
  const nonce = randomBytes(6).toString('hex')
  const query = new URLSearchParams({ msg_signature: signatureOf(DEMO_CORP.callbackToken, timestamp, nonce, encrypted), timestamp, nonce })
  const body = `<xml><ToUserName><![CDATA[${CORP}]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt><AgentID><![CDATA[]]></AgentID></xml>`
  try {
    const answer = await fetch(`${scene.url}/wecom/callback/${CORP}?${query}`, { method: 'POST', body, headers: { 'content-type': 'text/xml' }, signal: AbortSignal.timeout(patienceMs) })
    const text = await answer.text()
    letter.answer = answer.status === 200 && text === 'success' ? 'success' : answer.status
  } catch (error) {
    if (!(error instanceof TypeError || (error instanceof Error && error.name === 'TimeoutError'))) throw error
    letter.answer = 'none'
  }
  return letter.answer
}

/** Up to three tries while nobody answers; an error answer ends them (wecom-api/01 §3). */
export async function deliver(scene: Scene, letter: Letter): Promise<Letter['answer']> {
  for (let attempt = 1; attempt <= 3; attempt++) if ((await post(scene, letter)) !== 'none') break
  return letter.answer
}

/** Does a number of things at a time, one after the other in each lane. */
export async function inLanes<T>(lanes: number, items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const waiting = [...items]
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

/** How many of the letters stand in the inbox, each once, in one of the states. */
export async function inInbox(scene: Scene, letters: readonly Letter[], states: readonly string[] = ['pending', 'failed', 'done', 'dead']): Promise<number> {
  return await scene.count('SELECT COUNT(*) FROM callbacks WHERE digest IN (?) AND state IN (?)', [letters.map((letter) => letter.digest), states])
}
