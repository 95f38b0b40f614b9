/** Links of the chain between WeCom and us, in the order they have to be made (SYS-14). */
export const SETUP_STEPS = [
  'secret', 'trusted_ip', 'visible_range', 'contact_permission', 'callback', 'domain_file', 'oauth', 'sidebar_pages', 'jssdk', 'contacts_sync', 'customers_sync',
] as const
export type SetupStepKey = (typeof SETUP_STEPS)[number]
