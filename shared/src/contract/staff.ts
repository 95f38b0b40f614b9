import { z } from 'zod'
import { LIMITS } from '../limits.ts'
import { DATA_SCOPES, PERMISSION_KEYS } from '../roles.ts'
import { STAFF_STATES } from '../staff.ts'
import { defineContract, staff } from './define.ts'
import { jobStarted, moment, pageOf, paging, rowId, searchText, staffRef, typedText } from './parts.ts'
import { RATES } from './rates.ts'

export const staffRow = staffRef.extend({
  position: z.string().nullable(),
  departments: z.array(z.object({ departmentId: z.number().int(), name: z.string(), leader: z.boolean() })),
  /** All she holds, whatever they come from. */
  roles: z.array(z.object({ key: z.string(), name: z.string() })),
  /** Keys of those that were given to her here; the others come by themselves. */
  assigned: z.array(z.string()),
  state: z.enum(STAFF_STATES),
  leftAt: moment.nullable(),
  customers: z.number().int(),
})
export type StaffRow = z.infer<typeof staffRow>

export const role = z.object({
  key: z.string(), name: z.string(), predefined: z.boolean(),
  permissions: z.array(z.enum(PERMISSION_KEYS)), dataScope: z.enum(DATA_SCOPES), 
  /** Members who hold it, whatever it comes from. */
  holders: z.number().int(),
  /** Changes with every edit; send it back when saving (GEN-8). */
  version: z.number().int(),
})
export type RoleView = z.infer<typeof role>

export const staffContract = defineContract({
  'GET /api/staff': {
    summary: 'Members of the corp (SYS-8)',
    who: staff('staff.read'),
    rate: RATES.search,
    query: z.object({ ...paging, q: searchText, departmentId: rowId.optional(), state: z.enum(STAFF_STATES).default('active') }),
    response: pageOf(staffRow),
  },
  'GET /api/departments': {
    summary: 'Department tree with leaders',
    who: staff('staff.read'),
    response: z.object({
      departments: z.array(z.object({
        departmentId: z.number().int(), name: z.string(), parentId: z.number().int().nullable(), order: z.number(), leaders: z.array(z.string()), members: z.number().int(),
      })),
      syncedAt: moment.nullable(),
    }),
  },
  'POST /api/staff/sync': { summary: 'Reads departments and members from WeCom now', who: staff('staff.sync'), rate: RATES.sync, response: jobStarted },
  'GET /api/roles': { summary: 'Roles with permissions and scope (SYS-4, SYS-5)', who: staff('roles.write'), response: z.object({ roles: z.array(role) }) },
  'PUT /api/roles/:roleKey': {
    summary: 'Changes what a role may do',
    who: staff('roles.write'),
    params: z.object({ roleKey: z.string().max(40) }),
    body: z.object({ version: z.number().int(), permissions: z.array(z.enum(PERMISSION_KEYS)), dataScope: z.enum(DATA_SCOPES) }),
    response: role,
  },
  'POST /api/roles': {
    summary: 'Makes a role of the corp’s own',
    who: staff('roles.write'),
    body: z.object({ name: typedText(LIMITS.roleName, '角色名称'), permissions: z.array(z.enum(PERMISSION_KEYS)), dataScope: z.enum(DATA_SCOPES) }),
    response: role,
  },
  'DELETE /api/roles/:roleKey': {
    summary: 'Deletes a role of the corp’s own',
    who: staff('roles.write'),
    params: z.object({ roleKey: z.string().max(40) }),
  },
  'PUT /api/staff/:staffId/roles': {
    summary: 'Assigns roles to a member; several roles add up (SYS-4)',
    who: staff('roles.write'),
    params: z.object({ staffId: rowId }),
    /** `shown`: what was assigned when the form was filled; null to overwrite whatever it is now (GEN-8). */
    body: z.object({ roles: z.array(z.string().max(40)).max(20), shown: z.array(z.string().max(40)).max(20).nullable() }),
    response: staffRow,
  },
})
