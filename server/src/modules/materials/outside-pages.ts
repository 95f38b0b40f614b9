import type { AnswerOf } from '@zhike/shared/contract'
import { LIMITS } from '@zhike/shared'
import { cut } from '../../platform/text.ts'
import { AppError, invalid } from '../../platform/http/errors.ts'
import { OutsideRefused } from '../../platform/outside/refusals.ts'
import type { OutsideReason } from '../../platform/outside/refusals.ts'
import type { Outside, OutsidePage } from '../../platform/outside/outside.ts'
import type { Platform } from '../../platform/platform.ts'
import { repeatedly } from '../../platform/repeat.ts'
import type { Repeated } from '../../platform/repeat.ts'
import { articleText } from './articles/article-html.ts'
import { importArticle } from './articles/article-import.ts'
import { filesOf } from './files/files-store.ts'
import type { FileRow } from './files/files-store.ts'
import type { createTaking } from './files/taking.ts'
import { formFile, inlineOf } from './library/presenter.ts'
import { linksToAsk, materialsOf } from './library/store.ts'
import { pageFacts } from './links/page-facts.ts'

interface Member { corpId: number; staffId: number }
interface LookJob { corpId: number; materialId: number }

const PAGE = { maxBytes: 2 * 1024 * 1024, overflow: 'cut', timeoutMs: 8000, accept: 'html' } as const
const ARTICLE = { ...PAGE, maxBytes: 5 * 1024 * 1024, timeoutMs: 12_000 } as const
const PICTURE = { maxBytes: LIMITS.imageBytes, overflow: 'refuse', timeoutMs: 8000, accept: 'image' } as const

/** Why a site could not be asked that may be over in a minute. */
const MAY_PASS: ReadonlySet<OutsideReason> = new Set(['timeout', 'unreachable', 'status', 'name'])
/** Sites change what they allow: a page that no longer may be framed would stay empty for the customer. */
const ASKED_AGAIN_MS = 24 * 60 * 60_000
const SWEEP_MS = 10 * 60_000
const SWEPT_AT_ONCE = 100

export type OutsidePages = ReturnType<typeof createOutsidePages>

interface OutsidePagesNeeds {
  outside: Outside
  taking: ReturnType<typeof createTaking>
  /** Called when a reader's page is to look different. */
  changed(corpId: number, materialId: number): void
}

/** Pages of other people's sites: what a link shows of itself (MAT-6), and articles brought over. */
export function createOutsidePages(platform: Platform, { outside, taking, changed }: OutsidePagesNeeds) {
  const { clock, db, log, config } = platform
  const looking = platform.queues.define<LookJob>('look', { attempts: 3, backoffMs: 20_000 })
  const importing = new Set<string>()
  const sweepers: Repeated[] = []
  const facts = (page: OutsidePage) => pageFacts(page, new URL(config.baseUrl).origin)

  /** A picture of a page as a file of ours; null when it can't be one. */
  async function takePicture(by: Member, name: string, bytes: Buffer): Promise<FileRow | null> {
    try {
      const { fileId } = await taking.takeBytes(by, 'image', name, bytes)
      return (await filesOf(db, by.corpId).byId(fileId)) ?? null
    } catch (error) {
      // It isn't a picture that we show: the page goes without.
      if (error instanceof AppError && error.status < 500 && error.code !== 'too_many') return null
      throw error
    }
  }

  async function coverFrom(by: Member, address: string | null): Promise<FileRow | null> {
    if (address === null) return null
    try {
      return await takePicture(by, '封面', (await outside.get(address, PICTURE)).body)
    } catch (error) {
      if (error instanceof OutsideRefused) return null
      throw error
    }
  }

  /** Of a link that was changed meanwhile nothing is kept: its change has queued a job of its own. */
  async function askSite({ corpId, materialId }: LookJob, last: boolean): Promise<void> {
    const store = materialsOf(db, corpId)
    const row = await store.byId(materialId)
    if (row?.type !== 'link' || row.url === null || row.deletedAt !== null) return
    try {
      const { framing } = facts(await outside.get(row.url, PAGE))
      if (await store.setLooked(materialId, row.url, clock.now(), framing)) changed(corpId, materialId)
    } catch (error) {
      if (!(error instanceof OutsideRefused)) throw error
      if (!last && MAY_PASS.has(error.reason)) throw error
      log.info({ materialId, reason: error.reason }, 'the site of a link could not be asked')
      await store.setLooked(materialId, row.url, clock.now(), null)
    }
  }

  async function askOld(): Promise<void> {
    const now = clock.now()
    const due = await linksToAsk(db, now - ASKED_AGAIN_MS, SWEPT_AT_ONCE)
    await looking.addMany(due.map(({ corpId, id }) => ({ payload: { corpId, materialId: id }, id: `look-${id}-${Math.floor(now / ASKED_AGAIN_MS)}` })))
  }

  return {
    /** What a page says of itself. A page that can't be read is no reason not to send it: the warning says why. */
    async look(by: Member, url: string): Promise<AnswerOf<'POST /api/links/look'>> {
      try {
        const page = await outside.get(url, PAGE)
        const { title, summary, cover, framing } = facts(page)
        const file = await coverFrom(by, cover)
        return { title: cut(title, LIMITS.materialTitle), summary, cover: file && formFile(file), framing, warning: null }
      } catch (error) {
        if (!(error instanceof OutsideRefused)) throw error
        return { title: '', summary: '', cover: null, framing: 'unknown', warning: error.message }
      }
    },
    /** An article with its pictures, cleaned. @throws AppError `invalid` with why the page can't be read */
    async importArticle(by: Member, url: string): Promise<AnswerOf<'POST /api/articles/import'>> {
      const member = `${by.corpId}:${by.staffId}`
      if (importing.has(member)) throw new AppError('too_many', '上一篇文章还在导入，请等它完成')
      importing.add(member)
      try {
        const page = await outside.get(url, ARTICLE)
        const taken: FileRow[] = []
        const found = await importArticle({
          page, outside,
          takePicture: async (name, bytes) => {
            const file = await takePicture(by, name, bytes)
            if (file) taken.push(file)
            return file && { fileId: file.id }
          },
        })
        const { html } = found
        if (html === '') throw invalid('这个网页里没有找到正文，请复制文字后粘贴到编辑器里')
        return { title: cut(found.title, LIMITS.materialTitle), summary: cut(articleText(html), LIMITS.materialSummary), body: html, inline: inlineOf(taken), source: found.source, left: found.left }
      } catch (error) {
        if (error instanceof OutsideRefused) throw invalid(error.message, { url: error.message })
        throw error
      } finally {
        importing.delete(member)
      }
    },
    /** Asks in the background what the site of a link allows; doesn't wait for Redis: the sweeper finds what was not asked. */
    lookLater(corpId: number, materialId: number): void {
      looking.add({ corpId, materialId }).catch((error: unknown) => log.warn({ err: error, materialId }, 'the site of a link is not asked'))
    },
    askOld,
    work(): void {
      looking.work((job, attempt) => askSite(job, attempt.last), { concurrency: 2 })
      sweepers.push(repeatedly(SWEEP_MS, 'sites of links', askOld, log))
    },
    async stop(): Promise<void> {
      await Promise.all(sweepers.splice(0).map((sweeper) => sweeper.stop()))
    },
  }
}
