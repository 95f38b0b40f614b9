import { FIRST_FEVER, SLEEP } from './articles.ts'

/** Groups of the demo shop's library, in the order they are shown. */
export const DEMO_GROUPS = ['价目表', '新品', '育儿知识', '门店活动'] as const

/** Groups of the team library, each with the departments (ids of the demo corp) whose staff may use it. */
export const DEMO_TEAM_GROUPS = [{ name: '浦东店专用', departmentIds: [3] }, { name: '徐汇店专用', departmentIds: [4] }] as const

/** @property name as it was called on the uploader's computer · @property file in `files/` */
export interface DemoFile { file: string; name: string }
interface Common {
  title: string
  summary: string
  /** In the corp library; or in the team library, or in the personal one of a member. */
  group: (typeof DEMO_GROUPS)[number] | (typeof DEMO_TEAM_GROUPS)[number]['name'] | { personal: string }
  score: number
  /** Hours before the loading at which it was put into the library. */
  hoursAgo: number
  /** How eagerly it is sent and read; 1 is usual. */
  liking: number
}
/** @property place address on the sandbox's own web, which needs no internet */
export type DemoMaterial = Common & (
  | { type: 'pdf' | 'file' | 'video'; from: DemoFile; cover?: DemoFile }
  | { type: 'image'; pictures: readonly DemoFile[] }
  | { type: 'article'; body: string; cover: DemoFile }
  | { type: 'link'; place: string; cover: DemoFile | null }
  | { type: 'miniprogram'; appId: string; path: string; cover: DemoFile }
)

const days = (n: number, hours = 0) => n * 24 + hours

