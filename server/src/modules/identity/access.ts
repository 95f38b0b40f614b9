import { createHash } from 'node:crypto'
import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DATA_SCOPES, PERMISSION_KEYS, SESSION_MS } from '@zhike/shared'
import type { Permission } from '@zhike/shared'
import { randomToken } from '../../platform/crypto/secret-box.ts'
import { forbidden, unauthorized } from '../../platform/http/errors.ts'
import { SESSION_COOKIE } from '../../platform/http/cookies.ts'
import type { Guard } from '../../platform/http/contract-routes.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Corp, Corps } from '../corps/index.ts'
import { createOrganisationCache } from './organisation-cache.ts'
import type { CorpPeople } from './organisation-cache.ts'
import { rolesOf } from './role-store.ts'
import { sessionStore } from './session-store.ts'
import { peopleOf } from './store.ts'
import type { StaffDbRow } from './store.ts'
import type { SetupCaller, Viewer } from './viewer.ts'

const SETUP_SESSION_MS = 2 * 60 * 60 * 1000

/** Takes the session's cookie: an HTTP reply. */
export interface CookieJar { setCookie(name: string, value: string, options: CookieSerializeOptions): unknown }

export type Access = ReturnType<typeof createAccess>

/** Sessions, and what their holders may do (SYS-3, SYS-4, SYS-5). */
export function createAccess(platform: Platform, corps: Corps) {
  const { clock, db, config } = platform
  const sessions = sessionStore(db)
  const people = createOrganisationCache(platform)

  async function viewerOf(corp: Corp, person: StaffDbRow, expiresAt: number, known: CorpPeople): Promise<Viewer> {
    const held = (await rolesOf(db, corp.id).heldBy([person.id], corp.adminUserids)).get(person.id)
    const roles = known.roles.filter((role) => held?.has(role.roleKey))
    const permissions = new Set<Permission>(roles.flatMap((role) => (role.roleKey === 'super_admin' ? PERMISSION_KEYS : role.permissions)))
    const scopes = roles.map((role) => role.dataScope)
    return {
      corp, corpId: corp.id, staffId: person.id, userid: person.userid, name: person.name, avatar: person.avatar,
      department: person.mainDepartment === null ? null : known.organisation.departmentName(person.mainDepartment),
      roles: roles.map((role) => ({ key: role.roleKey, name: role.name })), permissions,
      dataScope: DATA_SCOPES.findLast((scope) => scopes.includes(scope)) ?? 'self',
      dataScopes: scopes,
      owners: known.owners(scopes, { staffId: person.id, useridKey: person.useridKey }),
      places: known.places(scopes, person.id),
      expiresAt,
    }
  }

  async function sessionOf(request: FastifyRequest) {
    const token = request.cookies[SESSION_COOKIE]
    const found = token ? await sessions.find(hashToken(token), clock.now()) : undefined
    const corp = found ? await corps.byId(found.session.corpId) : null
    if (!found || !corp) return null
    if (corp.suspended) throw forbidden('本企业已停用，请联系服务商')
    return { corp, person: found.staff, session: found.session, known: () => people.at(corp.id, found.version ?? 0) }
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
      const viewer = found.person ? await viewerOf(found.corp, found.person, found.session.expiresAt, await found.known()) : null
      if (!viewer?.permissions.has('settings.write')) throw forbidden()
      return { corp: found.corp, corpId: found.corp.id, viewer }
    },
  }

  async function currentViewer(request: FastifyRequest): Promise<Viewer | null> {
    const found = await sessionOf(request)
    if (!found?.person || found.session.kind !== 'staff') return null
    return await viewerOf(found.corp, found.person, found.session.expiresAt, await found.known())
  }

  return {
    guard,
    currentViewer,
    /** What a member may do and see at this moment, for work done in her name later; null: she is no longer active, or her corp is suspended. */
    async viewerNow(corpId: number, staffId: number): Promise<Viewer | null> {
      const [corp, person] = await Promise.all([corps.byId(corpId), peopleOf(db, corpId).staffById(staffId)])
      return corp && !corp.suspended && person?.state === 'active' ? await viewerOf(corp, person, clock.now(), await people.now(corpId)) : null
    },
    /** Organisation and roles of a corp as they are now. */
    peopleNow: (corpId: number) => people.now(corpId),
    begin,
    async end(request: FastifyRequest, reply: FastifyReply): Promise<void> {
      const token = request.cookies[SESSION_COOKIE]
      if (token) await sessions.remove(hashToken(token))
      reply.clearCookie(SESSION_COOKIE, { path: '/' })
    },
  }
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
