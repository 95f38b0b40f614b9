import type { Audit } from '../audit/index.ts'
import type { ContactWays } from '../contact-ways/index.ts'
import type { Corps } from '../corps/index.ts'
import type { Customers } from '../customers/index.ts'
import type { GroupChats } from '../group-chats/index.ts'
import type { Identity } from '../identity/index.ts'
import type { Jobs } from '../jobs/index.ts'
import type { Materials } from '../materials/index.ts'
import type { Notices } from '../notices/index.ts'
import type { OfficialAccounts } from '../official-account/index.ts'

/** What the radar asks of other areas. */
export interface RadarNeeds {
  audit: Pick<Audit, 'record'>
  jobs: Pick<Jobs, 'defineExport' | 'start'>
  corps: Pick<Corps, 'byId'>
  identity: Pick<Identity, 'staffRefs' | 'businessCard'> & { signIn: Pick<Identity['signIn'], 'start' | 'on'>; access: Pick<Identity['access'], 'peopleNow' | 'viewerNow'> }
  materials: Pick<Materials, 'forReader' | 'forSender' | 'titles' | 'pictureFor' | 'cardPicture' | 'mediaFor' | 'maySend' | 'previewOf' | 'requireKnown' | 'listedFor' | 'knownAmong'>
  notices: Notices
  officialAccounts: Pick<OfficialAccounts, 'isReady'> & { signIn: Pick<OfficialAccounts['signIn'], 'start' | 'on'> }
  contactWays: Pick<ContactWays, 'codeOf' | 'picture' | 'want'>
  customers: Pick<Customers, 'customerByExternal' | 'customerByUnion' | 'customerNames' | 'isErased' | 'isErasedUnion'>
  groupChats: Pick<GroupChats, 'groupByChatId' | 'isInGroup' | 'groupNames'>
  /** Address of the script of the tracked page; null when the H5 is not built. */
  readerScript: () => string | null
}
