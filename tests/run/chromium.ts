import { type Browser, chromium } from 'playwright-core'
import { chromiumPath } from '../../server/launch/for-tests.mjs'

/** No look-ups outside of this machine, nothing that a headless browser doesn't need. */
const QUIET = ['--disable-dev-shm-usage', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

/** Starts the Chromium installed on this machine, headless; close it in afterAll. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = chromiumPath()
  if (executablePath === undefined) throw new Error('没有找到 Chromium：请用 npm test 运行，它会安装或说明如何安装')
  // Chromium's own sandbox doesn't work for root, which containers and CI run as.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({ executablePath, args: [...args, ...QUIET] })
}
