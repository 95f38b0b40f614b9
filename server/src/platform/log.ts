import { pino, type Logger } from 'pino'

export type Log = Logger

const secretKeys = [
  'secret', 'agentSecret', 'contactSecret', 'corpsecret', 'access_token', 'accessToken', 'token', 'ticket', 'jsapi_ticket', 'encodingAESKey', 'aesKey', 'callbackToken',
  'callbackAesKey', 'password', 'cookie', 'authorization', 'set-cookie', 'user_ticket', 'phone', 'phones', 'mobile', 'mobiles', 'remark_mobiles', 'appKey',
]

/** Phone numbers and credentials inside free text, such as URLs in error messages. */
const secretText = /(?<![\d])1[3-9]\d{9}(?!\d)|((?:access_token|corpsecret|secret|ticket|code|msg_signature|echostr)=)[^&\s"']+/g

/** Cuts phone numbers and credentials out of free text before it is logged or stored as an error. */
export function redactText(text: string): string {
  return text.replace(secretText, (found, key: string | undefined) => (key ? `${key}[hidden]` : `${found.slice(0, 3)}****${found.slice(-4)}`))
}

/** JSON log lines on stdout, with credentials and phone numbers removed. */
export function createLog(options: { level: string; name: string }): Log {
  return pino({
    level: options.level,
    name: options.name,
    base: { name: options.name, pid: process.pid },
    redact: { paths: secretKeys.flatMap((key) => [quote(key), `*.${quote(key)}`.replace('.[', '['), `*.*.${quote(key)}`.replace('.[', '[')]), censor: '[hidden]' },
    serializers: {
      err: (error: unknown) => redactError(error),
      error: (error: unknown) => redactError(error),
    },
    hooks: {
      logMethod(args, method) {
        const cleaned = args.map((part) => (typeof part === 'string' ? redactText(part) : isFields(part) ? redactFields(part) : part)) as typeof args
        method.apply(this, cleaned)
      },
    },
  })
}

/** What is logged beside a message; errors have a serializer of their own. */
const isFields = (part: unknown): part is Record<string, unknown> => typeof part === 'object' && part !== null && Object.getPrototypeOf(part) === Object.prototype
const redactFields = (fields: Record<string, unknown>) => Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? redactText(value) : value]))

function quote(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? key : `["${key}"]`
}

function redactError(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? redactText(error) : error
  const known = error as Error & { code?: unknown; errno?: unknown; cause?: unknown }
  return {
    type: error.name,
    message: redactText(firstLine(error.message)),
    code: known.code,
    errno: known.errno,
    stack: error.stack ? redactText(error.stack.split('\n').filter((line) => line.trimStart().startsWith('at ')).slice(0, 12).join('\n')) : undefined,
    cause: known.cause === undefined ? undefined : redactError(known.cause),
  }
}

/** Query errors carry the SQL and its values in their message: values may be personal data, so only the head is kept. */
function firstLine(message: string): string {
  return message.split('\n', 1)[0]?.slice(0, 500) ?? ''
}
