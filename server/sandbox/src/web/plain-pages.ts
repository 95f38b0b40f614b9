import { siteHead } from './site-head.ts'

/** A site that nobody may frame. */
export function unframedPage(origin: string): string {
  return `<!doctype html>
<html lang="zh-CN">
<head>
${siteHead()}
<title>安全座椅召回查询</title>
<meta name="description" content="输入型号和生产日期，查询安全座椅是否在召回范围内。">
<meta property="og:title" content="安全座椅召回查询">
<meta property="og:description" content="输入型号和生产日期，查询安全座椅是否在召回范围内。">
<meta property="og:image" content="${origin}/sandbox/web/pictures/stroller.png">
<style>body{margin:0;padding:28px 20px;font:16px/1.7 system-ui,"Microsoft YaHei","WenQuanYi Micro Hei",sans-serif;color:#1f2a3a;background:#f4f7fb}h1{font-size:22px}label{display:block;margin:12px 0}input{display:block;width:100%;box-sizing:border-box;padding:10px;border:1px solid #c6d0de;border-radius:8px;font:inherit}</style>
</head>
<body>
<h1>安全座椅召回查询</h1>
<p>为保护您的信息，本站不允许嵌入到其他网页中。</p>
<form><label>型号<input name="model" placeholder="例如 CS-900"></label><label>生产日期<input name="made" placeholder="例如 2025-08"></label></form>
<p>查询结果以国家市场监督管理总局公布的名单为准。</p>
</body>
</html>`
}

/** An older site, to be sent in GBK: says its charset in the page only, has no og: tags. */
export function gbkPage(): string {
  return `<html>
<head>
${siteHead('<meta http-equiv="Content-Type" content="text/html; charset=gb2312">')}
<title>新生儿疫苗接种时间表</title>
<meta name="keywords" content="疫苗,新生儿,接种时间">
<meta name="description" content="从出生到六岁，每一针的接种月龄和注意事项。">
</head>
<body bgcolor="#ffffff">
<h1 align="center">新生儿疫苗接种时间表</h1>
<p>接种前请带好预防接种证，并告诉医生宝宝近期是否发热、用药。</p>
<table border="1" cellpadding="6" width="100%">
<tr><th>月龄</th><th>疫苗</th></tr>
<tr><td>出生时</td><td>乙肝疫苗第 1 剂、卡介苗</td></tr>
<tr><td>1 月龄</td><td>乙肝疫苗第 2 剂</td></tr>
<tr><td>2 月龄</td><td>脊灰灭活疫苗第 1 剂</td></tr>
<tr><td>8 月龄</td><td>麻腮风疫苗第 1 剂</td></tr>
</table>
<p>具体安排以当地接种门诊的通知为准。</p>
</body>
</html>`
}

/** A page that says nothing about itself: no title, no description, no picture. */
export function barePage(): string {
  return `<!doctype html>
<html>
<head>
${siteHead()}
</head>
<body>
<p>门店临时通知：今天下午四点以后停电检修，收银改用手工登记，请您谅解。</p>
</body>
</html>`
}
