import type { FastifyReply, FastifyRequest } from 'fastify'
import { SESSION_COOKIE } from '../../platform/http/cookies.ts'
import { AppError } from '../../platform/http/errors.ts'
import type { LiveMessage } from '../../platform/live.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Identity, Viewer } from '../identity/index.ts'
import { concerns } from './concerns.ts'

const HEARTBEAT_MS = 20_000
/** Before news is passed on, who listens was looked at no longer ago than this: a leaver hears nothing more. */
const LOOK_GOOD_MS = 1_000
/** A stream that could not be looked at for so long, since the database is away, ends: the page has to come back. */
const UNSEEN_MS = 60_000
/** Browsers come back by themselves; a fresh stream means a fresh look at session and data scope. */
const LONGEST_MS = 30 * 60 * 1000
const PER_STAFF = 20
const PER_PROCESS = 10_000
/** Text a slow browser may leave unread before it is cut off; it loads afresh when it comes back. */
const UNREAD_BYTES = 256 * 1024

export interface LiveNeeds { identity: { access: Pick<Identity['access'], 'currentViewer'> } }

/** `GET /api/live`: server-sent events, reduced to what the viewer's data scope allows (GEN-9). */
export function createStreams(platform: Platform, needs: LiveNeeds) {
  const { live, log, metrics, clock } = platform
  const open = new Set<() => void>()
  const byStaff = new Map<string, number>()

  const looks = new Map<string, { at: number; viewer: Promise<Viewer | null> }>()
  /** Who is signed in, read once for all pages of a session within the time that a look is good for. */
  function lookAt(request: FastifyRequest): { at: number; viewer: Promise<Viewer | null> } {
    const session = sessionOf(request)
    const known = looks.get(session)
    if (known && clock.now() - known.at <= LOOK_GOOD_MS) return known
    const fresh = { at: clock.now(), viewer: needs.identity.access.currentViewer(request) }
    looks.set(session, fresh)
    return fresh
  }

  async function serve({ viewer: first, request, reply }: { viewer: Viewer; request: FastifyRequest; reply: FastifyReply }): Promise<FastifyReply> {
    const key = `${first.corpId}:${first.staffId}`
    if (open.size >= PER_PROCESS || (byStaff.get(key) ?? 0) >= PER_STAFF) throw new AppError('too_many', '同时打开的页面太多，请关掉几个再试')
    // She has gone while her session was looked at: nobody would ever end this stream.
    if (reply.raw.destroyed) return reply.hijack()
    byStaff.set(key, (byStaff.get(key) ?? 0) + 1)
    let viewer = first
    const socket = reply.raw
    const began = clock.now()
    let lookedAt = began
    reply.hijack()
    socket.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no', connection: 'keep-alive', 'x-content-type-options': 'nosniff' })
    socket.write('retry: 2000\n\n')

    const news: LiveMessage[] = []
    const unsubscribe = live.subscribe(viewer.corpId, (message) => {
      if (concerns(viewer, message) && news.push(message) === 1) void tell()
    })
    const heartbeat = setInterval(() => {
      socket.write(': still here\n\n')
      void look()
    }, HEARTBEAT_MS)
    const end = () => {
      if (!open.delete(end)) return
      clearInterval(heartbeat)
      unsubscribe()
      // The other pages of the session look for themselves.
      looks.delete(sessionOf(request))
      const left = (byStaff.get(key) ?? 1) - 1
      if (left > 0) byStaff.set(key, left)
      else byStaff.delete(key)
      metrics.liveClients.dec()
      socket.end()
    }
    open.add(end)
    metrics.liveClients.inc()
    socket.on('close', end)
    socket.on('error', end)

    async function tell(): Promise<void> {
      // That a material has changed is no secret, and concerns every page of the corp.
      if (clock.now() - lookedAt > LOOK_GOOD_MS && news.some(({ event }) => event.kind !== 'material')) await look()
      for (const message of news.splice(0)) {
        if (!open.has(end) || !concerns(viewer, message)) continue
        if (socket.writableLength > UNREAD_BYTES) return end()
        socket.write(`data: ${JSON.stringify(message.event)}\n\n`)
      }
    }

    /** Is she still signed in and allowed in, and whose data may she see now? */
    async function look(): Promise<void> {
      if (clock.now() - began > LONGEST_MS) return end()
      try {
        const look = lookAt(request)
        const now = await look.viewer
        if (!now || now.staffId !== viewer.staffId) return end()
        viewer = now
        lookedAt = look.at
      } catch (error) {
        if (error instanceof AppError && (error.code === 'forbidden' || error.code === 'unauthorized')) return end()
        log.debug({ err: error }, 'a live stream could not check its session')
        if (clock.now() - lookedAt > UNSEEN_MS) end()
      }
    }
    return reply
  }

  return {
    serve,
    /** Ends all streams. */
    end(): void {
      for (const end of [...open]) end()
    },
  }
}

const sessionOf = (request: FastifyRequest): string => request.cookies[SESSION_COOKIE] ?? ''
