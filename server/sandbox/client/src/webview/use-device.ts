import { nextTick, ref, watch, type Ref } from 'vue'
import type { DeviceRequest } from '../../../src/protocol/native-bridge.ts'
import type { PartyId } from '../../../src/protocol/people.ts'
import { control } from '../live/control.ts'
import { showFailure } from '../desk/toasts.ts'

/**
 * The person whose cookies this slot of the browser holds, or null while it is being handed over: pages may be shown
 * only for that person. The old person's pages are gone before the hand-over, so that none of their late answers
 * lands in the next person's jar.
 */
export function useDevice(slot: DeviceRequest['slot'], wanted: () => PartyId | null): Ref<PartyId | null> {
  const holder: Ref<PartyId | null> = ref(null)
  let turn = 0

  const handOver = async (person: PartyId | null): Promise<void> => {
    const mine = ++turn
    holder.value = null
    if (person === null) return
    await nextTick()
    try {
      await control.useDevice({ device: person, slot })
      if (mine === turn) holder.value = person
    } catch (cause) {
      showFailure(cause)
    }
  }

  watch(wanted, (person) => void handOver(person), { immediate: true })
  return holder
}
