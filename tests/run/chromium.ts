import { type Browser, chromium } from 'playwright-core'
import { chromiumPath } from '../../server/launch/for-tests.mjs'

/** No look-ups outside of this machine, nothing that a headless browser doesn't need. */
const QUIET = ['--disable-dev-shm-usage', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
/**
 * The two pop-ups of the address bar are pages of their own, drawn anew for each window though no window is seen: a second of
 * work beside every page that is tested or measured. A phone has neither. The others are what playwright-core disables
 * (chromiumSwitches.ts): the browser hears only the last of such lists.
 */
const WITHOUT = [
  'WebUIOmniboxPopup', 'WebUIOmniboxAimPopup',
  'AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'HttpsUpgrades', 'HttpsFirstBalancedModeAutoEnable', 'LensOverlay', 'MediaRouter', 'PaintHolding',
  'ThirdPartyStoragePartitioning', 'AvoidCorsURLLoaderRestartOnRedirect', 'OptimizationHints', 'NetworkTimeServiceQuerying', 'AimEnabled', 'PreconnectToSearch',
]

/** Starts the Chromium installed on this machine, headless; close it in afterAll. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = chromiumPath()
  if (executablePath === undefined) throw new Error('没有找到 Chromium：请用 npm test 运行，它会安装或说明如何安装')
  // Chromium's own sandbox doesn't work for root, which containers and CI run as.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({ executablePath, args: [...args, ...QUIET, `--disable-features=${WITHOUT.join(',')}`] })
}
