// Members of the corp, calling the running web process over HTTP.
import type { AnswerOf, BodyIn, ContractKey, ParamsIn, QueryIn } from '@zhike/shared/contract'
import type { ErrorBody } from '@zhike/shared'

export interface Answer { status: number; headers: Headers; error: Partial<ErrorBody>; ms: number }

export interface Person {
  cookie: string
  /** Calls an endpoint; throws when the answer is not a success. */
  call<K extends ContractKey>(key: K, input?: { params?: ParamsIn<K>; query?: QueryIn<K>; body?: BodyIn<K> }): Promise<AnswerOf<K>>
  /** The same, and gives status and error instead of throwing. Throws when nothing answers. */
  attempt<K extends ContractKey>(key: K, input?: { params?: ParamsIn<K>; query?: QueryIn<K>; body?: BodyIn<K> }): Promise<Answer>
}

type Input = { params?: object; query?: object; body?: object }

/** @param url of a web process @param baseUrl as browsers see the product */
export async function signIn(url: string, baseUrl: string, wecomCorpId: string, userid: string): Promise<Person> {
  const start = await fetch(`${url}/auth/wecom/${wecomCorpId}?next=/workbench`, { redirect: 'manual' })
  const authorize = await fetch(`${(start.headers.get('location') ?? '').replace(/#.*$/, '')}&as=userid:${userid}`, { redirect: 'manual' })
  const back = (authorize.headers.get('location') ?? '').replace(baseUrl, url)
  const done = await fetch(back, { redirect: 'manual', headers: { cookie: cookiesOf(start) } })
  const cookie = done.headers.getSetCookie().find((text) => text.startsWith('zk_session='))?.split(';')[0]
  if (!cookie) throw new Error(`${userid} was not signed in: ${done.status} ${(await done.text()).slice(0, 400)}`)
  return personAt(url, cookie)
}

/** The holder of a session, at any web process of the product. */
export function personAt(url: string, cookie: string): Person {
  const ask = (key: ContractKey, { params, query, body }: Input = {}) => {
    const [method = 'GET', path = '/'] = key.split(' ')
    const named: Record<string, unknown> = { ...params }
    const filled = path.replace(/:(\w+)/g, (_found, name: string) => encodeURIComponent(String(named[name])))
    const search = new URLSearchParams(Object.entries(query ?? {}).map(([name, value]) => [name, String(value)])).toString()
    return fetch(`${url}${filled}${search && `?${search}`}`, {
      method, headers: { cookie, ...(body && { 'content-type': 'application/json' }) }, body: body && JSON.stringify(body),
    })
  }
  return {
    cookie,
    async call(key, input) {
      const answer = await ask(key, input as Input)
      const text = await answer.text()
      if (!answer.ok) throw new Error(`${key} answered ${answer.status}: ${text}`)
      return text === '' ? null : JSON.parse(text)
    },
    async attempt(key, input) {
      const began = Date.now()
      const answer = await ask(key, input as Input)
      const text = await answer.text()
      return { status: answer.status, headers: answer.headers, error: answer.ok ? {} : JSON.parse(text), ms: Date.now() - began }
    },
  }
}

function cookiesOf(answer: Response): string {
  return answer.headers.getSetCookie().map((text) => text.split(';')[0]).join('; ')
}
