import { describe, expect, test } from 'vitest'
import { DATA_SCOPES, coversScope } from '@zhike/shared'
import { createOrganisation, ownersOf, unionOf } from '../../server/src/modules/identity/organisation.ts'
import { safeNext } from '../../server/src/modules/identity/sign-in.ts'

/** 总部(1) ⊃ 浦东店(2) ⊃ 浦东一组(3); 徐汇店(9) hangs under a department outside the visible range. */
const organisation = createOrganisation({
  departments: [
    { departmentId: 1, parentId: null, name: '总部' },
    { departmentId: 2, parentId: 1, name: '浦东店' },
    { departmentId: 3, parentId: 2, name: '浦东一组' },
    { departmentId: 9, parentId: 77, name: '徐汇店' },
  ],
  memberships: [
    { staffId: 1, departmentId: 2 }, { staffId: 2, departmentId: 2 }, { staffId: 3, departmentId: 3 }, { staffId: 4, departmentId: 9 }, { staffId: 5, departmentId: 9 },
  ],
  // 周敏 leads 浦东店 without being in a group of it.
  leaderships: [{ staffId: 1, departmentId: 2 }, { staffId: 4, departmentId: 9 }],
  staff: [
    { id: 1, useridKey: 'zhoumin', directLeaders: [] }, { id: 2, useridKey: 'wu', directLeaders: ['zhoumin'] }, { id: 3, useridKey: 'chen', directLeaders: ['wu'] },
    { id: 4, useridKey: 'xu', directLeaders: ['chen'] }, { id: 5, useridKey: 'he', directLeaders: ['xu', 'he'] },
  ],
})
const zhoumin = { staffId: 1, useridKey: 'zhoumin' }
const owners = (scope: Parameters<typeof ownersOf>[0], who = zhoumin) => {
  const found = ownersOf(scope, who, organisation)
  return found.all ? 'all' : [...found.staffIds].sort()
}

describe('data scopes · SYS-5', () => {
  test('self is the viewer alone', () => expect(owners('self')).toEqual([1]))
  test('managed is everyone in and below the departments she leads, and herself', () => {
    expect(owners('managed')).toEqual([1, 2, 3])
    expect(owners('managed', { staffId: 4, useridKey: 'xu' })).toEqual([4, 5])
    expect(owners('managed', { staffId: 2, useridKey: 'wu' })).toEqual([2])
  })
  test('subordinates are found over all levels, and a circle of superiors ends', () => {
    expect(owners('self_and_sub', { staffId: 2, useridKey: 'wu' })).toEqual([2, 3, 4, 5])
    expect(owners('sub_only', { staffId: 5, useridKey: 'he' })).toEqual([])
  })
  test('subordinates without own leaves her own out', () => expect(owners('sub_only')).toEqual([2, 3, 4, 5]))
  test('all needs no list', () => expect(owners('all')).toBe('all'))
  test('what a scope covers is never more than what it sees, whoever she is · SYS-4', () => {
    const people = [1, 2, 3, 4, 5].map((staffId) => ({ staffId, useridKey: ['zhoumin', 'wu', 'chen', 'xu', 'he'][staffId - 1] ?? '' }))
    for (const held of DATA_SCOPES) for (const scope of DATA_SCOPES.filter((one) => coversScope([held], one))) for (const person of people) {
      const [wide, narrow] = [owners(held, person), owners(scope, person)]
      if (wide !== 'all') expect(wide, `${held} covers ${scope}`).toEqual(expect.arrayContaining([...narrow]))
    }
    expect(coversScope(['managed'], 'self_and_sub')).toBe(false)
    expect(coversScope(['self_and_sub'], 'managed')).toBe(true)
    expect(coversScope(['managed', 'sub_only'], 'sub_only')).toBe(true)
  })
  test('several roles add up · SYS-4', () => {
    expect(unionOf([{ all: false, staffIds: [1, 2] }, { all: false, staffIds: [2, 3] }])).toEqual({ all: false, staffIds: [1, 2, 3] })
    expect(unionOf([{ all: false, staffIds: [1] }, { all: true }])).toEqual({ all: true })
    expect(unionOf([])).toEqual({ all: false, staffIds: [] })
  })
})

describe('where a sign-in leads back to', () => {
  test.each(['/sidebar?corp=ww1#/materials', '/workbench'])('%s is ours', (next) => expect(safeNext(next)).toBe(next))
  test.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '/a\nSet-Cookie: x', ''])('%j is not, and leads to the workbench', (next) => expect(safeNext(next)).toBe('/workbench'))
})
