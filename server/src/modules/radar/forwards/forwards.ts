import type { AnswerOf, ForwardChain } from '@zhike/shared/contract'
import { notFound } from '../../../platform/http/errors.ts'
import type { Platform } from '../../../platform/platform.ts'
import { mayOwn, withinScope } from '../../identity/index.ts'
import type { Viewer } from '../../identity/index.ts'
import type { RadarNeeds } from '../needs.ts'
import { sharesOf } from '../shares/store.ts'
import type { ShareRow } from '../shares/store.ts'
import { shares } from '../tables.ts'
import { factsOf } from '../views/facts.ts'
import { viewsOf } from '../views/store.ts'
import { forwardsOf } from './store.ts'
import { forwardTree } from './tree.ts'
import { leftMember } from '../views/gone.ts'

/** As many links and readers as one tree shows; the screen says when there are more. */
const LINKS = 2000
const READERS = 500

/** Who passed what on to whom (MAT-19), as far as the viewer may see it. */
export function createForwards(platform: Platform, needs: RadarNeeds) {
  const { db } = platform

  /** To whom the first link was sent, in words. */
  async function addresseesOf(corpId: number, roots: readonly ShareRow[]): Promise<(share: ShareRow) => string> {
    const customers = await needs.customers.customerNames(db, corpId, roots.flatMap((share) => share.customerId ?? []))
    const groups = await needs.groupChats.groupNames(corpId, roots.flatMap((share) => share.groupChatId ?? []))
    return (share) => (share.customerId !== null ? customers.get(share.customerId)?.name : groups.get(share.groupChatId ?? 0)) ?? (share.context === 'group_chat' ? '客户群' : '客户')
  }

  return {
    /** Chains of a material, the latest first. Sharing within the viewer's data scope (GEN-9). */
    async ofMaterial(viewer: Viewer, query: { materialId: number; skip?: number; limit: number }): Promise<AnswerOf<'GET /api/radar/forwards'>> {
      const { corpId } = viewer
      const chains = await forwardsOf(db, corpId).chains(query.materialId, withinScope(viewer, shares.staffId), query)
      const shown = chains.slice(0, query.limit)
      const roots = await sharesOf(db, corpId).byIds(shown.map((chain) => chain.rootId))
      const [addressee, staff, last] = await Promise.all([
        addresseesOf(corpId, [...roots.values()]), needs.identity.staffRefs(corpId, [...roots.values()].map((share) => share.staffId)), sharesOf(db, corpId).byIds(shown.map((chain) => chain.lastId)),
      ])
      const items = shown.flatMap((chain): ForwardChain[] => {
        const root = roots.get(chain.rootId)
        const sender = root && staff.get(root.staffId)
        return root && sender ? [{ shareId: root.id, staff: sender, to: addressee(root), sentAt: root.sentAt ?? root.createdAt, copies: chain.copies, depth: chain.depth, lastAt: last.get(chain.lastId)?.createdAt ?? root.createdAt }] : []
      })
      return { items, more: chains.length > query.limit }
    },
    /** The tree that a link belongs to, from its first link on. @throws AppError `not_found` outside the data scope */
    async tree(viewer: Viewer, shareId: number): Promise<AnswerOf<'GET /api/radar/shares/:shareId/tree'>> {
      const { corpId } = viewer
      const store = sharesOf(db, corpId)
      const asked = await store.byId(shareId)
      if (!asked || !mayOwn(viewer, asked.staffId)) throw notFound('这次发送')
      const chain = await store.chain(asked.rootId ?? asked.id, LINKS)
      const [root] = chain
      if (!root) throw notFound('这次发送')
      const readings = await forwardsOf(db, corpId).readings(chain.map((share) => share.id), LINKS)
      const nodes = forwardTree(chain.map((share) => ({ shareId: share.id, parentId: share.parentId, forwardedBy: share.forwardedBy, depth: share.depth })), readings)
      const listed = nodes.slice(0, READERS)
      const rows = new Map((await viewsOf(db, corpId).byIds(listed.map((node) => node.viewId))).map((row) => [row.id, row]))
      const [facts, addressee, staff] = await Promise.all([factsOf(db, needs, corpId, [...rows.values()]), addresseesOf(corpId, [root]), needs.identity.staffRefs(corpId, [root.staffId])])
      const places = new Map(listed.map((node, i) => [node.key, i]))
      return {
        root: { shareId: root.id, staff: staff.get(root.staffId) ?? leftMember(root.staffId), to: addressee(root), group: root.context === 'group_chat', sentAt: root.sentAt ?? root.createdAt },
        nodes: listed.flatMap((node, i) => {
          const row = rows.get(node.viewId)
          if (!row) return []
          const mayKnow = facts.mayKnow(row, (staffId) => mayOwn(viewer, staffId))
          const customer = mayKnow ? facts.customer(row.customerId) : null
          return [{
            node: i, parent: node.parent === null ? null : places.get(node.parent) ?? null, depth: node.depth, name: facts.nameOf(row, mayKnow), reader: node.reader,
            customer: customer && { customerId: customer.customerId, name: customer.name, avatar: customer.avatar }, opens: node.opens, visibleMs: node.visibleMs, lastAt: node.lastAt,
          }]
        }),
        more: nodes.length > listed.length || chain.length === LINKS,
      }
    },
  }
}
