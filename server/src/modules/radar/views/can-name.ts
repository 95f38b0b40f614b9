import type { Corp } from '../../corps/index.ts'
import type { RadarNeeds } from '../needs.ts'

/** The silent sign-in of WeCom names readers once the corp has seen it working. */
export const wecomNames = (corp: Corp): boolean => Boolean(corp.proofs.oauthAt) && corp.agentId !== null

/** Can WeCom or the corp's official account tell who reads (MAT-15)? */
export const canNameReaders = async (corp: Corp, { officialAccounts }: Pick<RadarNeeds, 'officialAccounts'>): Promise<boolean> =>
  wecomNames(corp) || await officialAccounts.isReady(corp.id)
