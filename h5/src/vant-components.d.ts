import type * as Vant from 'vant'

/** Vant's components as they are written in templates: <van-popup>, … The build imports those that are used. */
type VantComponents = { [Name in keyof typeof Vant as `Van${Name}`]: (typeof Vant)[Name] }

declare module 'vue' {
  interface GlobalComponents extends VantComponents {}
}
