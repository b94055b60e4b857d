/** The lines of `npm run unknown`. */
import { expect, test } from '@jest/globals'
import { operationLine, settlementLine } from './unknown-rows.ts'

const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5)

const operation = {
  operationId: 'op_1',
  paymentId: 'pay_1',
  kind: 'capture',
  state: 'PENDING',
  amount: 10_000,
  currency: 'KRW',
  createdAt: new Date(NOW_MS - 90_000),
  attempt: 5,
  leaseUntilMs: NOW_MS - 1,
  nextAttemptAtMs: NOW_MS + 16_000,
}

test('an operation says its payment, its age and when the acquirer is asked next', () => {
  const line = 'op_1  capture 10000 KRW (minor units) of pay_1  90.0 s old, attempt 5, '
  expect(operationLine(operation, NOW_MS, NOW_MS)).toBe(`${line}next inquiry in 16.0 s`)
  expect(operationLine({ ...operation, nextAttemptAtMs: NOW_MS }, NOW_MS, NOW_MS)).toBe(`${line}next inquiry is due`)
  expect(operationLine({ ...operation, leaseUntilMs: NOW_MS + 1 }, NOW_MS, NOW_MS)).toBe(
    `${line}somebody asks just now`,
  )
})

test('a settlement says who, why, and what the acquirer has said since', () => {
  const settlement = {
    operationId: 'op_1',
    paymentId: 'pay_1',
    outcome: 'FAILED',
    who: 'kim',
    reason: 'a letter',
    settledAt: new Date(NOW_MS),
    acquirerSaid: null,
  }
  const line = 'op_1  settled by hand as FAILED by kim at 2026-01-02T03:04:05.000Z (a letter): '
  expect(settlementLine(settlement)).toBe(`${line}the acquirer has not answered yet`)
  expect(settlementLine({ ...settlement, acquirerSaid: 'approved' })).toBe(`${line}THE ACQUIRER SAYS approved`)
})
