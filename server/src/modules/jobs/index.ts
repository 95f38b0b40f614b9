export { createJobs } from './service.ts'
export type { JobReader, Jobs } from './service.ts'
export { JobCancelled } from './run.ts'
export type { JobRun } from './run.ts'
