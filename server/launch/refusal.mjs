/** Something the person at the keyboard has to mend; the message is the Chinese sentence that tells her how. */
export class Refusal extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message)
    this.name = 'Refusal'
  }
}
