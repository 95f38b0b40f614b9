/** What a request brought, whatever its status. `body` is the parsed JSON, or null when there was none. */
export interface HttpAnswer { status: number; body: unknown }

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

/** One request by XMLHttpRequest, which tells the progress of an upload in every webview. @throws NoAnswer */
export function request({ method, url, query, body, headers, signal, limitMs, onUpload }: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new NoAnswer('aborted'))
    const xhr = new XMLHttpRequest()
    const abort = (): void => xhr.abort()
    xhr.open(method, url + queryText(query))
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
