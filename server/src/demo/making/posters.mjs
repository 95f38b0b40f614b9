// The demo shop's pictures. Everything in them is made up for the demo.
import { COLORS, sapling } from './layout.mjs'

const art = `<svg class="art" width="560" height="560" viewBox="0 0 280 280"><circle cx="190" cy="170" r="96" fill="${COLORS.peach}" opacity=".35"/><path d="M20 262c50-70 120-90 250-60v70H20z" fill="${COLORS.leaf}" opacity=".6"/><g transform="translate(110 78) scale(3)">${sapling(48)}</g></svg>`

export const POSTERS = [
  { file: 'spring-outing.jpg', height: 1500, background: `linear-gradient(165deg, ${COLORS.pale}, ${COLORS.blush})`,
    body: `<h1>小树苗<br>春游节</h1><h2>4 月 11 日 – 12 日&emsp;世纪公园 7 号门</h2><div class="card"><ul><li>草坪亲子运动会，6 个月到 3 岁分组</li><li>推车试驾赛道，四种车型随便推</li><li>会员每个家庭送野餐垫一张</li><li>雨天顺延一周</li></ul></div><div class="card"><p>报名：在微信里告诉您的顾问「参加」，名额 80 个家庭。</p></div><div class="note">请给宝宝带帽子、水杯和备用衣物</div>${art}` },
  { file: 'bamboo-bodysuit.jpg', height: 1400, background: '#f4f8ec',
    body: `<h1>竹棉连体衣</h1><h2>2026 春夏新品&emsp;59–80 码</h2><div class="card"><p>72% 竹纤维，贴身凉一度；无骨缝合，吊牌外置；弯扣设计，换尿裤不用脱。</p></div><div class="card"><table><tr><th>码</th><th>身高</th><th class="money">会员价</th></tr><tr><td>59</td><td>55–62 cm</td><td class="money">¥99</td></tr><tr><td>66</td><td>62–69 cm</td><td class="money">¥99</td></tr><tr><td>73</td><td>69–76 cm</td><td class="money">¥99</td></tr><tr><td>80</td><td>76–83 cm</td><td class="money">¥99</td></tr></table></div><div class="note">四色：嫩芽绿、奶油白、蜜桃粉、晴空蓝</div>` },
  { file: 'milk-by-month.jpg', height: 1350, background: COLORS.blush,
    body: `<h1>一岁内奶量参考</h1><h2>每个宝宝不一样，以医生意见为准</h2><div class="card"><table><tr><th>月龄</th><th>每次</th><th>每天</th></tr><tr><td>满月</td><td>60–90 ml</td><td>7–8 次</td></tr><tr><td>2–3 个月</td><td>90–150 ml</td><td>6–7 次</td></tr><tr><td>4–6 个月</td><td>150–210 ml</td><td>5–6 次</td></tr><tr><td>7–9 个月</td><td>180–210 ml</td><td>4–5 次</td></tr><tr><td>10–12 个月</td><td>210–240 ml</td><td>3–4 次</td></tr></table></div><div class="note">尿够、精神好、体重在长，就是吃够了</div>` },
  { file: 'shops.jpg', height: 1150, background: COLORS.pale,
    body: `<h1>来店里坐坐</h1><h2>哺乳室、护理台免费使用</h2><div class="card"><p><b>浦东店</b>&emsp;锦绣花园商场 2 层&emsp;母婴区<br>每天 10:00 – 21:00</p></div><div class="card"><p><b>徐汇店</b>&emsp;云锦里生活广场 1 层&emsp;东门旁<br>每天 10:00 – 21:00</p></div><div class="card"><p><b>线上商城</b>&emsp;满 99 元包邮，上海次日达</p></div>` },
  { file: 'weekend-classes.jpg', height: 1400, background: 'linear-gradient(180deg, #fff, #eef7f1)',
    body: `<h1>周末亲子课</h1><h2>4 月课程表&emsp;会员 2,000 积分换一节</h2><div class="card"><table><tr><th>时间</th><th>浦东店</th><th>徐汇店</th></tr><tr><td>周六 10:00</td><td>抚触操</td><td>绘本时间</td></tr><tr><td>周六 15:00</td><td>辅食第一口</td><td>感统游戏</td></tr><tr><td>周日 10:00</td><td>感统游戏</td><td>抚触操</td></tr><tr><td>周日 15:00</td><td>爸爸专场</td><td>辅食第一口</td></tr></table></div><div class="card"><p>每节 40 分钟，限 8 个家庭，提前一天预约。</p></div><div class="note">请带一条宝宝自己的小毯子</div>` },
  { file: 'cover-fever.jpg', height: 1080, background: '#fbe3d6', body: `<h1>宝宝第一次<br>发烧</h1><h2>在家先做这五步</h2>${art}` },
  { file: 'cover-seat.jpg', height: 1080, background: '#e3f0e6', body: `<h1>安全座椅<br>三步装好</h1><h2>跟着做，三分钟</h2>${art}` },
  { file: 'cover-sleep.jpg', height: 1080, background: '#dfe8f7', body: `<h1>睡整觉<br>不靠哭</h1><h2>四个月后的作息调整</h2>${art}` },
]
