// What the radar is compared with: Fastify with one POST route that validates the same body and answers 204.
import Fastify from 'fastify'

const count = { type: 'integer', minimum: 0 }
const body = {
  type: 'object',
  required: ['v', 'ms'],
  properties: {
    v: { type: 'string', maxLength: 500 }, seq: count, ms: count, page: count, depth: { type: 'integer', minimum: 0, maximum: 100 }, left: { type: 'integer', minimum: 0, maximum: 1 },
    pages: { type: 'object', additionalProperties: count },
  },
}

const app = Fastify({ logger: false })
// Beacons are sent as plain text.
app.addContentTypeParser('text/plain', { parseAs: 'string' }, app.getDefaultJsonParser('error', 'error'))
app.post('/r/:token/beat', { schema: { body } }, async (_request, reply) => reply.code(204).send())
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
process.send?.('ready')
