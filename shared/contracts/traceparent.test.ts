import { describe, expect, test } from '@jest/globals'
import { formatTraceparent, parseTraceparent, traceIdIn } from './traceparent.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const spanId = '00f067aa0ba902b7'

describe('parseTraceparent', () => {
  test.each([
    ['00', false],
    ['01', true],
    // Of the other flags nothing is known, and they are no reason to refuse.
    ['02', false],
    ['03', true],
  ])('flags %s: sampled %s', (flags, isSampled) => {
    expect(parseTraceparent(`00-${traceId}-${spanId}-${flags}`)).toEqual({ traceId, spanId, isSampled })
  })

  test.each([
    undefined,
    null,
    '',
    `01-${traceId}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${traceId}-${spanId}-01,00-${traceId}-${spanId}-01`,
    ` 00-${traceId}-${spanId}-01`,
  ])('%s is none', text => {
    expect(parseTraceparent(text)).toBeUndefined()
    expect(traceIdIn(text)).toBeUndefined()
  })

  test('reads what formatTraceparent writes', () => {
    for (const isSampled of [true, false]) {
      const context = { traceId, spanId, isSampled }
      expect(parseTraceparent(formatTraceparent(context))).toEqual(context)
      expect(traceIdIn(formatTraceparent(context))).toBe(traceId)
    }
  })
})
