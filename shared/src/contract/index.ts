import { auditContract } from './audit.ts'
import { callbacksContract } from './callbacks.ts'
import { contactWaysContract } from './contact-ways.ts'
import { customersContract } from './customers.ts'
import { groupChatsContract } from './group-chats.ts'
import { jobsContract } from './jobs.ts'
import { liveContract } from './live.ts'
import { materialsContract } from './materials.ts'
import { noticesContract } from './notices.ts'
import { officialAccountContract } from './official-account.ts'
import { radarContract } from './radar.ts'
import { radarFiguresContract } from './radar-figures.ts'
import { radarSettingsContract } from './radar-settings.ts'
import { sessionContract } from './session.ts'
import { setupContract } from './setup.ts'
import { staffContract } from './staff.ts'
import { tagsContract } from './tags.ts'
import { uploadsContract } from './uploads.ts'
import type * as d from './define.ts'

/** Every endpoint of the JSON API, by `METHOD /path`. */
export const contract = {
  ...sessionContract,
  ...setupContract,
  ...officialAccountContract,
  ...staffContract,
  ...jobsContract,
  ...auditContract,
  ...callbacksContract,
  ...contactWaysContract,
  ...customersContract,
  ...tagsContract,
  ...groupChatsContract,
  ...materialsContract,
  ...uploadsContract,
  ...noticesContract,
  ...radarContract,
  ...radarFiguresContract,
  ...radarSettingsContract,
  ...liveContract,
}
export type Contract = typeof contract
export type ContractKey = keyof Contract

/** What a caller gives and gets, by endpoint key: the only types the H5 needs. */
export type ParamsIn<K extends ContractKey> = d.ParamsGiven<Contract[K]>
export type QueryIn<K extends ContractKey> = d.QueryGiven<Contract[K]>
export type BodyIn<K extends ContractKey> = d.BodyGiven<Contract[K]>
export type AnswerOf<K extends ContractKey> = d.AnswerGiven<Contract[K]>

export * from './define.ts'
export * from './parts.ts'
export * from './rates.ts'
export * from './audit.ts'
export * from './callbacks.ts'
export * from './contact-ways.ts'
export * from './customers.ts'
export * from './group-chats.ts'
export * from './jobs.ts'
export * from './live.ts'
export * from './materials.ts'
export * from './notices.ts'
export * from './official-account.ts'
export * from './radar.ts'
export * from './radar-figures.ts'
export * from './radar-settings.ts'
export * from './session.ts'
export * from './setup.ts'
export * from './staff.ts'
export * from './tags.ts'
export * from './uploads.ts'
