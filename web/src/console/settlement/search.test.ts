import { describe, expect, test } from '@jest/globals'
import { breakStates } from '../../../../shared/contracts/lists.ts'
import { contract } from '../../../../shared/contracts/routes/find-breaks.ts'
import { batchesQueryOf, breaksQueryOf, breakTabOf, breakTabs, searchOf } from './search.ts'

const FILE = 'rcf_01M8HT4C7Q2W9E5R8T1Y6V3B0N'

test('an address keeps what its list can be asked for, and nothing else', () => {
  expect(searchOf('files')({ state: 'PREPARED', cursor: '', lang: 'en', merchantId: 'm' })).toEqual({
    state: 'PREPARED',
  })
})

test.each([
  [
    { from: '2026-11-01', state: 'PAID' },
    { soldFrom: '2026-11-01', soldTo: undefined, state: 'PAID' },
  ],
  [
    { by: 'due', to: '2026-11-01', merchantId: 'shop' },
    { dueTo: '2026-11-01', merchantId: 'shop' },
  ],
  [{ by: 'nope', to: '2026-11-01' }, { soldTo: '2026-11-01' }],
  [{ usedUp: 'true' }, { usedUp: 'true' }],
])('batches by %j are asked for by days of one kind', (search, query) => {
  expect(batchesQueryOf(search)).toEqual({ ...query, limit: 50 })
})

describe('breaks', () => {
  test('every state is open or closed, and open ones are on a tab of their own', () => {
    expect([...breakTabs.open, ...breakTabs.closed].sort()).toEqual([...breakStates].sort())
    expect([...breakTabs.unassigned, ...breakTabs.assigned, ...breakTabs.proposed]).toEqual(breakTabs.open)
  })

  test.each([
    [{}, 'open', 'OPEN,ASSIGNED,PROPOSED'],
    [{ tab: 'closed' }, 'closed', 'RESOLVED,WRITTEN_OFF'],
    [{ tab: 'nope' }, 'open', 'OPEN,ASSIGNED,PROPOSED'],
    [{ fileId: FILE }, undefined, undefined],
    [{ fileId: FILE, tab: 'proposed' }, 'proposed', 'PROPOSED'],
  ])('%j asks for what the API takes', (search, tab, state) => {
    const query = breaksQueryOf(search)
    expect([breakTabOf(search), query.state]).toEqual([tab, state])
    expect(contract.query.safeParse({ ...query, limit: String(query.limit) }).success).toBe(true)
    expect(query).not.toHaveProperty('tab')
  })
})
