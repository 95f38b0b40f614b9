import { api } from '../../common/api.ts'
import { asApiError } from '../../common/api-error.ts'
import { pauseBefore } from '../../common/connection.ts'
import type { SendOutcome } from '../../common/wecom.ts'

interface ShareOutcome { shareId: number; state: SendOutcome['state']; reason?: string }

const WAITING = 'zk:share-outcomes'
const TRIES = 6

let running: Promise<void> | undefined

/**
 * Tells the server what became of a share. The message may be out already, so this is not lost: it is kept on the device
 * until the server has taken it, also over the end of this page (MAT-14).
 */
export function reportOutcome(shareId: number, outcome: SendOutcome): void {
  const reason = outcome.state === 'failed' ? outcome.reason.slice(0, 200) : undefined
  keep([...waiting(), { shareId, state: outcome.state, ...(reason && { reason }) }])
  void reportWaiting()
}

/** Reports what an earlier page could not. Never throws. */
export function reportWaiting(): Promise<void> {
  running ??= reportAll().finally(() => { running = undefined })
  return running
}

async function reportAll(): Promise<void> {
  for (let tries = 0; tries < TRIES;) {
    const [first] = waiting()
    if (!first) return
    try {
      const { shareId, ...body } = first
      await api('PUT /api/shares/:shareId/outcome', { params: { shareId }, body })
      keep(waiting().filter((it) => it.shareId !== shareId))
      tries = 0
    } catch (thrown) {
      const error = asApiError(thrown)
      if (error.status === 401) return
      // Refused for good (already ended, another member's device): asking again would change nothing.
      if (error.status >= 400 && error.status < 500 && error.status !== 429) keep(waiting().filter((it) => it.shareId !== first.shareId))
      else await pauseBefore(tries, undefined)
      tries += 1
    }
  }
}

let here: ShareOutcome[] = []

/** Storage may be forbidden: then what waits lives as long as the page. */
function waiting(): ShareOutcome[] {
  try {
    const text = localStorage.getItem(WAITING)
    if (text !== null) here = JSON.parse(text)
  } catch (reason) {
    console.warn('unreported shares are only kept in memory', reason)
  }
  return here
}

function keep(outcomes: ShareOutcome[]): void {
  here = outcomes
  try {
    localStorage.setItem(WAITING, JSON.stringify(outcomes))
  } catch (reason) {
    console.warn('unreported shares are only kept in memory', reason)
  }
}
