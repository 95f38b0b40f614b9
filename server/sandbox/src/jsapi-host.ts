import { createHash } from 'node:crypto'
import { chatMessageOf, nativeAnswer } from './jsapi.ts'
import type { MessageContent } from './protocol/chats.ts'
import type { Grant, JsSendRequest, NativeAnswer, VerifyAnswer, VerifyRequest } from './protocol/native-bridge.ts'
import { WorldError } from './world/errors.ts'
import { postMessage } from './world/messaging.ts'
import { staffParty } from './world/parties.ts'
import type { Corp } from './world/corp.ts'
import type { Sandbox } from './world/sandbox.ts'

/** The part of the JS-SDK's host that only WeCom's side can do: signatures against its own tickets, and sending. */

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** Lower-case hex SHA-1 over ticket, nonce, timestamp and raw URL without hash (wecom-api/00 §8). */
export function jsapiSignature(ticket: string, nonceStr: string, timestamp: string, url: string): string {
  return createHash('sha1').update(`jsapi_ticket=${ticket}&noncestr=${nonceStr}&timestamp=${timestamp}&url=${url.split('#')[0] ?? ''}`).digest('hex')
}

/** The page's host, or a parent domain of it, must be the app's trusted domain. */
function domainTrusted(corp: Corp, url: string): boolean {
  const { domain, verified } = corp.trustedDomain
  if (domain === '' || !verified || !URL.canParse(url)) return false
  const { host } = new URL(url)
  return host === domain || host.endsWith(`.${domain}`)
}

/** Checks agentConfig or preVerifyJSAPI and says what the page may do from now on. */
export function verifyPage(sandbox: Sandbox, request: VerifyRequest): VerifyAnswer {
  const { name, params } = request
  const refuse = (keyword: string, reason: string): VerifyAnswer => ({ answer: nativeAnswer(name, keyword), grant: null, reason })
  const agent = name === 'agentConfig'
  const corpid = text(agent ? params.corpid : (params.appId ?? params.verifyAppId))
  const timestamp = text(agent ? params.timestamp : params.verifyTimestamp)
  const nonceStr = text(agent ? params.nonceStr : params.verifyNonceStr)
  const signature = text(agent ? params.signature : params.verifySignature)
  const asked = agent ? params.jsApiList : params.verifyJsApiList
  const corp = sandbox.corps.get(request.corpid)
  if (corp === undefined || corpid !== request.corpid) return refuse('invalid corpid', '签名里的 corpid 不是当前企业')
  if (timestamp === '' || nonceStr === '' || signature === '') return refuse('config fail', '缺少 timestamp、nonceStr 或 signature')
  if (agent && text(params.agentid) !== String(corp.app.agentid)) return refuse('invalid agentid', `agentid 应为 ${corp.app.agentid}`)
  if (!domainTrusted(corp, request.url)) return refuse('invalid url domain', '页面域名不是应用的可信域名，或可信域名没有完成归属校验')
  if (agent && !corp.isVisible(request.userid)) return refuse('fail no permission', '这位成员不在应用的可见范围内')
  const own = sandbox.credentials.validTickets(corp.corpid, agent ? 'agent' : 'corp')
  const signs = (ticket: string): boolean => jsapiSignature(ticket, nonceStr, timestamp, request.url) === signature
  if (!own.some(signs)) {
    const other = sandbox.credentials.validTickets(corp.corpid, agent ? 'corp' : 'agent')
    return refuse('invalid signature', other.some(signs) ? '用错了 ticket：agentConfig 要用应用 ticket，config 要用企业 ticket（42012）' : '签名不对：检查 ticket 是否过期、URL 是否与页面一致')
  }
  const grant: Grant = {
    identity: agent ? 'agent' : 'corp', corpid, agentid: agent ? corp.app.agentid : null,
    jsApiList: Array.isArray(asked) ? asked.filter((item): item is string => typeof item === 'string') : [],
    signature, timestamp, nonceStr, url: request.url, customerApi: corp.customerApiAllowed && corp.hasCustomerContact(request.userid),
  }
  return { answer: nativeAnswer(name, 'ok'), grant, reason: '' }
}

/** Sends what a page asked for through sendChatMessage. */
export function sendFromPage(sandbox: Sandbox, request: JsSendRequest): NativeAnswer {
  const fail = (why: string): NativeAnswer => nativeAnswer('sendChatMessage', `fail ${why}`)
  const corp = sandbox.corps.get(request.corpid)
  const staff = corp?.staff(request.userid)
  if (corp === undefined || staff === undefined) return fail('no permission')
  const draft = chatMessageOf(request.params)
  if ('fail' in draft) return fail(draft.fail)
  let content: MessageContent
  if ('mediaId' in draft) {
    const media = corp.media.get(draft.mediaId)
    if (media === undefined || media.purpose !== 'temporary' || media.createdAt + 3 * 86_400_000 <= sandbox.clock.now()) return fail('invalid mediaid')
    const base = { mediaId: media.id, url: `/sandbox/media/${corp.corpid}/${media.id}` }
    if (draft.type === 'image') content = { type: 'image', ...base }
    else if (draft.type === 'video') content = { type: 'video', ...base, name: media.name }
    else content = { type: 'file', ...base, name: media.name, size: media.size }
  } else {
    content = draft
  }
  try {
    postMessage(sandbox, request.chatId, staffParty(corp.corpid, staff.userid), content, 'sidebar')
    return nativeAnswer('sendChatMessage', 'ok')
  } catch (error) {
    if (error instanceof WorldError) return fail(error.status === 403 ? 'no permission' : 'not in chat')
    throw error
  }
}
