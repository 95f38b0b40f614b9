import { inject, provide, ref, watch, type InjectionKey, type Ref } from 'vue'
import type { ConsolePatch, CorpConsole } from '../../../src/protocol/console.ts'
import type { StaffView } from '../../../src/protocol/people.ts'
import { control } from '../live/control.ts'
import { useLive } from '../live/use-live.ts'
import { say } from '../desk/toasts.ts'

/** One corp's settings and how to change them. */
export interface CorpSettings {
  corpid: Ref<string>
  settings: Ref<CorpConsole>
  staff: Ref<StaffView[]>
  /** Saves what needs no verification and says the text; true when it worked. */
  save: (patch: ConsolePatch, said: string) => Promise<boolean>
  /** Takes over what the server answered after a verification. */
  accept: (fresh: CorpConsole) => void
}

const SETTINGS: InjectionKey<CorpSettings> = Symbol('corp settings')

/** Loads a corp's settings and gives them to the sections below; `loaded` is null until they are there. */
export function provideCorpSettings(corpid: Ref<string>): { loaded: Ref<CorpConsole | null>; error: Ref<string> } {
  const { value: loaded, error } = useLive(() => (corpid.value === '' ? null : corpid.value), control.corpConsole, (event, id) => event.type === 'console' && event.corpid === id)
  const { value: members } = useLive(() => (corpid.value === '' ? null : corpid.value), control.staff, (event, id) => (event.type === 'staff' || event.type === 'console') && event.corpid === id)
  const settings = ref<CorpConsole>(NOTHING)
  const staff: Ref<StaffView[]> = ref([])
  watch(loaded, (fresh) => {
    if (fresh !== null) settings.value = fresh
  })
  watch(members, (fresh) => {
    staff.value = fresh ?? []
  })
  const accept = (fresh: CorpConsole): void => {
    if (fresh.corpid === corpid.value) settings.value = fresh
  }
  const save = (patch: ConsolePatch, said: string): Promise<boolean> => say(async () => {
    accept(await control.saveConsole(corpid.value, patch))
    return said
  })
  provide(SETTINGS, { corpid, settings, staff, save, accept })
  return { loaded, error }
}

export function useCorpSettings(): CorpSettings {
  const found = inject(SETTINGS)
  if (found === undefined) throw new Error('useCorpSettings() needs provideCorpSettings() above')
  return found
}

/** Before anything is loaded; never shown, the sections wait for `loaded`. */
const NOTHING: CorpConsole = {
  corpid: '', name: '', agentid: 0, agentName: '', staffCount: 0, customerCount: 0, groupCount: 0, secret: '', homeUrl: '',
  trustedDomain: { domain: '', verified: false, verifyFile: '', verifyContent: '' }, loginDomain: '', trustedIps: [], callback: null,
  customerApiAllowed: false, visibleRange: { all: false, departments: [], userids: [] }, contactRange: { all: false, userids: [] }, pages: [],
  consoleWelcomeUserids: [], appEnabled: true, officialAccount: null,
}
