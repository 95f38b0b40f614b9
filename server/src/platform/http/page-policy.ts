import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'

const POLICY = 'content-security-policy'

/** How a content-security policy names a script that stands in a page (CSP 3 §2.3.1). */
export const digestOf = (script: string): string => `'sha256-${createHash('sha256').update(script).digest('base64')}'`

/** The digests of the scripts that stand in a page of ours. */
export function inlineScriptsOf(html: string): string[] {
  return [...html.matchAll(/<script>([^]*?)<\/script>/g)].map(([, script = '']) => digestOf(script))
}

/** Lets the scripts with these digests, and no other, stand in the page that is answered. */
export function allowInlineScripts(reply: FastifyReply, digests: readonly string[]): void {
  if (digests.length > 0) reply.header(POLICY, withInlineScripts(policyOf(reply), digests))
}

/** Lets the page that is answered show pages of this origin in a frame. */
export function allowFrame(reply: FastifyReply, origin: string): void {
  reply.header(POLICY, `${policyOf(reply)};frame-src ${origin}`)
}

export function withInlineScripts(policy: string, digests: readonly string[]): string {
  return policy.replace("script-src 'self'", ["script-src 'self'", ...digests].join(' '))
}

const policyOf = (reply: FastifyReply): string => String(reply.getHeader(POLICY) ?? "default-src 'self'")
