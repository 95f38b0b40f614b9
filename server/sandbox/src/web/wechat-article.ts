import { escapeHtml } from '../html.ts'
import { siteHead } from './site-head.ts'

interface Chapter {
  heading: string
  picture: string
  caption: string
  paragraphs: readonly string[]
}

const CHAPTERS: readonly Chapter[] = [
  {
    heading: '一、让白天和夜晚分得清', picture: 'crib', caption: '小床里只留一条薄被',
    paragraphs: [
      '很多爸爸妈妈问：为什么别人家的宝宝四个月就能连睡六小时，我们家的两小时就醒？先别急着比较。睡眠是慢慢长出来的，每个孩子的节奏不一样。',
      '我们能做的，是帮他分清白天和夜晚。白天小睡时不用刻意拉窗帘，家里正常走动、说话；晚上则从洗澡开始就把灯调暗，动作放轻，少说话。',
      '大约两三周以后，他的身体会记住：暗下来，就是要睡长觉了。',
    ],
  },
  {
    heading: '二、睡前一小时，按同样的顺序来', picture: 'nightlight', caption: '暖色小夜灯，离床一米以外',
    paragraphs: [
      '洗澡、抚触、换睡袋、喂奶、讲一个短故事、关灯。顺序固定下来，比几点钟更重要。',
      '小夜灯选暖色，亮度以刚好看清孩子的脸为宜。蓝白光会让人清醒，大人也一样。',
      '如果哪天回家晚了，宁可每一步都短一点，也不要跳过。孩子靠的是顺序，不是时钟。',
    ],
  },
  {
    heading: '三、晚上那顿，吃饱但不吃撑', picture: 'feeding', caption: '南瓜小米糊，六个月以上可以尝试',
    paragraphs: [
      '六个月以后开始添加辅食，晚饭建议安排在睡前两小时。南瓜小米糊、胡萝卜肉末粥都容易消化。',
      '第一次尝试的食材放在中午，万一不适应，白天更容易观察。睡前奶照旧，不要因为吃了辅食就减掉。',
      '夜里醒来先等一等，有时候他只是哼唧两声又睡着了。',
    ],
  },
  {
    heading: '四、白天出门，晚上睡得香', picture: 'stroller', caption: '傍晚推车散步二十分钟',
    paragraphs: [
      '户外的光线和风，是最便宜的助眠药。每天两次，每次二十分钟，阴天也可以出去。',
      '推车选能平躺的，回家路上睡着了也不用叫醒。注意别用毯子盖住整个车篷，里面会很快闷热。',
      '做到这四件事，多数宝宝会在一个月内看到变化。如果孩子打鼾、憋气，或体重增长缓慢，请先去看儿科医生。',
    ],
  },
]

const TITLE = '宝宝睡整觉，先做好这四件小事'
const AUTHOR = '树洞育儿'
/** What stands there until the page's own script loads the picture. */
const BLANK = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'

/**
 * A long article in the manner of one on the official-account platform: pictures that load late, a body hidden until its script
 * runs, and what an importer must leave behind: scripts, handlers, tracking attributes, a pixel, a frame, a link to a mini program.
 */
export function wechatArticlePage(origin: string): string {
  const description = '分清昼夜、固定顺序、晚饭提前、白天出门：四件小事，多数家庭一个月能看到变化。'
  const cover = `${origin}/sandbox/web/pictures/crib.png`
  const chapters = CHAPTERS.map(({ heading, picture, caption, paragraphs }, index) => `
<section powered-by="editor.example" data-id="9${index}21" style="margin-top:24px"><h2 style="font-size:18px;color:#3f7f6b" onclick="report('heading',${index})">${escapeHtml(heading)}</h2></section>
<p style="text-align:center"><img class="rich_pages wxw-img" data-src="${origin}/sandbox/web/pictures/${picture}.png?wx_fmt=png" data-type="png" data-ratio="0.65" data-w="800" data-s="300,640" data-backw="578" src="${BLANK}" alt="${escapeHtml(caption)}"></p>
<p style="text-align:center;font-size:13px;color:#888"><span leaf="">${escapeHtml(caption)}</span></p>
${paragraphs.map((text) => `<p style="margin:12px 0" data-track="p${index}"><span leaf="" style="letter-spacing:0.5px">${escapeHtml(text)}</span></p>`).join('\n')}`).join('\n')
  return `<!DOCTYPE html>
<html class="" lang="zh-CN">
<head>
${siteHead()}
<title></title>
<meta name="description" content="${description}">
<meta name="author" content="${AUTHOR}">
<meta property="og:title" content="${TITLE}">
<meta property="og:description" content="${description}">
<meta property="og:image" content="${cover}">
<meta property="og:url" content="${origin}/sandbox/web/article">
<meta property="og:type" content="article">
<meta property="og:site_name" content="文章平台">
<script type="text/javascript" nonce="1902477">
  window.biz = "MzA0MDAwMDAwMQ==";
  window.msg_title = "${TITLE}";
  function report(what, index) { window.reported = (window.reported || []).concat([[what, index]]); }
  document.title = window.msg_title;
</script>
<style>body{margin:0;font:17px/1.8 system-ui,"PingFang SC","Microsoft YaHei","WenQuanYi Micro Hei",sans-serif;color:#262626;background:#fff}
.rich_media{max-width:660px;margin:0 auto;padding:20px 18px 60px}h1{font-size:22px;line-height:1.4;margin:0 0 12px}.meta{font-size:14px;color:#999;margin-bottom:22px}.meta a{color:#576b95}
img{max-width:100%;height:auto;border-radius:6px}.weapp_text_link{color:#576b95}.tool{margin-top:40px;font-size:13px;color:#999}</style>
</head>
<body id="activity-detail" class="zh_CN mm_appmsg" data-uin="0">
<div id="js_article" class="rich_media">
<h1 class="rich_media_title" id="activity-name">${TITLE}</h1>
<div class="meta" id="meta_content"><span class="rich_media_meta" id="js_author_name">苏青</span> <a href="javascript:void(0);" id="js_name">${AUTHOR}</a> <em id="publish_time">2026年3月2日 19:30</em></div>
<div class="rich_media_content js_underline_content" id="js_content" style="visibility: hidden; opacity: 0;">
<section style="display:none" data-mpa="tracker"><img src="${origin}/sandbox/web/pixel.gif?from=article" width="1" height="1"></section>
<p><span leaf="">“只要能让我连着睡四个小时，做什么都行。”这是我们后台收到最多的一句留言。</span></p>
${chapters}
<p><a class="weapp_text_link" data-miniprogram-appid="wx00000000000000aa" data-miniprogram-path="pages/sleep/index" href="">打开小程序，记录宝宝的睡眠</a></p>
<p><iframe class="video_iframe rich_pages" data-src="${origin}/sandbox/web/bad/slow?ms=60000" data-vidtype="2" width="320" height="180" scrolling="no" frameborder="0"></iframe></p>
<p><a href="${origin}/sandbox/web/parking?scene=126&amp;utm_source=article" onclick="report('link',1)" target="_blank">到店体验：浦东店停车指南</a></p>
</div>
<p class="tool">阅读原文 · 赞 · 在看</p>
</div>
<script type="text/javascript">
  (function () {
    var body = document.getElementById('js_content');
    body.style.visibility = 'visible';
    body.style.opacity = '1';
    var late = body.querySelectorAll('img[data-src]');
    for (var index = 0; index < late.length; index += 1) late[index].src = late[index].getAttribute('data-src');
  })();
</script>
</body>
</html>`
}
