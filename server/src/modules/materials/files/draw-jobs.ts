import type { Platform } from '../../../platform/platform.ts'
import { repeatedly } from '../../../platform/repeat.ts'
import type { Repeated } from '../../../platform/repeat.ts'
import { DrawBroken, DrawRefused, withDrawProcess } from './drawing.ts'
import { filesOf, filesOfAll } from './files-store.ts'
import type { FileRow } from './files-store.ts'
import { keysOf, originalKey, pictureKey, pictureType } from './picture-names.ts'

interface DrawJob { corpId: number; fileId: number }

const SWEEP_MS = 60_000
/** A file still preparing after this long is queued again: its job may be lost with Redis. */
const STUCK_MS = 60_000
/** Jobs of one file within this time are one job. */
const AGAIN_MS = 10 * 60_000
const NEWS_MS = 1000
/** Uploads that no material took within a day are deleted. */
const UNUSED_MS = 24 * 60 * 60_000
const SWEEP_FILES = 100
/** Then the next file has its turn: a long one must not keep everybody's short ones waiting. */
const PAGES_AT_A_TURN = 20

/**
 * Draws the pages of PDFs after the first (which the upload draws itself) once a material takes them, one file at a time per
 * worker and some pages of each in turn. What is drawn
 * is kept page by page, so a file goes on where a killed worker stopped.
 * @param changed called when more of a material can be shown
 */
export function createDrawJobs(platform: Platform, changed: (corpId: number, materialId: number) => Promise<void>) {
  const { clock, db, files, log } = platform
  const drawing = platform.queues.define<DrawJob>('draw', { attempts: 4, backoffMs: 3000 })
  const sweepers: Repeated[] = []

  let stopping = false

  async function tell({ corpId, fileId }: DrawJob): Promise<void> {
    for (const materialId of await filesOf(db, corpId).usedBy(fileId)) await changed(corpId, materialId)
  }
  async function end(job: DrawJob, state: 'ready' | 'failed', note: string | null): Promise<void> {
    if (await filesOf(db, job.corpId).end(job.fileId, state, note)) await tell(job)
  }

  async function drawRest(job: DrawJob, file: FileRow, original: Buffer): Promise<void> {
    const store = filesOf(db, job.corpId)
    const drawn = [...file.drawn]
    const turnEnds = drawn.length + PAGES_AT_A_TURN
    let toldAt = 0
    await withDrawProcess(async (draw) => {
      const pages = await draw.openPdf(original)
      while (drawn.length < pages) {
        // Another process goes on, after the pause between attempts.
        if (stopping) throw new Error('drawing was interrupted by the end of the process')
        const page = await draw.drawPage(drawn.length + 1)
        for (const picture of page.pictures) await files.put(pictureKey(file.key, picture.name), Buffer.from(picture.bytes), pictureType(picture.name))
        drawn.push({ width: page.width, height: page.height })
        // Another worker is as far: it goes on, this one stops.
        if (!(await store.grow(job.fileId, drawn))) return
        if (drawn.length === turnEnds && drawn.length < pages) return await enqueue(job, drawn.length)
        if (clock.now() - toldAt >= NEWS_MS && drawn.length < pages) {
          toldAt = clock.now()
          await tell(job)
        }
      }
      await end(job, 'ready', null)
    })
  }

  async function run(job: DrawJob, last: boolean): Promise<void> {
    const file = await filesOf(db, job.corpId).byId(job.fileId)
    if (file?.state !== 'preparing' || (await filesOf(db, job.corpId).usedBy(job.fileId)).length === 0) return
    const original = await files.get(originalKey(file.key))
    if (!original) return end(job, 'failed', '原文件已丢失，请重新上传')
    try {
      await drawRest(job, file, original)
    } catch (error) {
      if (error instanceof DrawRefused) return end(job, 'failed', '部分页面无法生成，客户只能看到前面的页面；请重新导出 PDF 后再上传')
      if (last && error instanceof DrawBroken) await end(job, 'failed', '文件内容太复杂，生成页面时超出了限制；请压缩或拆分 PDF 后再上传')
      throw error
    }
  }

  /** @param drawn pages that were drawn in earlier turns */
  async function enqueue(job: DrawJob, drawn = 0): Promise<void> {
    await drawing.add(job, { id: `draw-${job.fileId}-${Math.floor(drawn / PAGES_AT_A_TURN)}-${Math.floor(clock.now() / AGAIN_MS)}` })
  }

  async function queueStuck(): Promise<void> {
    const stuck = await filesOfAll(db).preparing(clock.now() - STUCK_MS, SWEEP_FILES)
    for (const { corpId, id, drawn } of stuck) await enqueue({ corpId, fileId: id }, drawn.length)
  }
  async function forgetUnused(): Promise<void> {
    for (let found = SWEEP_FILES; found === SWEEP_FILES && !stopping;) {
      const unused = await filesOfAll(db).unused(clock.now() - UNUSED_MS, SWEEP_FILES)
      for (const file of unused) {
        if (!(await filesOf(db, file.corpId).forget(file.id))) continue
        for (const key of keysOf(file)) await files.remove(key)
      }
      found = unused.length
    }
  }

  return {
    /** Doesn't wait for Redis: with Redis away the sweeper finds the file. */
    later(job: DrawJob): void {
      enqueue(job).catch((error: unknown) => log.warn({ err: error, fileId: job.fileId }, 'pages will be drawn later'))
    },
    sweep: { queueStuck, forgetUnused },
    /** Ends after the page in hand. */
    async stop(): Promise<void> {
      stopping = true
      await Promise.all(sweepers.splice(0).map((sweeper) => sweeper.stop()))
    },
    async work(): Promise<void> {
      drawing.work((job, attempt) => run(job, attempt.last), { concurrency: 1 })
      sweepers.push(repeatedly(SWEEP_MS, 'drawing', queueStuck, log), repeatedly(UNUSED_MS / 24, 'unused files', forgetUnused, log))
    },
  }
}
