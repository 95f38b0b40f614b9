import type { z } from 'zod'
import type { Permission } from '../roles.ts'
import type { Rate } from './rates.ts'

/** Nobody needs to be signed in. */
export interface OpenWho { kind: 'public' }
/** A signed-in member of the corp, optionally holding one permission. */
export interface StaffWho { kind: 'staff'; permission?: Permission }
/** Someone setting up a corp: holds settings.write, or a one-time set-up link (SYS-14). */
export interface SetupWho { kind: 'setup' }
/** Who may call an endpoint. The check happens before the handler runs, from the session alone. */
export type Who = OpenWho | StaffWho | SetupWho

export interface Endpoint {
  who: Who
  params?: z.ZodType
  query?: z.ZodType
  body?: z.ZodType
  /** Schema of the JSON answer; leave out for 204 answers. */
  response?: z.ZodType
  /** One line for the OpenAPI document. */
  summary: string
  /** How often: per signed-in member or set-up session, per address where nobody needs to be signed in. The usual rate of the method when left out. */
  rate?: Rate
  /** The body is bytes, not JSON: the handler finds a Buffer in `request.body`. */
  bytes?: boolean
  /** Answers that are not JSON (streams, pictures) are written by the handler itself. */
  raw?: boolean
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type EndpointKey = `${Method} /${string}`
export type Endpoints = Record<EndpointKey, Endpoint>

/** Declares the endpoints of one area. The key is method and path, so H5 and server name an endpoint the same way. */
export function defineContract<const T extends Endpoints>(endpoints: T): T {
  return endpoints
}

export const open: OpenWho = { kind: 'public' }
export const setup: SetupWho = { kind: 'setup' }
export const staff = (permission?: Permission): StaffWho => (permission ? { kind: 'staff', permission } : { kind: 'staff' })

type Parsed<T> = T extends z.ZodType ? z.output<T> : undefined
type Given<T> = T extends z.ZodType ? z.input<T> : undefined

/** What a handler receives (after parsing) and what a caller gives (before parsing). */
export type ParamsOf<E extends Endpoint> = Parsed<E['params']>
export type QueryOf<E extends Endpoint> = Parsed<E['query']>
export type BodyOf<E extends Endpoint> = Parsed<E['body']>
export type ParamsGiven<E extends Endpoint> = Given<E['params']>
export type QueryGiven<E extends Endpoint> = Given<E['query']>
export type BodyGiven<E extends Endpoint> = Given<E['body']>
export type AnswerGiven<E extends Endpoint> = E['response'] extends z.ZodType ? z.output<E['response']> : void
