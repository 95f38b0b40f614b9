/** Mini programs that the demo corp has linked; a card names its program by the AppID only. */
export const DEMO_MINI_PROGRAM = { appid: 'wx8f3a1c0d5e7b2946', name: '小树苗商城' }

/** Name of a program as WeChat shows it above the card. */
export function miniProgramName(appid: string): string {
  return appid === DEMO_MINI_PROGRAM.appid ? DEMO_MINI_PROGRAM.name : '小程序'
}
