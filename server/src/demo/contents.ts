import type { MaterialType } from '@zhike/shared'

/** Groups of the demo shop's library, in the order they are shown. */
export const DEMO_GROUPS = ['价目表', '新品', '育儿知识', '门店活动'] as const

/** @property name as it was called on the uploader's computer · @property file in `files/` */
export interface DemoFile { file: string; name: string }
interface Common {
  title: string
  summary: string
  group: (typeof DEMO_GROUPS)[number]
  score: number
  /** Hours before the loading at which it was put into the library. */
  hoursAgo: number
  /** How eagerly it is sent and read; 1 is usual. */
  liking: number
}
export type DemoMaterial = Common & ({ type: Exclude<MaterialType, 'link'>; from: DemoFile } | { type: 'link'; url: string; cover: DemoFile | null })

const days = (n: number, hours = 0) => n * 24 + hours

/** Fifteen materials, the oldest first. The files are made by make-files.mjs. */
export const DEMO_MATERIALS: readonly DemoMaterial[] = [
  { type: 'image', title: '门店地址与营业时间', summary: '浦东店、徐汇店怎么走', group: '门店活动', score: 1, hoursAgo: days(20, 3), liking: 1, from: { file: 'shops.jpg', name: '门店地址与营业时间.jpg' } },
  { type: 'pdf', title: '小树苗会员权益手册', summary: '四个等级、积分和到店服务', group: '门店活动', score: 3, hoursAgo: days(19, 6), liking: 1.2, from: { file: 'membership.pdf', name: '小树苗会员权益手册.pdf' } },
  { type: 'pdf', title: '新生儿护理 30 天', summary: '喂奶、洗澡、睡觉、黄疸，第一个月最常遇到的事', group: '育儿知识', score: 3, hoursAgo: days(18, 2), liking: 2, from: { file: 'first-month.pdf', name: '新生儿护理30天.pdf' } },
  { type: 'pdf', title: '待产包清单', summary: '36 周前收拾好，一样一样勾', group: '育儿知识', score: 2, hoursAgo: days(17, 5), liking: 1.1, from: { file: 'hospital-bag.pdf', name: '待产包清单.pdf' } },
  { type: 'image', title: '一岁内奶量参考', summary: '每次多少、每天几次，一张图', group: '育儿知识', score: 1, hoursAgo: days(16, 4), liking: 1.4, from: { file: 'milk-by-month.jpg', name: '一岁内奶量参考.jpg' } },
  { type: 'link', title: '宝宝第一次发烧怎么办', summary: '在家先做这五步，什么时候必须去医院', group: '育儿知识', score: 2, hoursAgo: days(15, 7), liking: 1.5, url: 'https://www.example.com/xiaoshumiao/first-fever', cover: { file: 'cover-fever.jpg', name: '封面-发烧.jpg' } },
  { type: 'link', title: '睡整觉不靠哭', summary: '四个月后的作息调整，一周见效', group: '育儿知识', score: 2, hoursAgo: days(14, 1), liking: 1.3, url: 'https://www.example.com/xiaoshumiao/sleep', cover: { file: 'cover-sleep.jpg', name: '封面-睡眠.jpg' } },
  { type: 'pdf', title: '婴儿推车选购指南', summary: '四种推车怎么选，八项安全检查', group: '育儿知识', score: 4, hoursAgo: days(13, 6), liking: 1.8, from: { file: 'strollers.pdf', name: '婴儿推车选购指南.pdf' } },
  { type: 'pdf', title: '辅食添加时间表', summary: '6 个月到 1 岁，一张表看懂', group: '育儿知识', score: 3, hoursAgo: days(12, 8), liking: 1.4, from: { file: 'weaning.pdf', name: '辅食添加时间表.pdf' } },
  { type: 'link', title: '安全座椅安装视频', summary: '三分钟学会，装完拉一拉晃一晃', group: '育儿知识', score: 2, hoursAgo: days(12), liking: 0.8, url: 'https://www.example.com/xiaoshumiao/car-seat', cover: null },
  { type: 'pdf', title: '2026 春季价目表', summary: '3 月 1 日至 5 月 31 日，门店与线上同价', group: '价目表', score: 5, hoursAgo: days(11, 4), liking: 3, from: { file: 'prices-2026-spring.pdf', name: '2026春季价目表.pdf' } },
  { type: 'image', title: '春夏新品竹棉连体衣', summary: '贴身凉一度，四色任选', group: '新品', score: 3, hoursAgo: days(10, 20), liking: 1.6, from: { file: 'bamboo-bodysuit.jpg', name: '春夏新品竹棉连体衣.jpg' } },
  { type: 'image', title: '4 月周末亲子课程表', summary: '抚触、辅食、感统、绘本', group: '门店活动', score: 2, hoursAgo: days(8, 3), liking: 1, from: { file: 'weekend-classes.jpg', name: '周末亲子课程表.jpg' } },
  { type: 'image', title: '小树苗春游节', summary: '4 月 11–12 日，世纪公园，80 个家庭', group: '门店活动', score: 3, hoursAgo: days(5, 5), liking: 1.7, from: { file: 'spring-outing.jpg', name: '春游节海报.jpg' } },
  { type: 'link', title: '双向高景观推车上新', summary: '一键收拢、单手换向，会员价 1,999 元', group: '新品', score: 4, hoursAgo: days(2, 6), liking: 1.5, url: 'https://www.example.com/xiaoshumiao/stroller-2026', cover: null },
]
