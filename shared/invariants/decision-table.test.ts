/** A table that has grown still finds every decision, and tells those apart that it does not have. */
import { describe, expect, test } from '@jest/globals'
import { type Decision, DecisionTable, NO_ROW } from './decision-table.ts'

const COUNT = 20_000

const idOf = (index: number) => `op_${index.toString(32).toUpperCase().padStart(26, '0')}`

const decisionOf = (index: number): Decision => ({
  state: index % 3 === 0 ? 'DECLINED' : 'APPROVED',
  kind: index % 5 === 0 ? null : index % 2 === 0 ? 'capture' : 'refund',
  amount: index * 1_000_003,
  currency: index % 5 === 0 ? null : 'KRW',
})

describe('DecisionTable', () => {
  const table = new DecisionTable()
  const rows = Array.from({ length: COUNT }, (_, index) => {
    const row = table.set(idOf(index), decisionOf(index))
    table.columns.captured[row] = index
    return row
  })

  test('finds each decision by its operation, and gives it back', () => {
    expect(table.size).toBe(COUNT)
    for (let index = 0; index < COUNT; index += 7) {
      const row = table.find(idOf(index))
      expect(row).toBe(rows[index])
      expect(table.decisionAt(row)).toEqual({ operationId: idOf(index), ...decisionOf(index) })
      expect([table.columns.captured[row], table.columns.holds[row]]).toEqual([index, NO_ROW])
    }
  })

  test('has no row for an operation that it was not given', () => {
    expect(table.find(idOf(COUNT))).toBe(NO_ROW)
    expect(table.find('op_')).toBe(NO_ROW)
    expect(table.find('')).toBe(NO_ROW)
    expect(table.find('x'.repeat(33))).toBe(NO_ROW)
  })

  test('takes the later of two decisions on an operation', () => {
    const row = table.set(idOf(3), { ...decisionOf(3), state: 'CANCELED' })

    expect([row, table.size, table.decisionAt(row).state]).toEqual([rows[3], COUNT, 'CANCELED'])
  })

  test('refuses an id that is longer than ids are', () => {
    expect(() => table.set('x'.repeat(33), decisionOf(1))).toThrow('not an operation')
  })
})
