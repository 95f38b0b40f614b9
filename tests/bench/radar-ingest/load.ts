import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** A request made ready, and what to do when it was answered 204. */
export interface Shot { bytes: Buffer; accepted(): void }

/**
 * Sends ready-made requests over kept-alive connections, one in flight on each, for some seconds; gives the accepted ones
 * per second. Own code instead of a load tool: every answer must be matched with its beacon, and building requests must
 * not take time from the measured process.
 */
export async function fire(url: string, lanes: readonly (readonly Shot[])[], seconds: number): Promise<number> {
  const { hostname, port } = new URL(url)
  const sockets = await Promise.all(lanes.map(() => opened(hostname, Number(port))))
  let heard = 0
  const began = performance.now()
  const end = began + seconds * 1000
  await Promise.all(lanes.map((shots, lane) => new Promise<void>((done, failed) => {
    const socket = sockets[lane]
    if (!socket) return done()
    let at = 0
    const next = () => {
      const shot = shots[at % shots.length]
      if (shot && performance.now() < end) socket.write(shot.bytes)
      else {
        socket.destroy()
        done()
      }
    }
    socket.on('data', (answer) => {
      if (answer.subarray(0, 12).toString('latin1') === 'HTTP/1.1 204') {
        heard += 1
        shots[at % shots.length]?.accepted()
      } else if (heard === 0) failed(new Error(`refused: ${answer.toString('utf8').slice(0, 300)}`))
      at += 1
      next()
    })
    socket.on('error', failed)
    next()
  })))
  return heard / ((performance.now() - began) / 1000)
}

/** A whole POST of plain text, as sendBeacon makes it. */
export function post(path: string, body: string): Buffer {
  return Buffer.from(`POST ${path} HTTP/1.1\r\nhost: bench\r\ncontent-type: text/plain;charset=UTF-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}

function opened(host: string, port: number): Promise<Socket> {
  return new Promise((done, failed) => {
    const socket = connect(port, host, () => done(socket)).setNoDelay(true)
    socket.once('error', failed)
  })
}
