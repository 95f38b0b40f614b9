/** What has to be entered in the WeCom console, for one corp at one address of ours (wecom-api/00 §10). */
export interface Addresses {
  /** Host with its port, when that is not the usual one: WeCom compares both. */
  trustedDomain: string
  callbackUrl: string
  sidebarUrl: string
  workbenchUrl: string
}

/** @param baseUrl our address as browsers see it, without a slash at the end */
export function addressesOf(baseUrl: string, wecomCorpId: string): Addresses {
  const corp = encodeURIComponent(wecomCorpId)
  return {
    trustedDomain: new URL(baseUrl).host,
    callbackUrl: `${baseUrl}/wecom/callback/${corp}`,
    sidebarUrl: `${baseUrl}/sidebar?corp=${corp}`,
    workbenchUrl: `${baseUrl}/workbench?corp=${corp}`,
  }
}
