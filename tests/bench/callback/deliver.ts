import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** A whole POST, ready to be written. */
export function post(path: string, type: string, body: string): Buffer {
  return Buffer.from(`POST ${path} HTTP/1.1\r\nhost: bench\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}

/**
 * Delivers each request once over kept-alive connections, one in flight on each. Every answer has to be 200 `success`;
 * anything else ends the measurement. Gives requests per second.
 */
export async function deliverAll(url: string, requests: readonly Buffer[], connections: number): Promise<number> {
  const { hostname, port } = new URL(url)
  const sockets = await Promise.all(Array.from({ length: connections }, () => opened(hostname, Number(port))))
  let next = 0
  const began = performance.now()
  await Promise.all(sockets.map((socket) => new Promise<void>((done, failed) => {
    const send = () => {
      const request = requests[next++]
      if (request) socket.write(request)
      else {
        socket.destroy()
        done()
      }
    }
    socket.on('data', (answer) => {
      const text = answer.toString('latin1')
      if (text.startsWith('HTTP/1.1 200') && text.endsWith('\r\n\r\nsuccess')) send()
      else failed(new Error(`not accepted: ${text.slice(0, 300)}`))
    })
    socket.on('error', failed)
    send()
  })))
  return requests.length / ((performance.now() - began) / 1000)
}

function opened(host: string, port: number): Promise<Socket> {
  return new Promise((done, failed) => {
    const socket = connect(port, host, () => done(socket)).setNoDelay(true)
    socket.once('error', failed)
  })
}
