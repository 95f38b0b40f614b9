/** Something a person at the sandbox cannot do; becomes HTTP 4xx with this Chinese text. */
export class WorldError extends Error {
  readonly status: number

  constructor(message: string, status = 409) {
    super(message)
    this.status = status
  }
}

export function notFound(what: string): WorldError {
  return new WorldError(`没有找到${what}`, 404)
}
