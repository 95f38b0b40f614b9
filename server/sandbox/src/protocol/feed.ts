import type { AppMessage } from './app-messages.ts'
import type { Message } from './chats.ts'
import type { CallbackLogEntry } from './console.ts'
import type { Faults } from './faults.ts'
import type { PartyId } from './people.ts'
import type { ClockView, Settings } from './settings.ts'

/**
 * The live feed: `GET /sandbox/api/events` is a text/event-stream, each `data:` is one SandboxEvent.
 */

export type SandboxEvent =
  | { type: 'hello'; now: number }
  | { type: 'message'; corpid: string; message: Message; parties: PartyId[] }
  /** chatId `app~<corpid>`: the member has read her app messages. */
  | { type: 'read'; chatId: string; reader: PartyId }
  | { type: 'app_message'; message: AppMessage }
  | { type: 'app_recall'; corpid: string; ids: string[] }
  /** Relation, remark, tags or name of an outside person changed. */
  | { type: 'person'; corpid: string; personId: string; userid: string | null }
  /** 收藏 or 最近打开 on somebody's phone. */
  | { type: 'pages'; personId: string }
  | { type: 'group'; corpid: string; chatId: string }
  | { type: 'tags'; corpid: string }
  | { type: 'staff'; corpid: string; userid: string | null }
  | { type: 'console'; corpid: string }
  | { type: 'callback'; corpid: string; entry: CallbackLogEntry }
  /** A server API was called and answered; errcode null: the connection was cut or a fault answered for it. */
  | { type: 'api'; corpid: string; path: string; errcode: number | null; tookMs: number }
  | { type: 'faults'; faults: Faults }
  | { type: 'settings'; settings: Settings }
  | { type: 'clock'; clock: ClockView }
  | { type: 'reset' }
