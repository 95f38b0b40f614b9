export { JobCancelled, createJobs } from './service.ts'
export type { JobRun, Jobs } from './service.ts'
