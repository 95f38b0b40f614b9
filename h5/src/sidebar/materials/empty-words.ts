import type { MaterialScope, Permission } from '@zhike/shared'

/** What an empty shelf says, with the next step. @property searched the words of a search, or empty */
interface Shelf { searched: string; scope: MaterialScope; shelf: string; can: (permission: Permission) => boolean }
interface EmptyWords { art: 'search' | 'material'; title: string; hint: string; action?: string }

const ALL = '看全部素材'

export type EmptyWordsOf = typeof emptyWords

export function emptyWords({ searched, scope, shelf, can }: Shelf): EmptyWords {
  if (searched !== '') return { art: 'search', title: '没有找到', hint: `没有标题或文件名里带「${searched}」的素材，也可以输入拼音首字母`, action: '清空搜索' }
  const art = 'material'
  if (shelf === 'sent') return { art, title: '最近还没有发过素材', hint: '发出去的素材会留在这里，下次一点就能再发。', action: ALL }
  if (shelf === 'favourites') return { art, title: '还没有收藏', hint: '点素材上的星，常用的就在这里。', action: ALL }
  if (shelf === 'sent_week') return { art, title: '本周还没有人发过', hint: '同事发得多的会排在前面。', action: ALL }
  if (scope === 'personal') return { art, title: '还没有自己的素材', hint: '只有你看得到、发得出，一样能知道谁看了。', action: '新建我的素材' }
  if (scope === 'team') return { art, title: '团队里还没有素材', hint: can('team_materials.write') ? '到工作台的「内容 → 团队」里新建分组并上传。' : '请主管在工作台的「内容 → 团队」里上传。' }
  return { art, title: '还没有素材', hint: can('materials.write') ? '到工作台的「内容」里上传第一份。' : '请管理员在工作台的「内容」里上传。' }
}
