import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { rangeOf } from './api/media.ts'
import { escapeHtml, htmlPage } from './html.ts'
import { digestOf } from './ids.ts'
import { notFound } from './world/errors.ts'
import type { Sandbox } from './world/sandbox.ts'

const COLOURS = ['#2b6de5', '#0e9384', '#7a5af8', '#2e90fa', '#e5484d', '#f76b15', '#ca8504', '#4e5ba6', '#dd2590', '#3e9b4f']

/** A coloured square with the first letter of the name. */
function avatarSvg(seed: string, name: string): string {
  const colour = COLOURS[Number.parseInt(digestOf(seed).slice(0, 6), 16) % COLOURS.length] ?? '#2b6de5'
  const letter = [...name.trim()][0] ?? '客'
  return '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96">'
    + `<rect width="96" height="96" rx="12" fill="${colour}"/><text x="48" y="50" fill="#fff" font-size="44" text-anchor="middle" dominant-baseline="central" `
    + `font-family="PingFang SC,Microsoft YaHei,WenQuanYi Micro Hei,sans-serif">${escapeHtml(letter)}</text></svg>`
}

function nameOf(sandbox: Sandbox, kind: string, corpid: string, id: string): string {
  const corp = sandbox.corps.get(corpid)
  switch (kind) {
    case 'staff': return corp?.anyStaff(id)?.name ?? ''
    case 'person': return corp?.people.get(id)?.name ?? ''
    case 'group': return '群'
    default: return corp?.app.name ?? ''
  }
}

/** Avatars, media, QR pages, the shim and the built web client. */
export async function pages(app: FastifyInstance, options: { sandbox: Sandbox; clientDir: string; publicDir: string }): Promise<void> {
  const { sandbox, clientDir, publicDir } = options

  app.get('/sandbox/avatar/:file', (request, reply) => {
    const { file } = z.object({ file: z.string() }).parse(request.params)
    const [kind = '', corpid = '', ...rest] = file.replace(/\.svg$/, '').split('.')
    const id = rest.join('.')
    return reply.type('image/svg+xml').header('cache-control', 'public, max-age=300').send(avatarSvg(id, nameOf(sandbox, kind, corpid, id)))
  })

  app.get('/sandbox/media/:corpid/:id', async (request, reply) => {
    const { corpid, id } = z.object({ corpid: z.string(), id: z.string() }).parse(request.params)
    const media = sandbox.corps.get(corpid)?.media.get(id)
    const bytes = media === undefined ? undefined : await sandbox.mediaStore.get(media.id)
    if (media === undefined || bytes === undefined) throw notFound('这个文件')
    void reply.type(media.mime).header('cache-control', 'private, max-age=300').header('accept-ranges', 'bytes')
    void reply.header('content-disposition', `inline; filename*=UTF-8''${encodeURIComponent(media.name)}`)
    const part = rangeOf(request.headers.range, bytes.length)
    if (part === null) return reply.send(bytes)
    return reply.code(206).header('content-range', `bytes ${part.start}-${part.end}/${bytes.length}`).send(bytes.subarray(part.start, part.end + 1))
  })

  // In reality a picture of a code; here a page that says whose code it is.
  app.get('/sandbox/qr/:corpid/:id', (request, reply) => {
    const { corpid, id } = z.object({ corpid: z.string(), id: z.string() }).parse(request.params)
    const corp = sandbox.corps.get(corpid)
    return reply.type('image/svg+xml').send(avatarSvg(id, corp?.staff(id)?.name ?? '码'))
  })

  await app.register(fastifyStatic, { root: publicDir, prefix: '/sandbox/static/', decorateReply: true, cacheControl: false, setHeaders: (reply) => void reply.header('cache-control', 'no-cache') })
  const script = async (reply: FastifyReply, ...files: string[]): Promise<FastifyReply> => {
    const texts = await Promise.all(files.map((file) => readFile(join(publicDir, file), 'utf8')))
    return reply.type('text/javascript; charset=utf-8').header('cache-control', 'no-cache').send(texts.join(';\n'))
  }
  app.get('/sandbox/shim.js', (_request, reply) => script(reply, 'shim.js', 'browser.js'))
  app.get('/sandbox/web/browser.js', (_request, reply) => script(reply, 'browser.js'))

  // The client may be built after this process has started.
  const clientPage = (file: string) => (_request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    if (existsSync(join(clientDir, file))) return reply.header('cache-control', 'no-cache').sendFile(file, clientDir)
    return reply.type('text/html; charset=utf-8').send(htmlPage('沙箱企业微信', '<main><h1>沙箱企业微信</h1><p>接口与回调已经在运行；网页客户端还没有构建（npm start 会自动构建）。</p></main>', []))
  }
  app.get('/sandbox/', clientPage('index.html'))
  app.get('/sandbox/console', clientPage('console.html'))
  app.get('/sandbox/assets/*', (request, reply) => {
    const { '*': file } = z.object({ '*': z.string() }).parse(request.params)
    // File names carry a hash of their content.
    return reply.header('cache-control', 'public, max-age=31536000, immutable').sendFile(`assets/${file}`, clientDir)
  })
  app.get('/sandbox', (_request, reply) => reply.redirect('/sandbox/', 302))
}
