import { isDatabaseAway } from '../../platform/db/connect.ts'
import { createCallbackCodec } from '../../wecom/index.ts'
import type { CallbackCodec } from '../../wecom/index.ts'
import type { Corps } from '../corps/index.ts'

/** One corp as a receiver of callbacks. */
export interface Receiver {
  corpId: number
  wecomCorpId: string
  suspended: boolean
  codec: CallbackCodec
}

/**
 * Finds the receiver behind a callback address; null for an unknown corp. Codecs are kept until the corp's settings
 * change. While the database is away, the receivers seen last go on receiving.
 */
export function createReceivers(corps: Corps): (wecomCorpId: string) => Promise<Receiver | null> {
  const known = new Map<string, { receiver: Receiver; version: number }>()

  async function current(wecomCorpId: string): Promise<Receiver | null> {
    const found = await corps.byWecomId(wecomCorpId)
    // The version must not be newer than the keys, so it is read from the same place and before them.
    const corp = found && (await corps.byId(found.id))
    if (!corp || corp.wecomCorpId !== wecomCorpId) {
      known.delete(wecomCorpId)
      return null
    }
    const last = known.get(wecomCorpId)
    if (last?.version === corp.version) {
      last.receiver.suspended = corp.suspended
      return last.receiver
    }
    const keys = await corps.callbackKeys(corp.id)
    if (!keys) return null
    const codec = createCallbackCodec({ token: keys.token, encodingAesKey: keys.aesKey, receiveId: wecomCorpId })
    const receiver = { corpId: corp.id, wecomCorpId, suspended: corp.suspended, codec }
    known.set(wecomCorpId, { receiver, version: corp.version })
    return receiver
  }

  return async (wecomCorpId) => {
    try {
      return await current(wecomCorpId)
    } catch (error) {
      const last = known.get(wecomCorpId)
      if (last && isDatabaseAway(error)) return last.receiver
      throw error
    }
  }
}
