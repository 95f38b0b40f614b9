import type { AppMessage } from '../../../src/protocol/app-messages.ts'
import type { ChatDetail, ChatSummary, ForwardMessage, Message, SendMessage } from '../../../src/protocol/chats.ts'
import type { CallbackLogEntry, CallbackSetting, ConsoleCheck, ConsolePatch, CorpConsole, CorpSummary, TagGroupView } from '../../../src/protocol/console.ts'
import type { Faults } from '../../../src/protocol/faults.ts'
import type { DeviceRequest, JsSendRequest, NativeAnswer, VerifyAnswer, VerifyRequest } from '../../../src/protocol/native-bridge.ts'
import type { ContactView, DepartmentView, PartyId, PersonDetail, PersonView, StaffView } from '../../../src/protocol/people.ts'
import type { PageCard, SavedPages, SharePage } from '../../../src/protocol/saved-pages.ts'
import type { Scanned } from '../../../src/protocol/scanning.ts'
import type { ClockView, Settings } from '../../../src/protocol/settings.ts'
import type { ActionResult, WorldAction } from '../../../src/protocol/world.ts'

/** The sandbox refused or did not answer; the message is Chinese and can be shown. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
}

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const init: RequestInit = { method }
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json' }
    init.body = JSON.stringify(body)
  }
  let response: Response
  try {
    response = await fetch(`/sandbox${path}`, init)
  } catch (cause) {
    throw new ControlError('沙箱没有回应，请看看它的进程是否还在', { cause })
  }
  const text = await response.text()
  if (!response.ok) throw new ControlError(refusalOf(text) ?? `沙箱回答了 ${response.status}`)
  return text === '' ? JSON.parse('null') : JSON.parse(text)
}

function refusalOf(text: string): string | null {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string' ? body.message : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

const get = <T>(path: string): Promise<T> => ask<T>('GET', `/api${path}`)
const post = <T>(path: string, body: unknown = {}): Promise<T> => ask<T>('POST', `/api${path}`, body)
const put = <T>(path: string, body: unknown): Promise<T> => ask<T>('PUT', `/api${path}`, body)
const remove = <T>(path: string, body?: unknown): Promise<T> => ask<T>('DELETE', `/api${path}`, body)

const part = encodeURIComponent
const query = (values: Record<string, string | number | undefined>): string => {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) if (value !== undefined && value !== '') search.set(name, String(value))
  return search.size === 0 ? '' : `?${search}`
}
const ofCorp = (corpid: string): string => `/corps/${part(corpid)}`
const ofStaff = (corpid: string, userid: string): string => `${ofCorp(corpid)}/staff/${part(userid)}`
const ofPerson = (id: string): string => `/people/${part(id)}`
const ofChat = (chatId: string): string => `/chats/${part(chatId)}`

/** Every control endpoint of the sandbox, named after what it gives or does (see protocol/). */
export const control = {
  corps: () => get<CorpSummary[]>('/corps'),
  corpConsole: (corpid: string) => get<CorpConsole>(ofCorp(corpid)),
  saveConsole: (corpid: string, patch: ConsolePatch) => put<CorpConsole>(`${ofCorp(corpid)}/settings`, patch),
  saveTrustedDomain: (corpid: string, domain: string) => post<ConsoleCheck>(`${ofCorp(corpid)}/trusted-domain`, { domain }),
  saveCallback: (corpid: string, setting: CallbackSetting) => post<ConsoleCheck>(`${ofCorp(corpid)}/callback`, setting),
  resetSecret: (corpid: string) => post<{ secret: string }>(`${ofCorp(corpid)}/secret/reset`),
  departments: (corpid: string) => get<DepartmentView[]>(`${ofCorp(corpid)}/departments`),
  tags: (corpid: string) => get<TagGroupView[]>(`${ofCorp(corpid)}/tags`),
  callbackLog: (corpid: string) => get<CallbackLogEntry[]>(`${ofCorp(corpid)}/callback-log`),
  staff: (corpid: string) => get<StaffView[]>(`${ofCorp(corpid)}/staff`),
  staffChats: (corpid: string, userid: string) => get<ChatSummary[]>(`${ofStaff(corpid, userid)}/chats`),
  contacts: (corpid: string, userid: string, q = '') => get<ContactView[]>(`${ofStaff(corpid, userid)}/contacts${query({ q })}`),
  appMessages: (corpid: string, userid: string) => get<AppMessage[]>(`${ofStaff(corpid, userid)}/app-messages`),
  writeToApp: (corpid: string, userid: string, text: string) => post<AppMessage>(`${ofStaff(corpid, userid)}/app-messages`, { text }),
  readAppMessages: (corpid: string, userid: string) => post<unknown>(`${ofStaff(corpid, userid)}/app-messages/read`),
  people: (filter: { corpid: string; q?: string; relation?: 'any' | 'customer' | 'stranger'; limit?: number }) => get<PersonView[]>(`/people${query(filter)}`),
  person: (id: string) => get<PersonDetail>(ofPerson(id)),
  personChats: (id: string) => get<ChatSummary[]>(`${ofPerson(id)}/chats`),
  savedPages: (id: string) => get<SavedPages>(`${ofPerson(id)}/pages`),
  openedPage: (id: string, page: PageCard) => post<SavedPages>(`${ofPerson(id)}/pages/recent`, page),
  keepPage: (id: string, page: PageCard) => post<SavedPages>(`${ofPerson(id)}/pages/favourites`, page),
  dropPage: (id: string, url: string) => remove<SavedPages>(`${ofPerson(id)}/pages/favourites`, { url }),
  sharePage: (id: string, share: SharePage) => post<Message>(`${ofPerson(id)}/share`, share),
  scan: (id: string, text: string) => post<Scanned>(`${ofPerson(id)}/scan`, { text }),
  addByCode: (id: string, text: string) => post<ActionResult>(`${ofPerson(id)}/add-by-code`, { text }),
  chat: (chatId: string, as: PartyId) => get<ChatDetail>(`${ofChat(chatId)}${query({ as })}`),
  messages: (chatId: string, page: { as: PartyId; before?: string; limit?: number }) => get<Message[]>(`${ofChat(chatId)}/messages${query({ ...page })}`),
  send: (chatId: string, message: SendMessage) => post<Message>(`${ofChat(chatId)}/messages`, message),
  read: (chatId: string, reader: PartyId) => post<unknown>(`${ofChat(chatId)}/read`, { reader }),
  forward: (chatId: string, forward: ForwardMessage) => post<Message>(`${ofChat(chatId)}/forward`, forward),
  act: (action: WorldAction) => post<ActionResult>('/actions', action),
  verify: (request: VerifyRequest) => post<VerifyAnswer>('/jsapi/verify', request),
  sendFromPage: (request: JsSendRequest) => post<NativeAnswer>('/jsapi/send', request),
  settings: () => get<Settings>('/settings'),
  saveSettings: (settings: Partial<Settings>) => put<Settings>('/settings', settings),
  clock: () => get<ClockView>('/clock'),
  shiftClock: (shiftMs: number) => post<ClockView>('/clock', { shiftMs }),
  faults: () => get<Faults>('/faults'),
  saveFaults: (faults: Faults) => put<Faults>('/faults', faults),
  clearFaults: () => remove<unknown>('/faults'),
  endTokens: (corpid: string, mode: 'expire' | 'invalidate') => post<unknown>('/faults/tokens', { corpid, mode }),
  endTickets: (corpid: string) => post<unknown>('/faults/tickets', { corpid }),
  reset: () => post<unknown>('/reset'),
  /** Answered by the gate: product cookies of this slot now belong to this person. */
  useDevice: (request: DeviceRequest) => ask<unknown>('POST', '/device', request),
}
