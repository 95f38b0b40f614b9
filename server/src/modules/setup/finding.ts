import { explainWecomError } from '../../wecom/index.ts'

/** What was found at one link of the chain, and what to click (SYS-14). */
export interface Finding {
  state: 'ok' | 'failed' | 'waiting'
  /** Plain Chinese: what is there, or what is wrong. */
  finding: string
  /** One line per click. */
  fix: string[]
}

export const ok = (finding: string): Finding => ({ state: 'ok', finding, fix: [] })
export const failed = (finding: string, ...fix: string[]): Finding => ({ state: 'failed', finding, fix })
export const waiting = (finding: string, ...fix: string[]): Finding => ({ state: 'waiting', finding, fix })

/** The finding for a call that WeCom refused, in the words of the error catalogue. */
export function refused(error: unknown): Finding {
  const { message, advice } = explainWecomError(error)
  return failed(message, advice)
}
