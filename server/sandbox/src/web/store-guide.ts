import { escapeHtml } from '../html.ts'
import { siteHead } from './site-head.ts'

const STEPS = [
  ['entrance', '从浦建路进地下车库', '导航到“浦建路 118 弄”，过红绿灯后第一个右转就是地下车库入口。限高 2.2 米，七座车可以进。前 30 分钟免费，之后每小时 8 元。'],
  ['map', '停到 B 区，离电梯最近', '进库后沿蓝色箭头一直走，B 区在第二个弯之后，正对 3 号电梯。周末上午十点半以后 B 区容易满，可以停 C 区，多走大约两分钟。'],
  ['lift', '坐 3 号电梯到二楼', '电梯口有无障碍坡道，婴儿车不用折叠。二楼出门左转就能看到我们的橙色招牌。母婴室在电梯右手边，有温奶器和尿布台。'],
] as const

/** A store's page on how to park: pictures, og: tags, framed by whoever wants. */
export function storeGuidePage(origin: string): string {
  const title = '浦东店停车指南：三步找到我们'
  const description = '地下车库入口、离电梯最近的停车区、消费满 200 元免 3 小时停车费。'
  const cover = `${origin}/sandbox/web/pictures/storefront.png`
  const steps = STEPS.map(([picture, name, text], index) => `<section><h2><span>${index + 1}</span>${escapeHtml(name)}</h2>`
    + `<img src="/sandbox/web/pictures/${picture}.png" alt="${escapeHtml(name)}" loading="lazy" width="720"><p>${escapeHtml(text)}</p></section>`).join('\n')
  return `<!doctype html>
<html lang="zh-CN">
<head>
${siteHead()}
<title>${title} - 童行亲子广场</title>
<meta name="description" content="${description}">
<meta property="og:type" content="article">
<meta property="og:site_name" content="童行亲子广场">
<meta property="og:title" content="${title}">
<meta property="og:description" content="${description}">
<meta property="og:image" content="${cover}">
<meta property="og:url" content="${origin}/sandbox/web/parking">
<style>
body{margin:0;font:16px/1.75 system-ui,"PingFang SC","Microsoft YaHei","WenQuanYi Micro Hei",sans-serif;color:#2b2118;background:#fffaf3}
header img{display:block;width:100%;height:auto}main{max-width:680px;margin:0 auto;padding:4px 18px 40px}h1{font-size:23px;line-height:1.35;margin:18px 0 6px}
h2{font-size:18px;margin:28px 0 10px}h2 span{display:inline-block;width:26px;margin-right:8px;border-radius:13px;background:#d9694f;color:#fff;text-align:center}
section img{width:100%;height:auto;border-radius:10px}.lead{color:#7a6652}.note{padding:12px 16px;border-radius:10px;background:#fdeedd}footer{padding:24px;text-align:center;font-size:13px;color:#a08c78}
</style>
</head>
<body>
<header><img src="${cover}" alt="门店外观" width="900" height="500"></header>
<main>
<h1>${title}</h1>
<p class="lead">第一次来常常会绕两圈，照着下面三步走，五分钟就能到店里。</p>
${steps}
<p class="note">消费满 200 元，在收银台报车牌号可免 3 小时停车费。雨天推车区有免费雨披。</p>
<p><a href="/sandbox/web/article">顺便读一读：宝宝睡整觉，先做好这四件小事</a></p>
</main>
<footer>童行亲子广场 · 营业时间 10:00–21:30</footer>
</body>
</html>`
}
