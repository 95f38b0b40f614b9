/** What a request brought, whatever its status. `body` is the parsed JSON, or null when there was none. */
export interface HttpAnswer { status: number; body: unknown }

declare global {
  interface Window {
    /** Answers that were asked for while the app was on its way (ahead.ts). */
    zkAhead?: {
      /** Asks now; the answer is kept for a few seconds. */
      ask(path: string): void
      /** The answer, for whoever asks first. Rejects when there was none. */
      take(path: string): Promise<HttpAnswer> | undefined
    }
  }
}

interface HttpRequest {
  method: string
  url: string
  query?: object
  /** Sent as JSON, a Blob as it is. */
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
  limitMs: number
  /** 0…1 while the body is being uploaded. */
  onUpload?: (part: number) => void
}

/** `offline`: no answer at all, `timeout`: none in time, `aborted`: no longer wanted. */
export class NoAnswer extends Error {
  readonly why: 'offline' | 'timeout' | 'aborted'
  constructor(why: 'offline' | 'timeout' | 'aborted') {
    super(why)
    this.why = why
  }
}

/** One request, or the answer to it that the page has asked for ahead (ahead.ts). @throws NoAnswer */
export async function request(wanted: HttpRequest): Promise<HttpAnswer> {
  const address = wanted.url + queryText(wanted.query)
  const known = wanted.method === 'GET' ? await window.zkAhead?.take(address)?.catch(() => undefined) : undefined
  return await (known ?? send(address, wanted))
}

/** By XMLHttpRequest, which tells the progress of an upload in every webview. */
function send(address: string, { method, body, headers, signal, limitMs, onUpload }: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new NoAnswer('aborted'))
    const xhr = new XMLHttpRequest()
    const abort = (): void => xhr.abort()
    xhr.open(method, address)
    xhr.timeout = limitMs
    xhr.setRequestHeader('Accept', 'application/json')
    for (const [name, value] of Object.entries(headers ?? {})) xhr.setRequestHeader(name, value)
    xhr.onload = () => resolve({ status: xhr.status, body: parsed(xhr.responseText) })
    xhr.onerror = () => reject(new NoAnswer('offline'))
    xhr.ontimeout = () => reject(new NoAnswer('timeout'))
    xhr.onabort = () => reject(new NoAnswer('aborted'))
    xhr.onloadend = () => signal?.removeEventListener('abort', abort)
    if (onUpload) xhr.upload.onprogress = ({ loaded, total, lengthComputable }) => onUpload(lengthComputable ? loaded / total : 0)
    signal?.addEventListener('abort', abort)
    if (body === undefined) return xhr.send()
    xhr.setRequestHeader('Content-Type', body instanceof Blob ? 'application/octet-stream' : 'application/json')
    if (body instanceof Blob) return xhr.send(body)
    xhr.send(JSON.stringify(body))
  })
}

function queryText(query: object | undefined): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null)
  return given.length > 0 ? `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()}` : ''
}

/** A proxy may answer with a page instead of JSON. */
function parsed(text: string): unknown {
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
