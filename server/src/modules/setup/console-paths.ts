/** Where things are in the WeCom console (wecom-api/00 §10), as a person clicks. */
const APP = '企业微信管理后台 → 应用管理 → 打开本应用'
const CUSTOMERS = '企业微信管理后台 → 客户与上下游 → 客户联系'

export const CONSOLE = {
  corpInfo: '企业微信管理后台 → 我的企业 → 企业信息',
  app: APP,
  visibleRange: `${APP} → 可见范围`,
  trustedIp: `${APP} → 企业可信IP → 配置`,
  trustedDomain: `${APP} → 网页授权及JS-SDK → 设置可信域名`,
  webLogin: `${APP} → 企业微信授权登录 → Web网页 → 设置授权回调域`,
  receiveMessages: `${APP} → 接收消息 → 设置API接收`,
  callableApps: `${CUSTOMERS} → 客户 → API → 可调用接口的应用`,
  contactRange: `${CUSTOMERS} → 权限配置 → 使用范围`,
  chatTools: `${CUSTOMERS} → 聊天工具栏`,
} as const
