import type { BridgeCall, BridgeReply, Grant, NativeAnswer } from '../../../src/protocol/native-bridge.ts'
import { decideNative, nativeAnswer, type NativeContext, type NativeEffect } from '../../../src/jsapi.ts'
import { control } from '../live/control.ts'
import { note } from '../desk/journal.ts'

/** Carries out what a native method does in the client and says how it ended. */
export type CarryOut = (effect: NativeEffect, name: string, context: NativeContext) => Promise<NativeAnswer>

const CONFIG_METHODS = ['agentConfig', 'preVerifyJSAPI'] as const
type ConfigMethod = (typeof CONFIG_METHODS)[number]
const configMethodOf = (name: string): ConfigMethod | null => CONFIG_METHODS.find((known) => known === name) ?? null

/**
 * Serves one page load: every native call that comes through its port gets an answer (wecom-jssdk §2).
 * The granted identity lives as long as the page, a new hello starts without one.
 */
export function servePage(port: MessagePort, context: NativeContext, carryOut: CarryOut): { close: () => void } {
  let grant: Grant | null = null

  const configure = async (name: ConfigMethod, call: Extract<BridgeCall, { t: 'invoke' }>): Promise<{ answer: NativeAnswer; reason: string }> => {
    const verified = await control.verify({ name, params: call.params, url: call.url, corpid: context.corpid, userid: context.userid })
    if (verified.grant !== null) grant = verified.grant
    return verified
  }

  const answerTo = async (call: Extract<BridgeCall, { t: 'invoke' }>): Promise<{ answer: NativeAnswer; reason: string }> => {
    const config = configMethodOf(call.name)
    if (config !== null) return configure(config, call)
    const decision = decideNative(call.name, call.params, grant, context)
    if ('answer' in decision) return { answer: decision.answer, reason: '' }
    return { answer: await carryOut(decision.effect, call.name, context), reason: '' }
  }

  const serve = async (call: Extract<BridgeCall, { t: 'invoke' }>): Promise<void> => {
    let answered: { answer: NativeAnswer; reason: string }
    try {
      answered = await answerTo(call)
    } catch (cause) {
      answered = { answer: nativeAnswer(call.name, 'fail system error'), reason: cause instanceof Error ? cause.message : String(cause) }
    }
    const { answer, reason } = answered
    const reply: BridgeReply = { t: 'answer', id: call.id, answer }
    port.postMessage(reply)
    note({
      kind: 'jssdk',
      title: answer.err_msg === '' ? call.name : answer.err_msg,
      outcome: /:(ok|yes|confirm)$/.test(answer.err_msg) || answer.err_msg === '' ? 'ok' : 'failed',
      detail: [reason, `参数 ${JSON.stringify(call.params, null, 2)}`, `回答 ${JSON.stringify(answer, null, 2)}`].filter((text) => text !== '').join('\n\n'),
    })
  }

  port.onmessage = (event: MessageEvent<BridgeCall>) => {
    if (event.data.t === 'invoke') void serve(event.data)
  }
  return { close: () => port.close() }
}
