import { z } from 'zod'
import { optionalList, optionalNumber, optionalText } from './answer-fields.ts'
import type { WecomClient } from './client.ts'

const department = z.looseObject({
  id: z.number(),
  name: optionalText,
  name_en: optionalText,
  department_leader: optionalList(z.string()),
  parentid: optionalNumber,
  order: optionalNumber,
})
/** A department in WeCom's own names. Parents outside the app's visible range are missing from the list. */
export type WecomDepartment = z.output<typeof department>

const member = z.looseObject({
  userid: z.string(),
  name: optionalText,
  department: optionalList(z.number()),
  order: optionalList(z.number()),
  position: optionalText,
  mobile: optionalText,
  gender: optionalText,
  email: optionalText,
  biz_mail: optionalText,
  is_leader_in_dept: optionalList(z.number()),
  direct_leader: optionalList(z.string()),
  avatar: optionalText,
  thumb_avatar: optionalText,
  telephone: optionalText,
  alias: optionalText,
  main_department: optionalNumber,
  status: optionalNumber,
  qr_code: optionalText,
})
/** A member in WeCom's own names. Avatar, mobile and mail are '' for apps made since 2022-06-20 (wecom-api/02 §1). */
export type WecomMember = z.output<typeof member>

const departmentList = z.looseObject({ department: optionalList(department) })
const memberList = z.looseObject({ userlist: optionalList(member) })
const agent = z.looseObject({
  agentid: z.number(),
  name: optionalText,
  square_logo_url: optionalText,
  description: optionalText,
  allow_userinfos: z.looseObject({ user: optionalList(z.looseObject({ userid: z.string() })) }).nullish().transform((range) => range?.user.map((user) => user.userid) ?? []),
  allow_partys: z.looseObject({ partyid: optionalList(z.number()) }).nullish().transform((range) => range?.partyid ?? []),
  allow_tags: z.looseObject({ tagid: optionalList(z.number()) }).nullish().transform((range) => range?.tagid ?? []),
  close: optionalNumber,
  redirect_domain: optionalText,
  home_url: optionalText,
})
/** The app's settings: visible range (userids, department ids, tag ids), trusted domain, `close` 1 when switched off. */
export type WecomAgent = z.output<typeof agent>

/** All departments in the visible range, or below `id` (wecom-api/02 §2). */
export async function listDepartments(client: WecomClient, id?: number): Promise<WecomDepartment[]> {
  return (await client.get('/cgi-bin/department/list', { id }, departmentList)).department
}

/** The direct members of a department with their details (wecom-api/02 §3). */
export async function listMembers(client: WecomClient, departmentId: number): Promise<WecomMember[]> {
  return (await client.get('/cgi-bin/user/list', { department_id: departmentId }, memberList)).userlist
}

/** One member; 60111 when unknown, 60011 when out of range. */
export async function getMember(client: WecomClient, userId: string): Promise<WecomMember> {
  return client.get('/cgi-bin/user/get', { userid: userId }, member)
}

/** The client's own app: visible range and trusted domain (wecom-api/02 §5). 301002 when the AgentId is another app's. */
export async function getAgent(client: WecomClient): Promise<WecomAgent> {
  return client.get('/cgi-bin/agent/get', { agentid: client.app.agentId }, agent)
}
