import { describe, expect, test } from '@jest/globals'
import { differencesBetween, perUnit } from './row-sizes.ts'

const product = {
  payment: { rows: 1, bytes: 300 },
  outbox_event: { rows: 1, bytes: 700 },
  incarnation: { rows: 0, bytes: 0 },
}

describe('row sizes', () => {
  test('are what was added, for each unit', () => {
    const before = { payment: { rows: 10, bytes: 1_000 } }
    const after = { payment: { rows: 14, bytes: 2_000 }, outbox_event: { rows: 4, bytes: 80 } }
    expect(perUnit(before, after, 4)).toEqual({
      payment: { rows: 1, bytes: 250 },
      outbox_event: { rows: 1, bytes: 20 },
    })
  })

  test('about as large is the same', () => {
    expect(differencesBetween(product, { ...product, payment: { rows: 1, bytes: 290 } })).toEqual([])
  })

  test.each([
    ['a row too few', { ...product, payment: { rows: 0, bytes: 300 } }],
    ['a row too many', { ...product, payment: { rows: 1.01, bytes: 300 } }],
    ['rows that are too small', { ...product, payment: { rows: 1, bytes: 200 } }],
    ['a table that only the product writes', { outbox_event: product.outbox_event }],
    ['a table that only the direct writer writes', { ...product, extra: { rows: 1, bytes: 10 } }],
  ])('%s is a difference', (_, direct) => {
    expect(differencesBetween(product, direct)).toHaveLength(1)
  })
})
