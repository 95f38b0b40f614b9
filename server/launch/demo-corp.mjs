// The demo corp of the sandbox: the values that server and sandbox must agree on. Worth nothing outside the sandbox.
import { join } from 'node:path'

export const DEMO_CORP = {
  corpId: 'wwdemo00000000a001',
  name: '小树苗母婴',
  agentId: '1000002',
  agentSecret: 'demo-agent-secret-0000000000000000000000000a',
  callbackToken: 'zhikeDemoToken',
  /** 43 characters, base64 of 32 bytes without its `=` (wecom-api/01: EncodingAESKey). */
  callbackAesKey: 'emhpa2UtZGVtby1jYWxsYmFjay1hZXMta2V5LTAwMDE',
  adminUserIds: 'linzhixia',
}

/**
 * What the server needs to take the sandbox for WeCom and the demo corp for its first corp.
 * @param {{ sandboxUrl: string, baseUrl: string }} where sandboxUrl on 127.0.0.1; baseUrl as the browser sees us
 */
export function demoServerEnv({ sandboxUrl, baseUrl }) {
  return {
    SANDBOX: '1',
    SANDBOX_URL: sandboxUrl,
    WECOM_API_BASE: sandboxUrl,
    WECOM_OAUTH_BASE: `${baseUrl}/sandbox`,
    WECOM_LOGIN_BASE: `${baseUrl}/sandbox`,
    WECOM_CORP_ID: DEMO_CORP.corpId,
    WECOM_CORP_NAME: DEMO_CORP.name,
    WECOM_AGENT_ID: DEMO_CORP.agentId,
    WECOM_AGENT_SECRET: DEMO_CORP.agentSecret,
    WECOM_CALLBACK_TOKEN: DEMO_CORP.callbackToken,
    WECOM_CALLBACK_AES_KEY: DEMO_CORP.callbackAesKey,
    WECOM_ADMIN_USERIDS: DEMO_CORP.adminUserIds,
  }
}

/**
 * What the sandbox process needs: where to listen, where the product is, and the demo corp's callback values.
 * @param {{ sandboxPort: number, baseUrl: string, productUrl: string, dataDir: string }} where
 *   baseUrl as the browser sees the product; productUrl as this machine reaches it
 */
export function sandboxEnv({ sandboxPort, baseUrl, productUrl, dataDir }) {
  return {
    SANDBOX_PORT: String(sandboxPort),
    SANDBOX_DIR: join(dataDir, 'sandbox'),
    PRODUCT_BASE_URL: baseUrl,
    PRODUCT_INTERNAL_URL: productUrl,
    SANDBOX_CALLBACK_TOKEN: DEMO_CORP.callbackToken,
    SANDBOX_CALLBACK_AES_KEY: DEMO_CORP.callbackAesKey,
  }
}
