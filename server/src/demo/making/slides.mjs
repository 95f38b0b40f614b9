// The demo shop's short film: slides that fade into each other. Everything in them is made up for the demo.
import { COLORS, sapling } from './layout.mjs'

const seat = (tilt) => `<svg class="art" width="420" height="420" viewBox="0 0 140 140"><ellipse cx="70" cy="128" rx="56" ry="7" fill="${COLORS.leaf}" opacity=".6"/><g transform="rotate(${tilt} 70 90)"><path d="M42 26c0-10 56-10 56 0l8 62c1 10-8 16-18 16H52c-10 0-19-6-18-16z" fill="${COLORS.green}"/><path d="M50 34c0-6 40-6 40 0l5 48c1 6-5 10-12 10H57c-7 0-13-4-12-10z" fill="#fff" opacity=".85"/><path d="M58 40l12 34 12-34M70 74v16" stroke="${COLORS.green}" stroke-width="5" fill="none" stroke-linecap="round"/></g></svg>`

export const FILM = {
  file: 'car-seat.mp4', seconds: 3.5, width: 720, height: 960,
  slides: [
    { background: `linear-gradient(165deg, ${COLORS.pale}, #fff)`, body: `<h1>安全座椅<br>三步装好</h1><h2>跟着做，三分钟</h2>${seat(0)}` },
    { background: '#fff', body: `<p class="no">1</p><h1>扣上接口</h1><h2>推到底，听到「咔」一声，<br>指示变成绿色</h2>${seat(-8)}` },
    { background: '#fff', body: `<p class="no">2</p><h1>压实靠背</h1><h2>膝盖顶住座位，<br>支撑腿踩到车底</h2>${seat(8)}` },
    { background: COLORS.blush, body: `<p class="no">3</p><h1>拉一拉，晃一晃</h1><h2>左右晃动不超过一指宽，<br>就装好了</h2>${seat(0)}` },
  ],
}

/** One slide as a page of the film's size. */
export function slideHtml({ background, body }) {
  return `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><style>*{margin:0;box-sizing:border-box}body{width:720px;height:960px;padding:56px;background:${background};font-family:"WenQuanYi Micro Hei",sans-serif;color:#1d2b24;position:relative;overflow:hidden}
    .brand{display:flex;align-items:center;gap:12px;font-size:24px;font-weight:700;color:${COLORS.green}}h1{margin-top:44px;font-size:68px;line-height:1.25}h2{margin-top:14px;font-size:34px;font-weight:400;line-height:1.5;color:${COLORS.grey}}
    .no{margin-top:34px;font-size:120px;line-height:1;font-weight:700;color:${COLORS.green}}.no+h1{margin-top:6px}.art{position:absolute;left:150px;bottom:20px}</style>
    <body><div class="brand">${sapling(36)}小树苗母婴</div>${body}</body></html>`
}
