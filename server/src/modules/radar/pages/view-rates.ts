import { addressOf } from '../../../platform/http/rate-limits.ts'
import type { Platform } from '../../../platform/platform.ts'
import { withinRates } from '../../../platform/rate.ts'
import { sharesOf } from '../shares/store.ts'
import type { ShareRow } from '../shares/store.ts'

/** Views of one link and all its copies that are counted within a minute: of one device, … */
const PER_DEVICE = { most: 10, seconds: 60 }
/** … of unknown devices at one address (a shop's customers share one), … */
const PER_ADDRESS = { most: 30, seconds: 60 }
/** … and of unknown devices anywhere: a link in a few hundred groups is opened by so many. */
const PER_CHAIN = { most: 600, seconds: 60 }

/**
 * How many views are counted: nobody can make up readers without end. Whoever tries uses up what her own address has; readers
 * elsewhere count as before, and readers with a name count always.
 */
export function createViewRates({ config, db, log, redis }: Platform) {
  /** Was the person at this device ever named? */
  async function isKnown(corpId: number, visitorId: string): Promise<boolean> {
    const device = await sharesOf(db, corpId).visitor(visitorId)
    return device !== undefined && (device.customerId !== null || device.knownBy === 'wechat')
  }

  return {
    /** False when there were too many: the page is shown and counts nowhere. Without Redis all count. */
    async mayCount(share: Pick<ShareRow, 'corpId' | 'id' | 'rootId'>, visitorId: string, ip: string): Promise<boolean> {
      const chain = `${config.redisPrefix}:{views:${share.rootId ?? share.id}}`
      const device = { key: `${chain}:device:${visitorId}`, ...PER_DEVICE }
      try {
        if (await withinRates(redis, device, { key: `${chain}:address:${addressOf(ip)}`, ...PER_ADDRESS }, { key: `${chain}:all`, ...PER_CHAIN })) return true
        return await isKnown(share.corpId, visitorId) && await withinRates(redis, device)
      } catch (error) {
        log.debug({ err: error }, 'views of a link not counted')
        return true
      }
    },
  }
}
