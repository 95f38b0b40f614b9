import type { DeviceBoot } from '../../../src/protocol/native-bridge.ts'
import type { PartyId } from '../../../src/protocol/people.ts'
import type { Shape, Theme } from '../desk/desk.ts'

/** User agents as real clients send them (wecom-jssdk §2); versions are ordinary ones. */

const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148'
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/107.0.5304.110 Safari/537.36'

const scheme = (theme: Theme): string => (theme === 'dark' ? 'ColorScheme/Dark' : 'ColorScheme/Light')

/** What a page is told about the device it runs on, as the text for `window.name`. */
export function bootOf(device: { session: string; person: PartyId; client: DeviceBoot['client']; shape: Shape; theme: Theme }): string {
  const { session, person, client, shape, theme } = device
  const boot: DeviceBoot = { kind: 'zhike-sandbox', session, person, client, ...machineOf(client, shape, theme) }
  return JSON.stringify(boot)
}

function machineOf(client: DeviceBoot['client'], shape: Shape, theme: Theme): Pick<DeviceBoot, 'ua' | 'platform' | 'maxTouchPoints'> {
  if (client === 'wechat') return { ua: `${IPHONE} MicroMessenger/8.0.50(0x18003231) NetType/WIFI Language/zh_CN ${scheme(theme)}`, platform: 'iPhone', maxTouchPoints: 5 }
  if (shape === 'phone') return { ua: `${IPHONE} wxwork/4.1.30 MicroMessenger/7.0.1 Language/zh ${scheme(theme)}`, platform: 'iPhone', maxTouchPoints: 5 }
  return {
    ua: `${WINDOWS} Language/zh ${scheme(theme)} wxwork/5.0.11 (MicroMessenger/6.2) WindowsWechat MailPlugin_Electron WeMail embeddisk`,
    platform: 'Win32',
    maxTouchPoints: 0,
  }
}
