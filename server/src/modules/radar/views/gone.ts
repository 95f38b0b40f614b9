import type { StaffRef } from '@zhike/shared/contract'

/** Whoever left and is not in the address book any more. */
export const leftMember = (staffId: number): StaffRef => ({ staffId, userid: '', name: '已离职员工', avatar: null })
/** The title of a material whose row is gone. */
export const DELETED_MATERIAL = '已删除的素材'
