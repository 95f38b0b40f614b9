/**
 * Whether the client's words about `config` or `agentConfig` say that the signature itself is wrong (wecom-api/00 §8):
 * `invalid signature`, or 40093 and 42012 where a client passes the number on.
 */
export function refusesSignature(errMsg: string): boolean {
  return /signature|\b(40093|42012)\b/i.test(errMsg)
}
