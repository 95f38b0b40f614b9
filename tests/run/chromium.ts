import { type Browser, chromium } from 'playwright-core'
import { chromiumPath } from '../../server/launch/for-tests.mjs'

/** Starts the Chromium installed on this machine, headless; close it in afterAll. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = chromiumPath()
  if (executablePath === undefined) throw new Error('没有找到 Chromium：请用 npm test 运行，它会安装或说明如何安装')
  // Chromium's own sandbox doesn't work for root, which containers and CI run as.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({ executablePath, args: [...args, '--disable-dev-shm-usage'] })
}
