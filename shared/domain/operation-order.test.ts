/** Operations in the order of their claims, whatever their ids say. */
import { describe, expect, test } from '@jest/globals'
import { inSequence } from './operation-order.ts'

const ordered = (...rows: Array<[operationId: string, sequence: number | null]>) =>
  inSequence(rows.map(([operationId, sequence]) => ({ operationId, sequence }))).map(row => row.operationId)

describe('inSequence', () => {
  test('the sequence decides, not the id', () => {
    expect(ordered(['op_1', 3], ['op_2', 1], ['op_3', 2])).toEqual(['op_2', 'op_3', 'op_1'])
  })

  test('what was not counted is in the order of its ids', () => {
    expect(ordered(['op_2', null], ['op_1', null])).toEqual(['op_1', 'op_2'])
  })

  test.each([
    { what: 'first', rows: [['op_9', 2] as const, ['op_1', null] as const], order: ['op_1', 'op_9'] },
    { what: 'last', rows: [['op_9', 1] as const, ['op_1', null] as const], order: ['op_9', 'op_1'] },
    {
      what: 'between two that were counted',
      rows: [['op_9', 1] as const, ['op_1', null] as const, ['op_5', 3] as const],
      order: ['op_9', 'op_1', 'op_5'],
    },
  ])('what was not counted takes the place that is free: $what', ({ rows, order }) => {
    expect(ordered(...rows.map(([id, sequence]): [string, number | null] => [id, sequence]))).toEqual(order)
  })
})
