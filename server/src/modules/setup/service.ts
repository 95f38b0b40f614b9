import { JOB_KIND_LABELS } from '@zhike/shared'
import type { JobKind } from '@zhike/shared'
import type { JobView, SetupState } from '@zhike/shared/contract'
import { AppError, conflict, forbidden, invalid } from '../../platform/http/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Audit } from '../audit/index.ts'
import type { Corp, CorpChanges, Corps } from '../corps/index.ts'
import { isSuperAdmin } from '../identity/index.ts'
import type { Identity, Register, SetupCaller } from '../identity/index.ts'
import type { Jobs } from '../jobs/index.ts'
import { addressesOf } from './addresses.ts'
import { checkChain } from './checks.ts'
import { createResults } from './results.ts'
import type { CheckResult } from './results.ts'
import { setupRoutes } from './routes.ts'
import { stepsOf } from './steps.ts'

interface SetupNeeds { corps: Corps; identity: Identity; audit: Audit; jobs: Jobs }

/** The form of the set-up page. */
export interface CorpForm { name: string; wecomCorpId: string; agentId: number; secret?: string; adminUserids: string[] }

export interface Setup {
  /** The check list as it stands; asks WeCom nothing. */
  state(corp: Corp): Promise<SetupState>
  /** Asks WeCom about every link, below 15 s; starts the first syncs once they can work. */
  check(caller: SetupCaller, from: string): Promise<SetupState>
  saveCorp(caller: SetupCaller, form: CorpForm, from: string): Promise<SetupState>
  saveDomainFile(caller: SetupCaller, fileName: string, from: string): Promise<SetupState>
  renewCallbackKeys(caller: SetupCaller, from: string): Promise<SetupState>
  /** The corp of a set-up link, which can't be used a second time. */
  useTicket(ticket: string): Promise<Corp>
  routes(register: Register): void
}

type FirstSync = Extract<JobKind, 'contacts_sync' | 'customers_sync'>

