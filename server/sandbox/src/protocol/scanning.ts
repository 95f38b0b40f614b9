/**
 * Codes that a customer's phone recognises in a picture.
 *
 *   POST   /sandbox/api/people/:id/scan          { text } → Scanned        what the code says leads to
 *   POST   /sandbox/api/people/:id/add-by-code   { text } → ActionResult   添加到通讯录 on a member's card
 */

export type Scanned =
  /** A member's card. known: they are friends, or she has asked to be; then WeChat goes straight to the chat. */
  | { kind: 'member'; userid: string; name: string; corpName: string; position: string; avatar: string; chatId: string; known: boolean }
  | { kind: 'page'; url: string }
  | { kind: 'text'; text: string }
