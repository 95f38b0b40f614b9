// What receiving callbacks is compared with: Fastify with one POST route that does the one INSERT of the same row.
import Fastify from 'fastify'
import { createPool } from 'mysql2/promise'

const INSERT = `INSERT INTO callbacks (corp_id, digest, event, change_type, subject, body, state, created_at, received_at, due_at)
VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?)`

const pool = createPool({ uri: process.env.DATABASE_URL, connectionLimit: 20, maxIdle: 20, timezone: 'Z', charset: 'utf8mb4' })
const app = Fastify({ logger: false })
app.post('/', async (request, reply) => {
  const row = request.body
  await pool.execute(INSERT, [row.corpId, Buffer.from(row.digest, 'hex'), row.event, row.changeType, row.subject, row.body, row.at, row.at, row.at])
  return reply.type('text/plain').send('success')
})
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
process.send?.('ready')
