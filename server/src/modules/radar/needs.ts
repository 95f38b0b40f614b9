import type { Corps } from '../corps/index.ts'
import type { Customers } from '../customers/index.ts'
import type { GroupChats } from '../group-chats/index.ts'
import type { Identity } from '../identity/index.ts'
import type { Materials } from '../materials/index.ts'
import type { Notices } from '../notices/index.ts'

/** What the radar asks of other areas. */
export interface RadarNeeds {
  corps: Pick<Corps, 'byId'>
  identity: Pick<Identity, 'staffRefs' | 'businessCard'> & { signIn: Pick<Identity['signIn'], 'start' | 'on'> }
  materials: Pick<Materials, 'forReader' | 'titles' | 'pictureFor' | 'cardPicture' | 'mediaFor' | 'maySend' | 'previewOf'>
  notices: Notices
  customers: Pick<Customers, 'customerByExternal' | 'customerNames' | 'isErased'>
  groupChats: Pick<GroupChats, 'groupByChatId' | 'isInGroup' | 'groupNames'>
  /** Address of the script of the tracked page; null when the H5 is not built. */
  readerScript: () => string | null
}
