export { createGroupChats } from './service.ts'
export type { GroupChats } from './service.ts'
export type { GroupPerson } from './group-views.ts'
export type { TellMemberships } from './intake.ts'