/** The set-up page: checks every link between WeCom and us, says what is wrong and what to click (SYS-10, SYS-14). */
export function createSetup(platform: Platform, needs: SetupNeeds): Setup {
  const { config, db, clock } = platform
  const { corps, audit, jobs } = needs
  const results = createResults(platform)

  async function newestJobs(corpId: number): Promise<(kind: JobKind) => JobView | undefined> {
    const { items } = await jobs.list(corpId, { limit: 50 }, async () => new Map())
    return (kind) => items.find((job) => job.kind === kind)
  }

  async function present(corp: Corp, result: CheckResult | null): Promise<SetupState> {
    const [keys, newest] = await Promise.all([corps.callbackKeys(corp.id), newestJobs(corp.id)])
    const addresses = addressesOf(config.baseUrl, corp.wecomCorpId)
    return {
      corp: { wecomCorpId: corp.wecomCorpId, name: corp.name, agentId: corp.agentId, hasSecret: corp.hasSecret, adminUserids: corp.adminUserids },
      paste: { ...addresses, callbackToken: keys?.token ?? '', callbackAesKey: keys?.aesKey ?? '', loginCallbackDomain: addresses.trustedDomain },
      domainFile: corp.domainFile,
      callback: { lastReceivedAt: corp.proofs.callbackReceivedAt || null, lastVerifiedAt: corp.proofs.callbackVerifiedAt || null },
      steps: stepsOf({
        corp, addresses, checked: result?.checked ?? {}, checkedAt: result?.at ?? null, contactsJob: newest('contacts_sync'), customersJob: newest('customers_sync'),
      }),
    }
  }

  const state = async (corp: Corp) => present(corp, await results.last(corp))

  /** What the check has just shown possible, and what has never come to its end. */
  async function startFirstSyncs(caller: SetupCaller, corp: Corp, { checked }: CheckResult, from: string): Promise<void> {
    const newest = await newestJobs(corp.id)
    const start = async (kind: FirstSync, proven: number | undefined) => {
      const job = newest(kind)
      const underWay = job?.state === 'waiting' || job?.state === 'running'
      if (underWay || (proven && job?.state !== 'failed')) return
      const entry = { corpId: corp.id, actorId: caller.viewer?.staffId ?? null, action: 'job.started', subject: JOB_KIND_LABELS[kind], from } as const
      await jobs.start(corp.id, kind, { staffId: entry.actorId }, { recorded: (tx) => audit.record(tx, entry) })
    }
    if (checked.secret?.state !== 'ok') return
    if (checked.visible_range?.state === 'ok') await start('contacts_sync', corp.proofs.contactsSyncedAt)
    if (checked.contact_permission?.state === 'ok') await start('customers_sync', corp.proofs.customersSyncedAt)
  }

  const record = (caller: SetupCaller, action: 'corp.settings_changed' | 'corp.secret_changed' | 'corp.callback_keys_changed', entry: { subject: string; before?: unknown; after?: unknown; from: string }) =>
    audit.record(db, { corpId: caller.corpId, actorId: caller.viewer?.staffId ?? null, action, ...entry })

  const setup: Setup = {
    state,
    async check(caller, from) {
      const corp = (await corps.byId(caller.corpId)) ?? caller.corp
      const result = { checked: await checkChain(corps, corp, { baseUrl: config.baseUrl, sandboxed: config.sandboxUrl !== null }), at: clock.now() }
      await results.remember(corp, result)
      await startFirstSyncs(caller, corp, result, from)
      return await present(corp, result)
    },
    async saveCorp(caller, form, from) {
      const before = (await corps.byId(caller.corpId)) ?? caller.corp
      if (!form.secret && !before.hasSecret) throw invalid('请填写应用的 Secret', { secret: '请填写应用的 Secret' })
      const otherCorp = form.wecomCorpId !== before.wecomCorpId
      if (otherCorp && hasHistory(before)) throw conflict('这家企业已经同步过数据，企业 ID 不能再修改。要接入另一家企业，请用 npm run corp 新增。')
      const named = (list: readonly string[]) => list.map((userid) => userid.toLowerCase()).sort().join()
      const mayName = !caller.viewer || isSuperAdmin(caller.viewer)
      if (!mayName && named(form.adminUserids) !== named(before.adminUserids)) throw forbidden('只有超级管理员可以增减管理员')
      const changes: CorpChanges = { name: form.name, wecomCorpId: form.wecomCorpId, agentId: form.agentId, agentSecret: form.secret }
      // Nobody else writes this list, not even as it was: the row that it is compared with above may be some seconds old.
      if (mayName) changes.adminUserids = form.adminUserids
      const corp = await corps.change(before.id, changes)
      if (otherCorp) await corps.prove(corp.id, { callbackVerifiedAt: 0 })
      const seen = (of: Corp) => ({ name: of.name, wecomCorpId: of.wecomCorpId, agentId: of.agentId, adminUserids: of.adminUserids })
      await record(caller, 'corp.settings_changed', { subject: corp.name, before: seen(before), after: seen(corp), from })
      if (form.secret) await record(caller, 'corp.secret_changed', { subject: corp.name, from })
      return await state((await corps.byId(corp.id)) ?? corp)
    },
    async saveDomainFile(caller, fileName, from) {
      const corp = await corps.change(caller.corpId, { domainFile: fileName })
      await record(caller, 'corp.settings_changed', { subject: corp.name, before: { domainFile: caller.corp.domainFile }, after: { domainFile: fileName }, from })
      return await state(corp)
    },
    async renewCallbackKeys(caller, from) {
      const corp = await corps.change(caller.corpId, { callbackKeys: corps.newCallbackKeys() })
      // What was verified were the old keys.
      await corps.prove(corp.id, { callbackVerifiedAt: 0 })
      await record(caller, 'corp.callback_keys_changed', { subject: corp.name, from })
      return await state((await corps.byId(corp.id)) ?? corp)
    },
    async useTicket(ticket) {
      const corpId = await corps.useSetupTicket(ticket)
      const corp = corpId === null ? null : await corps.byId(corpId)
      if (!corp) throw new AppError('gone', '设置链接已经用过或已过期，请用 npm run corp -- link 重新生成')
      if (corp.suspended) throw new AppError('forbidden', '本企业已停用，请联系服务商')
      return corp
    },
    routes: (register) => setupRoutes(register, setup, needs.identity.access),
  }
  return setup
}

/** Something of this WeCom corp is stored already: another corp's data must not be mixed with it (SYS-1). */
function hasHistory({ proofs }: Corp): boolean {
  return Boolean(proofs.contactsSyncedAt ?? proofs.customersSyncedAt ?? proofs.callbackReceivedAt ?? proofs.oauthAt)
}
