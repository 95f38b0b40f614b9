import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { notFound } from './platform/http/errors.ts'
import { allowInlineScripts, inlineScriptsOf } from './platform/http/page-policy.ts'
import type { Corps } from './modules/corps/index.ts'
import type { OfficialAccounts } from './modules/official-account/index.ts'

/**
 * The pages carry nothing of anybody, and WeCom opens the sidebar anew beside each chat: for five minutes it does so without asking
 * us. After an update a page may be that old and its files gone: then it loads itself anew (h5 ahead.ts).
 */
const KEPT = 'private, max-age=300'

interface Page { text: string; scripts: string[] }

/** The built H5: two entry pages and their hashed assets, and the ownership files of WeCom's trusted domain and of an official account's. */
export async function pageRoutes(app: FastifyInstance, options: { h5Folder: string; corps: Corps; officialAccounts: Pick<OfficialAccounts, 'namesDomainFile'>; reload: boolean }): Promise<void> {
  await app.register(fastifyStatic, { root: join(options.h5Folder, 'assets'), prefix: '/assets/', immutable: true, maxAge: '365d', decorateReply: false, preCompressed: true })
  const pages = new Map<string, Promise<Page>>()
  const pageOf = (name: string) => {
    const known = options.reload ? undefined : pages.get(name)
    if (known) return known
    const page = readFile(join(options.h5Folder, `${name}.html`), 'utf8').then((text): Page => ({ text, scripts: inlineScriptsOf(text) }))
    pages.set(name, page)
    page.catch(() => pages.delete(name))
    return page
  }
  for (const name of ['sidebar', 'workbench']) {
    app.get(`/${name}`, async (_request, reply) => {
      const { text, scripts } = await pageOf(name)
      allowInlineScripts(reply, scripts)
      return reply.type('text/html; charset=utf-8').header('cache-control', options.reload ? 'no-cache' : KEPT).send(text)
    })
  }
  app.get('/', async (_request, reply) => reply.redirect('/workbench'))
  app.get('/favicon.ico', async (_request, reply) => {
    const icon = (await readdir(join(options.h5Folder, 'assets'))).find((name) => /^zhike-[\w-]+\.svg$/.test(name))
    if (!icon) throw notFound('页面')
    return reply.redirect(`/assets/${icon}`)
  })
  // wecom-api/00 §10.2: the content is the code in the file's name, without a line end.
  app.get('/:file', { config: { rate: { most: 60, seconds: 60 } } }, async (request, reply) => {
    const { file } = z.object({ file: z.string().max(100) }).parse(request.params)
    const [, whose, code] = /^(WW|MP)_verify_([0-9A-Za-z]{16})\.txt$/.exec(file) ?? []
    const named = whose === 'WW' ? (await options.corps.active()).some((corp) => corp.domainFile === file) : whose === 'MP' && await options.officialAccounts.namesDomainFile(file)
    if (!named) throw notFound('页面')
    return reply.type('text/plain').send(code)
  })
}
