import type { OfficialAccountState } from '@zhike/shared/contract'
import { explainErrcode } from '../../wechat/index.ts'
import type { AccountRow } from './store.ts'

type Finding = Pick<OfficialAccountState, 'state' | 'finding' | 'fix'>
type Paste = OfficialAccountState['paste']

/** Where things are in the consoles, as a person clicks. */
const MP = '公众平台 mp.weixin.qq.com → 设置与开发'
const BINDING = [
  '微信开放平台 open.weixin.qq.com → 管理中心 → 公众号，绑定这个服务号（没有开放平台账号时先注册并认证）。',
  '企业微信管理后台 → 客户与上下游 → 客户联系 → 客户 → API → 绑定微信开发者 ID，绑定同一个开放平台账号，然后在知客里同步一次客户。',
]

/** What there is of the account, and what is to be done at WeChat; in the order in which it is done. */
export function findingOf(row: AccountRow | undefined, paste: Paste): Finding {
  if (!row) {
    return {
      state: 'none',
      finding: '没有接入。读者由企业微信的静默登录识别；再接入一个已认证的服务号，能认出更多读者是哪位客户。',
      fix: [`${MP} → 开发接口管理，复制 AppID，重置 AppSecret，填到下面。`, '同一页面的「IP白名单」要有本服务器的出口 IP；还不知道是哪个时先保存，微信会告诉我们。'],
    }
  }
  const { secretAt, oauthAt, unionIdAt, refused } = row.proofs
  if (refused) {
    const { message, advice, cause } = explainErrcode(refused.code, refused.ip ?? null)
    return cause === 'console' ? { state: 'waiting', finding: message, fix: [advice, '改好后点「检查」。'] } : { state: 'failed', finding: message, fix: [advice, '在下面填上新的，保存。'] }
  }
  if (!secretAt) return { state: 'waiting', finding: '微信还没有验证过 AppSecret。', fix: ['点「检查」。'] }
  if (!oauthAt) {
    return {
      state: 'waiting',
      finding: 'AppSecret 已通过微信的验证。还要在微信里试一次网页授权；在那之前，读者不会经过公众号。',
      fix: [
        `${MP} → 账号设置 → 功能设置 → 网页授权域名，填 ${paste.oauthDomain}`,
        '微信会要求把校验文件放到域名根目录：下载它，点下面的「修改」，把文件名（MP_verify_….txt）填进去保存，不用上传。',
        ...BINDING,
        '用微信打开下面的试用地址（可以发给自己，或扫码）。看到「公众号已连通」后，回到这里点「检查」。',
      ],
    }
  }
  if (!unionIdAt) return { state: 'ok', finding: '公众号已连通，但还没有给出过 unionid；没有它，只认得出企业微信已经认出过的读者。', fix: BINDING }
  return { state: 'ok', finding: '公众号已连通，客户在微信里打开素材时，会通过它识别。', fix: [] }
}
