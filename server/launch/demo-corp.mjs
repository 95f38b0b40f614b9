// How server and sandbox are told of each other, and of the demo corp (its values: server/sandbox/src/demo/demo-corp.json).
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inRoot } from './places.mjs'

const demoCorp = () => JSON.parse(readFileSync(inRoot('server/sandbox/src/demo/demo-corp.json'), 'utf8'))

/**
 * What the server needs to take the sandbox for WeCom and the demo corp for its first corp.
 * @param {{ sandboxUrl: string, baseUrl: string }} where sandboxUrl on 127.0.0.1; baseUrl as the browser sees us
 */
export function demoServerEnv({ sandboxUrl, baseUrl }) {
  const corp = demoCorp()
  return {
    SANDBOX: '1',
    SANDBOX_URL: sandboxUrl,
    WECOM_API_BASE: sandboxUrl,
    WECOM_OAUTH_BASE: `${baseUrl}/sandbox`,
    WECOM_LOGIN_BASE: `${baseUrl}/sandbox`,
    WECHAT_API_BASE: sandboxUrl,
    WECOM_CORP_ID: corp.corpid,
    WECOM_CORP_NAME: corp.name,
    WECOM_AGENT_ID: String(corp.agentid),
    WECOM_AGENT_SECRET: corp.secret,
    WECOM_CALLBACK_TOKEN: corp.callbackToken,
    WECOM_CALLBACK_AES_KEY: corp.encodingAesKey,
    WECOM_ADMIN_USERIDS: corp.adminUserids.join(','),
  }
}

/**
 * What the sandbox process needs: where to listen, and where the product is.
 * @param {{ sandboxPort: number, baseUrl: string, productUrl: string, dataDir: string }} where
 *   baseUrl as the browser sees the product; productUrl as this machine reaches it
 */
export function sandboxEnv({ sandboxPort, baseUrl, productUrl, dataDir }) {
  return {
    SANDBOX_PORT: String(sandboxPort),
    SANDBOX_DIR: join(dataDir, 'sandbox'),
    PRODUCT_BASE_URL: baseUrl,
    PRODUCT_INTERNAL_URL: productUrl,
  }
}
