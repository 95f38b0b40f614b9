import type { ActionResult, WorldAction } from '../protocol/world.ts'
import { accountFollow } from '../official-account/followers.ts'
import { customerAdds, customerDeletes, customerRenames, staffConfirms, staffDeletes, staffEdits } from './contact-actions.ts'
import { notFound } from './errors.ts'
import { groupCreate, groupDismiss, groupJoin, groupLeave, groupNotice, groupOwner, groupRename, newStranger } from './group-actions.ts'
import { enterAgent, staffJoins, staffLeaves, staffMoves } from './staff-actions.ts'
import { tagCreate, tagDelete, tagRename, tagShuffle } from './tag-actions.ts'
import type { Sandbox } from './sandbox.ts'

/** Carries out what somebody in the simulated world does; throws WorldError when it makes no sense. */
export function act(sandbox: Sandbox, action: WorldAction): ActionResult {
  const corp = sandbox.corps.get(action.corpid)
  if (corp === undefined) throw notFound('这个企业')
  switch (action.action) {
    case 'customer_adds': return customerAdds(sandbox, corp, action)
    case 'staff_confirms': return staffConfirms(sandbox, corp, action)
    case 'customer_deletes': return customerDeletes(sandbox, corp, action)
    case 'staff_deletes': return staffDeletes(sandbox, corp, action)
    case 'staff_edits': return staffEdits(sandbox, corp, action)
    case 'customer_renames': return customerRenames(sandbox, corp, action)
    case 'account_follow': return accountFollow(sandbox, corp, action)
    case 'group_create': return groupCreate(sandbox, corp, action)
    case 'group_join': return groupJoin(sandbox, corp, action)
    case 'group_leave': return groupLeave(sandbox, corp, action)
    case 'group_rename': return groupRename(sandbox, corp, action)
    case 'group_notice': return groupNotice(sandbox, corp, action)
    case 'group_owner': return groupOwner(sandbox, corp, action)
    case 'group_dismiss': return groupDismiss(sandbox, corp, action)
    case 'tag_create': return tagCreate(sandbox, corp, action)
    case 'tag_rename': return tagRename(sandbox, corp, action)
    case 'tag_delete': return tagDelete(sandbox, corp, action)
    case 'tag_shuffle': return tagShuffle(sandbox, corp, action)
    case 'staff_joins': return staffJoins(sandbox, corp, action)
    case 'staff_leaves': return staffLeaves(sandbox, corp, action)
    case 'staff_moves': return staffMoves(sandbox, corp, action)
    case 'enter_agent': return enterAgent(sandbox, corp, action)
    case 'new_stranger': return newStranger(sandbox, corp, action)
  }
}
