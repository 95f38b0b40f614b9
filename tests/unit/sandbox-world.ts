import { startSandbox, type RunningSandbox, type SandboxOptions } from '@zhike/sandbox/server'
import { DEMO_CORP } from '@zhike/sandbox/demo'

/** A sandbox in this process with the demo corp, and a way to call its APIs as the product would. */
export interface SandboxUnderTest extends RunningSandbox {
  corpid: string
  token: string
  /** GET with a token in the query. */
  get<Body = unknown>(path: string, query?: Record<string, string>): Promise<Body & ApiBody>
  /** POST JSON with a token in the query. */
  post<Body = unknown>(path: string, body: unknown): Promise<Body & ApiBody>
  /** The control API under /sandbox/api. */
  client<Body = unknown>(method: string, path: string, body?: unknown): Promise<Body>
}

export interface ApiBody {
  errcode: number
  errmsg: string
}

async function json<Body>(response: Response): Promise<Body> {
  return JSON.parse(await response.text())
}

export async function newToken(url: string, corpid = DEMO_CORP.corpid, secret = DEMO_CORP.secret): Promise<string> {
  const body: { access_token: string } = JSON.parse(await (await fetch(`${url}/cgi-bin/gettoken?corpid=${corpid}&corpsecret=${secret}`)).text())
  return body.access_token
}

export async function sandboxUnderTest(options: SandboxOptions = {}): Promise<SandboxUnderTest> {
  const running = await startSandbox(options)
  const token = await newToken(running.url)
  return {
    ...running,
    corpid: DEMO_CORP.corpid,
    token,
    get: async (path, query = {}) => json(await fetch(`${running.url}${path}?${new URLSearchParams({ access_token: token, ...query })}`)),
    post: async (path, body) => json(await fetch(`${running.url}${path}?access_token=${token}`, { method: 'POST', body: JSON.stringify(body) })),
    client: async (method, path, body) => json(await fetch(`${running.url}/sandbox/api${path}`, {
      method, ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })),
  }
}
