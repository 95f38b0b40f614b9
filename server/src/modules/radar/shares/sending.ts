import { conflict, notFound, AppError } from '../../../platform/http/errors.ts'
import { randomToken } from '../../../platform/crypto/secret-box.ts'
import { inTransaction } from '../../../platform/db/transaction.ts'
import type { Platform } from '../../../platform/platform.ts'
import { dayName } from '@zhike/shared'
import type { ShareState } from '@zhike/shared'
import type { ShareChat, ShareMessage } from '@zhike/shared/contract'
import { appendCustomerEvent, friendshipsOf } from '../../customers/index.ts'
import type { Viewer } from '../../identity/index.ts'
import type { ReaderMaterial } from '../../materials/index.ts'
import { materialSumsOf } from '../figures/sums.ts'
import type { RadarNeeds } from '../needs.ts'
import { sharesOf } from './store.ts'

/** 128 random bits in 22 characters (architecture §6: at least 96). */
const TOKEN_BYTES = 16

interface PreparedShare { shareId: number; state: ShareState; message: ShareMessage }

/** Sending a material: the tracked link is made first, and counts once the client says that it went out (MAT-14). */
export function createSending(platform: Platform, needs: RadarNeeds) {
  const { db, clock, config } = platform

  /** Where the member may send to: her own customer, or a group she is in. */
  async function target(viewer: Viewer, chat: ShareChat): Promise<{ context: 'single_chat' | 'group_chat'; customerId: number | null; groupChatId: number | null }> {
    if (chat.kind === 'group') {
      const group = await needs.groupChats.groupByChatId(viewer.corpId, chat.chatId)
      const inside = group !== null && (group.ownerUserid.toLowerCase() === viewer.userid.toLowerCase() || await needs.groupChats.isInGroup(viewer.corpId, group.groupChatId, viewer.userid))
      if (!group || !inside) throw notFound('客户群')
      return { context: 'group_chat', customerId: null, groupChatId: group.groupChatId }
    }
    const customer = await needs.customers.customerByExternal(viewer.corpId, chat.externalUserId)
    const friendship = customer ? await friendshipsOf(db, viewer.corpId).stateOf(customer.customerId, viewer.staffId) : null
    if (!customer || friendship === null) throw notFound('这位客户')
    if (friendship !== 'active') throw conflict(friendship === 'lost' ? '这位客户已经删除了你，不能发送；重新加为好友后再发' : '你已经删除了这位客户，不能发送；重新加为好友后再发')
    return { context: 'single_chat', customerId: customer.customerId, groupChatId: null }
  }

  return {
    /** Prepares a tracked link and the card for ww.sendChatMessage. The same request gives the same link (GEN-8). */
    async prepare(viewer: Viewer, request: { materialId: number; chat: ShareChat; requestId: string }): Promise<PreparedShare> {
      const material = await needs.materials.forSender(viewer.corpId, request.materialId)
      if (!material || material.deleted || !(await needs.materials.maySend(viewer, request.materialId))) throw notFound('素材')
      if (material.state !== 'ready') throw conflict(material.state === 'preparing' ? '素材还在处理中，请稍等几秒再发送' : '素材处理失败，请联系管理员重新上传')
      const to = await target(viewer, request.chat)
      const share = await sharesOf(db, viewer.corpId).prepare({
        ...to, token: randomToken(TOKEN_BYTES), materialId: material.materialId, staffId: viewer.staffId, requestId: request.requestId, state: 'prepared', createdAt: clock.now(),
      })
      if (share.materialId !== material.materialId || share.customerId !== to.customerId || share.groupChatId !== to.groupChatId) {
        throw conflict('这次发送的内容已经变化，请重新点发送')
      }
      return { shareId: share.id, state: share.state, message: messageOf(material, `${config.baseUrl}/r/${share.token}`, viewer.name) }
    },
    /** What became of the card in the client. Told twice, it counts once; an end state can't be changed. */
    async conclude(viewer: Viewer, shareId: number, outcome: { state: 'sent' | 'cancelled' | 'failed'; reason?: string }): Promise<{ shareId: number; state: ShareState }> {
      const now = clock.now()
      const title = await titleOf(viewer.corpId, shareId)
      const done = await inTransaction(db, async (tx) => {
        const store = sharesOf(tx, viewer.corpId)
        const moved = await store.conclude(shareId, viewer.staffId, { state: outcome.state, sentAt: outcome.state === 'sent' ? now : null, failReason: outcome.reason?.slice(0, 200) ?? null })
        const share = await store.byId(shareId)
        if (!share || share.staffId !== viewer.staffId) throw notFound('这次发送')
        if (moved && share.state === 'sent') {
          await materialSumsOf(tx, viewer.corpId).add([{ materialId: share.materialId, staffId: viewer.staffId, day: dayName(now, viewer.corp.zone), shares: 1 }])
          if (share.customerId !== null) {
            await appendCustomerEvent(tx, {
              corpId: viewer.corpId, customerId: share.customerId, kind: 'share_sent', staffId: viewer.staffId, subject: `share:${share.id}`, data: { title, materialId: share.materialId, shareId: share.id }, at: now,
            })
          }
        }
        return { share, moved }
      })
      if (done.share.state === 'sent') needs.contactWays.want(viewer.corpId, viewer.staffId)
      if (!done.moved && done.share.state !== outcome.state) throw new AppError('conflict', done.share.state === 'sent' ? '这条资料已经记为发送成功' : '这次发送已经结束，请重新点发送')
      if (done.moved && done.share.state === 'sent' && done.share.customerId !== null) {
        await platform.live.publish(viewer.corpId, { owners: [viewer.staffId], event: { kind: 'customer', customerId: done.share.customerId } }).catch((error: unknown) => platform.log.debug({ err: error }, 'live news of a sent share were lost'))
      }
      return { shareId: done.share.id, state: done.share.state }
    },
  }

  /** A tracked link as a card; WeChat opens mini programs only from a card of their own. */
  function messageOf({ title, summary, fileVersion, miniprogram }: ReaderMaterial, link: string, senderName: string): ShareMessage {
    const imgUrl = `${link}/card.jpg?v=${fileVersion}`
    if (miniprogram) return { msgtype: 'miniprogram', miniprogram: { appid: miniprogram.appId, title, imgUrl, page: pagePath(miniprogram.path) } }
    return { msgtype: 'news', news: { link, title, desc: summary || `${senderName} 发来的资料`, imgUrl } }
  }

  async function titleOf(corpId: number, shareId: number): Promise<string> {
    const share = await sharesOf(db, corpId).byId(shareId)
    return share ? (await needs.materials.titles(db, corpId, [share.materialId])).get(share.materialId)?.title ?? '' : ''
  }
}

/** The client wants the page's path with `.html` before what is asked of it (wecom-jssdk: sendChatMessage). */
export function pagePath(path: string): string {
  const [page = '', ...query] = path.replace(/^\//, '').split('?')
  return [page.endsWith('.html') ? page : `${page}.html`, ...query].join('?')
}
