import type { AnswerOf } from '@zhike/shared/contract'

type Department = AnswerOf<'GET /api/departments'>['departments'][number]

/** Departments as lines of a choice, in the order of the tree, indented by level; the first one means all. */
export function departmentOptions(departments: readonly Department[]): { value: number; label: string }[] {
  const known = new Set(departments.map(({ departmentId }) => departmentId))
  const childrenOf = new Map<number | null, Department[]>()
  for (const department of departments) {
    const parent = department.parentId !== null && known.has(department.parentId) ? department.parentId : null
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), department])
  }
  const lines: { value: number; label: string }[] = [{ value: 0, label: '全部部门' }]
  const add = (parent: number | null, level: number): void => {
    // In WeCom the greater order comes first (wecom-api/02 departments).
    for (const { departmentId, name, members } of [...(childrenOf.get(parent) ?? [])].sort((a, b) => b.order - a.order)) {
      lines.push({ value: departmentId, label: `${'　'.repeat(level)}${name}（${members}）` })
      if (level < 15) add(departmentId, level + 1)
    }
  }
  add(null, 0)
  return lines
}
