import { createHash } from 'node:crypto'
import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DATA_SCOPES, DEFAULT_ROLES, PERMISSION_KEYS, PREDEFINED_ROLES, ROLE_LABELS, SESSION_MS } from '@zhike/shared'
import type { Permission } from '@zhike/shared'
import { randomToken } from '../../platform/crypto/secret-box.ts'
import { forbidden, unauthorized } from '../../platform/http/errors.ts'
import type { Guard } from '../../platform/http/contract-routes.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Corp, Corps } from '../corps/index.ts'
import { createOrganisation, ownersOf, unionOf } from './organisation.ts'
import type { Organisation } from './organisation.ts'
import { peopleOf, sessionStore } from './store.ts'
import type { RoleRow, StaffDbRow } from './store.ts'
import type { SetupCaller, Viewer } from './viewer.ts'

export const SESSION_COOKIE = 'zk_session'
const ORGANISATION_MS = 5000
const SETUP_SESSION_MS = 2 * 60 * 60 * 1000

/** Takes the session's cookie: an HTTP reply. */
export interface CookieJar { setCookie(name: string, value: string, options: CookieSerializeOptions): unknown }

export type Access = ReturnType<typeof createAccess>

/** Sessions, and what their holders may do (SYS-3, SYS-4, SYS-5). */
export function createAccess(platform: Platform, corps: Corps) {
  const { clock, db, config } = platform
  const sessions = sessionStore(db)
  const organisations = new Map<number, { made: Promise<Organisation>; at: number }>()

  function organisationOf(corpId: number): Promise<Organisation> {
    const known = organisations.get(corpId)
    if (known && clock.now() - known.at < ORGANISATION_MS) return known.made
    const people = peopleOf(db, corpId)
    const made = Promise.all([people.departments(), people.memberships(), people.presentStaff()])
      .then(([departments, memberships, staff]) => createOrganisation({ departments, memberships, staff }))
    organisations.set(corpId, { made, at: clock.now() })
    made.catch(() => organisations.delete(corpId))
    return made
  }

  /** Assigned roles, the one every member has, and those that come with leading a department or being named an administrator. */
  async function rolesOf(corp: Corp, person: StaffDbRow, organisation: Organisation): Promise<RoleRow[]> {
    const people = peopleOf(db, corp.id)
    const [known, assigned] = await Promise.all([rolesOfCorp(platform, corp.id), people.rolesOf([person.id])])
    const keys = new Set<string>(['staff', ...assigned.map((row) => row.roleKey)])
    if (organisation.ledBy({ staffId: person.id, useridKey: person.useridKey }).length > 0) keys.add('store_manager')
    if (corp.adminUserids.some((id) => id.toLowerCase() === person.useridKey)) keys.add('super_admin')
    return known.filter((role) => keys.has(role.roleKey))
  }

  async function viewerOf(corp: Corp, person: StaffDbRow, expiresAt: number): Promise<Viewer> {
    const organisation = await organisationOf(corp.id)
    const roles = await rolesOf(corp, person, organisation)
    const permissions = new Set<Permission>(roles.flatMap((role) => (role.roleKey === 'super_admin' ? PERMISSION_KEYS : role.permissions)))
    const self = { staffId: person.id, useridKey: person.useridKey }
    const scopes = roles.map((role) => role.dataScope)
    return {
      corp, corpId: corp.id, staffId: person.id, userid: person.userid, name: person.name, avatar: person.avatar,
      department: person.mainDepartment === null ? null : organisation.departmentName(person.mainDepartment),
      roles: roles.map((role) => ({ key: role.roleKey, name: role.name })), permissions,
      dataScope: DATA_SCOPES.findLast((scope) => scopes.includes(scope)) ?? 'self',
      owners: unionOf(scopes.map((scope) => ownersOf(scope, self, organisation))),
      expiresAt,
    }
  }

  async function sessionOf(request: FastifyRequest) {
    const token = request.cookies[SESSION_COOKIE]
    const found = token ? await sessions.find(hashToken(token), clock.now()) : undefined
    const corp = found ? await corps.byId(found.session.corpId) : null
    if (!found || !corp) return null
    if (corp.suspended) throw forbidden('本企业已停用，请联系服务商')
    return { corp, person: found.staff, session: found.session }
  }

  async function begin(reply: CookieJar, corpId: number, staffId: number | null): Promise<number> {
    const token = randomToken(32)
    const lifeMs = staffId === null ? SETUP_SESSION_MS : SESSION_MS
    const expiresAt = clock.now() + lifeMs
    await peopleOf(db, corpId).addSession({ tokenHash: hashToken(token), staffId, kind: staffId === null ? 'setup' : 'staff', createdAt: clock.now(), expiresAt })
    reply.setCookie(SESSION_COOKIE, token, { path: '/', httpOnly: true, sameSite: 'lax', secure: config.secure, maxAge: Math.floor(lifeMs / 1000) })
    return expiresAt
  }

  const guard: Guard<Viewer, SetupCaller> = {
    nameOf: (caller) => `c${caller.corpId}:${'staffId' in caller ? caller.staffId : caller.viewer?.staffId ?? 'setup'}`,
    async staff(request, who) {
      const viewer = await currentViewer(request)
      if (!viewer) throw unauthorized()
      if (who.permission && !viewer.permissions.has(who.permission)) throw forbidden()
      return viewer
    },
    async setup(request) {
      const found = await sessionOf(request)
      if (!found) throw unauthorized('请用设置链接打开，或由管理员登录')
      if (found.session.kind === 'setup') return { corp: found.corp, corpId: found.corp.id, viewer: null }
      const viewer = found.person ? await viewerOf(found.corp, found.person, found.session.expiresAt) : null
      if (!viewer?.permissions.has('settings.write')) throw forbidden()
      return { corp: found.corp, corpId: found.corp.id, viewer }
    },
  }

  async function currentViewer(request: FastifyRequest): Promise<Viewer | null> {
    const found = await sessionOf(request)
    if (!found?.person || found.session.kind !== 'staff') return null
    return await viewerOf(found.corp, found.person, found.session.expiresAt)
  }

  return {
    guard,
    currentViewer,
    /** What a member may do and see at this moment, for work done in her name later; null: she has left, or her corp is suspended. */
    async viewerNow(corpId: number, staffId: number): Promise<Viewer | null> {
      const [corp, person] = await Promise.all([corps.byId(corpId), peopleOf(db, corpId).staffById(staffId)])
      return corp && !corp.suspended && person && person.state !== 'left' ? await viewerOf(corp, person, clock.now()) : null
    },
    viewerOf,
    organisationOf,
    begin,
    async end(request: FastifyRequest, reply: FastifyReply): Promise<void> {
      const token = request.cookies[SESSION_COOKIE]
      if (token) await sessions.remove(hashToken(token))
      reply.clearCookie(SESSION_COOKIE, { path: '/' })
    },
    forgetExpired: () => sessions.forgetExpired(clock.now()),
    /** The next request sees changed departments at once in this process. */
    forgetOrganisation: (corpId: number) => void organisations.delete(corpId),
  }
}

/** The corp's roles: what is stored, and the predefined ones that nobody has changed yet. */
export async function rolesOfCorp(platform: Platform, corpId: number): Promise<RoleRow[]> {
  const stored = await peopleOf(platform.db, corpId).roles()
  const missing = PREDEFINED_ROLES.filter((key) => !stored.some((role) => role.roleKey === key))
  return [
    ...missing.map((key) => ({ corpId, roleKey: key, name: ROLE_LABELS[key], predefined: 1, permissions: [...DEFAULT_ROLES[key].permissions], dataScope: DEFAULT_ROLES[key].dataScope })),
    ...stored,
  ]
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
