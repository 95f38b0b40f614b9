export type { LiveEvent, LiveEventKind } from './contract/live.ts'
