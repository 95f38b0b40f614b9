/**
 * Messages between the app and a member.
 *
 *   GET    /sandbox/api/corps/:corpid/staff/:userid/app-messages        AppMessage[] oldest first, ≤200
 *   POST   /sandbox/api/corps/:corpid/staff/:userid/app-messages        { text } → AppMessage (staff writes to the app → callback)
 *   POST   /sandbox/api/corps/:corpid/staff/:userid/app-messages/read
 */

/** A message of the app to one member (or of the member to the app, `from: 'staff'`). */
export interface AppMessage {
  id: string
  corpid: string
  userid: string
  agentid: number
  agentName: string
  at: number
  from: 'app' | 'staff'
  recalled: boolean
  body: AppMessageBody
}

interface AppArticle {
  title: string
  description: string
  url: string
  picurl: string
}

export type AppMessageBody =
  | { msgtype: 'text'; content: string }
  | { msgtype: 'markdown'; content: string }
  | { msgtype: 'textcard'; title: string; description: string; url: string; btntxt: string }
  | { msgtype: 'news'; articles: AppArticle[] }
  | { msgtype: 'image' | 'voice' | 'video' | 'file'; mediaId: string; url: string; title: string }
  | { msgtype: 'template_card'; card: TemplateCardView }

interface TemplateCardView {
  cardType: string
  source: string
  title: string
  desc: string
  emphasisTitle: string
  emphasisDesc: string
  subTitle: string
  rows: { key: string; value: string; url: string }[]
  jumps: { title: string; url: string }[]
  url: string
}