/** The libraries' contents, the oldest first. The files are made by make-files.mjs. */
export const DEMO_MATERIALS: readonly DemoMaterial[] = [
  { type: 'image', title: '门店地址与营业时间', summary: '浦东店、徐汇店怎么走', group: '门店活动', score: 1, hoursAgo: days(20, 3), liking: 1, pictures: [{ file: 'shops.jpg', name: '门店地址与营业时间.jpg' }] },
  { type: 'pdf', title: '小树苗会员权益手册', summary: '四个等级、积分和到店服务', group: '门店活动', score: 3, hoursAgo: days(19, 6), liking: 1.2, from: { file: 'membership.pdf', name: '小树苗会员权益手册.pdf' } },
  { type: 'pdf', title: '新生儿护理 30 天', summary: '喂奶、洗澡、睡觉、黄疸，第一个月最常遇到的事', group: '育儿知识', score: 3, hoursAgo: days(18, 2), liking: 2, from: { file: 'first-month.pdf', name: '新生儿护理30天.pdf' } },
  { type: 'pdf', title: '待产包清单', summary: '36 周前收拾好，一样一样勾', group: '育儿知识', score: 2, hoursAgo: days(17, 5), liking: 1.1, from: { file: 'hospital-bag.pdf', name: '待产包清单.pdf' } },
  { type: 'image', title: '一岁内奶量参考', summary: '每次多少、每天几次，一张图', group: '育儿知识', score: 1, hoursAgo: days(16, 4), liking: 1.4, pictures: [{ file: 'milk-by-month.jpg', name: '一岁内奶量参考.jpg' }] },
  { type: 'article', title: '宝宝第一次发烧怎么办', summary: '在家先做这五步，什么时候必须去医院', group: '育儿知识', score: 2, hoursAgo: days(15, 7), liking: 1.5, body: FIRST_FEVER, cover: { file: 'cover-fever.jpg', name: '封面-发烧.jpg' } },
  { type: 'article', title: '睡整觉不靠哭', summary: '四个月后的作息调整，一周见效', group: '育儿知识', score: 2, hoursAgo: days(14, 1), liking: 1.3, body: SLEEP, cover: { file: 'cover-sleep.jpg', name: '封面-睡眠.jpg' } },
  { type: 'pdf', title: '婴儿推车选购指南', summary: '四种推车怎么选，八项安全检查', group: '育儿知识', score: 4, hoursAgo: days(13, 6), liking: 1.8, from: { file: 'strollers.pdf', name: '婴儿推车选购指南.pdf' } },
  { type: 'pdf', title: '辅食添加时间表', summary: '6 个月到 1 岁，一张表看懂', group: '育儿知识', score: 3, hoursAgo: days(12, 8), liking: 1.4, from: { file: 'weaning.pdf', name: '辅食添加时间表.pdf' } },
  { type: 'video', title: '安全座椅安装视频', summary: '三分钟学会，装完拉一拉晃一晃', group: '育儿知识', score: 2, hoursAgo: days(12), liking: 0.8, from: { file: 'car-seat.mp4', name: '安全座椅安装.mp4' }, cover: { file: 'cover-seat.jpg', name: '封面-安全座椅.jpg' } },
  { type: 'pdf', title: '2026 春季价目表', summary: '3 月 1 日至 5 月 31 日，门店与线上同价', group: '价目表', score: 5, hoursAgo: days(11, 4), liking: 3, from: { file: 'prices-2026-spring.pdf', name: '2026春季价目表.pdf' } },
  { type: 'image', title: '春夏新品竹棉连体衣', summary: '贴身凉一度，四色任选', group: '新品', score: 3, hoursAgo: days(10, 20), liking: 1.6, pictures: [{ file: 'bamboo-bodysuit.jpg', name: '春夏新品竹棉连体衣.jpg' }] },
  { type: 'image', title: '4 月周末亲子课程表', summary: '抚触、辅食、感统、绘本', group: '门店活动', score: 2, hoursAgo: days(8, 3), liking: 1, pictures: [{ file: 'weekend-classes.jpg', name: '周末亲子课程表.jpg' }] },
  { type: 'image', title: '小树苗春游节', summary: '4 月 11–12 日，世纪公园，80 个家庭', group: '门店活动', score: 3, hoursAgo: days(5, 5), liking: 1.7, pictures: [{ file: 'spring-outing.jpg', name: '春游节海报.jpg' }] },
  { type: 'image', title: '新色到店实拍', summary: '嫩芽绿、奶油白、蜜桃粉，三张看全', group: '新品', score: 2, hoursAgo: days(4, 2), liking: 1.2, pictures: [{ file: 'bamboo-bodysuit.jpg', name: '新色-1.jpg' }, { file: 'spring-outing.jpg', name: '新色-2.jpg' }, { file: 'weekend-classes.jpg', name: '新色-3.jpg' }] },
  { type: 'file', title: '会员积分对照表', summary: '四个等级怎么积、生日送什么', group: '门店活动', score: 1, hoursAgo: days(3, 4), liking: 0.6, from: { file: 'points.xlsx', name: '会员积分对照表.xlsx' } },
  { type: 'link', title: '停车与到店指引', summary: '浦东店怎么停车，三步找到我们', group: '门店活动', score: 1, hoursAgo: days(2, 6), liking: 1.5, place: '/sandbox/web/parking', cover: null },
  { type: 'link', title: '安全座椅召回查询', summary: '输入型号，查查家里的座椅', group: '育儿知识', score: 1, hoursAgo: days(2, 3), liking: 0.5, place: '/sandbox/web/unframed', cover: null },
  { type: 'miniprogram', title: '小树苗商城', summary: '会员价下单，上海次日达', group: '新品', score: 0, hoursAgo: days(1, 8), liking: 0.4, appId: 'wx1a2b3c4d5e6f7a8b', path: 'pages/home/index', cover: { file: 'shops.jpg', name: '商城封面.jpg' } },
  { type: 'image', title: '浦东店店庆海报', summary: '本周末店庆，进店有礼', group: '浦东店专用', score: 2, hoursAgo: days(1, 5), liking: 0.8, pictures: [{ file: 'spring-outing.jpg', name: '浦东店店庆.jpg' }] },
  { type: 'image', title: '徐汇店亲子课', summary: '徐汇店四月课程', group: '徐汇店专用', score: 2, hoursAgo: days(1, 4), liking: 0.8, pictures: [{ file: 'weekend-classes.jpg', name: '徐汇店亲子课.jpg' }] },
  { type: 'image', title: '我的微信名片', summary: '有问题随时找我', group: { personal: 'wuxiaoyan' }, score: 0, hoursAgo: days(1, 2), liking: 0.5, pictures: [{ file: 'shops.jpg', name: '吴晓燕的名片.jpg' }] },
]
