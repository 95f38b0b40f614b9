import type { FastifyInstance } from 'fastify'
import type { Platform } from '../../platform/platform.ts'
import type { Audit } from '../audit/index.ts'
import type { Corps } from '../corps/index.ts'
import type { Register } from '../identity/index.ts'
import { createAccounts } from './accounts.ts'
import { officialAccountRoutes, tryRoute } from './routes.ts'
import { createAccountSettings } from './settings.ts'
import { createAccountSignIn } from './sign-in.ts'
import { namesDomainFile } from './store.ts'

export type OfficialAccounts = ReturnType<typeof createOfficialAccounts>

/** The corp's official account (服务号), the second way to know who reads a tracked link (MAT-15). */
export function createOfficialAccounts(platform: Platform, needs: { corps: Corps; audit: Audit }) {
  const accounts = createAccounts(platform)
  const settings = createAccountSettings(platform, { ...needs, accounts })
  const signIn = createAccountSignIn(platform, { ...needs, accounts })
  return {
    settings,
    /** Sign-in of people in WeChat, for purposes of other areas. */
    signIn,
    /**
     * Are readers led through the account? Only once its secret was accepted and somebody came back from it: with a domain that is
     * not entered at WeChat they would be left on an error page of WeChat's, without what they wanted to read.
     */
    async isReady(corpId: number): Promise<boolean> {
      const { secretAt, oauthAt } = (await accounts.byCorp(corpId))?.proofs ?? {}
      return secretAt !== undefined && oauthAt !== undefined
    },
    /** Does the account of any corp name this ownership file? */
    namesDomainFile: (fileName: string): Promise<boolean> => namesDomainFile(platform.db, fileName),
    routes: (register: Register): void => officialAccountRoutes(register, settings),
    plainRoutes(app: FastifyInstance): void {
      signIn.routes(app)
      tryRoute(app, { ...needs, signIn })
    },
  }
}
