export { createGroupChats } from './service.ts'
export type { GroupChats, GroupChatsNeeds, GroupPerson } from './service.ts'
export type { MembershipChange, TellMemberships } from './intake.ts'
