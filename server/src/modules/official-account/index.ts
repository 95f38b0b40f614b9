export { createOfficialAccounts } from './service.ts'
export type { OfficialAccounts } from './service.ts'
export type { AccountPerson } from './sign-in.ts'
