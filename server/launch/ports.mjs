import { connect, createServer } from 'node:net'

/** Tries to listen for a moment. */
function canListen(port, host) {
  return new Promise((answer) => {
    const probe = createServer()
    probe.once('error', () => answer(false))
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => answer(true)))
  })
}

/**
 * Whether nobody listens on that port, on this machine's own address or on all addresses.
 * @param {number} port
 */
export async function isFree(port) {
  return (await canListen(port, '127.0.0.1')) && (await canListen(port, '0.0.0.0'))
}

/** The first free port from `from` on. @param {number} from */
export async function freePortFrom(from) {
  for (let port = from; port < 65536; port++) if (await isFree(port)) return port
  throw new Error(`no free port from ${from} on`)
}

/** A free port, `remembered` if that one is free. @param {number} [remembered] */
export async function freePort(remembered) {
  if (remembered !== undefined && (await isFree(remembered))) return remembered
  return new Promise((answer, fail) => {
    const probe = createServer()
    probe.once('error', fail)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => answer(port))
    })
  })
}

/**
 * Connects to a port on 127.0.0.1, sends `hello` if given, and gives the first bytes of the answer.
 * @param {number} port @param {{ hello?: string, limit?: number }} [options] limit in ms
 * @returns {Promise<Buffer | undefined>} undefined when nothing answers in time
 */
export function firstBytes(port, { hello, limit = 1000 } = {}) {
  return new Promise((answer) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const finish = (bytes) => {
      socket.destroy()
      answer(bytes)
    }
    socket.setTimeout(limit, () => finish(undefined))
    socket.once('error', () => finish(undefined))
    socket.once('close', () => answer(undefined))
    socket.once('data', finish)
    if (hello !== undefined) socket.write(hello)
  })
}
