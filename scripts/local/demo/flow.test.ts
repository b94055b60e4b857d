/** What payments the demo panel's traffic is made of. */
import { expect, test } from '@jest/globals'
import { behaviorOf } from '../../../shared/contracts/test-tokens.ts'
import { drawFlow } from './flow.ts'

const many = Array.from({ length: 2_000 }, (_, at) => drawFlow(7, at))
const share = (isOne: (flow: (typeof many)[number]) => boolean) => many.filter(isOne).length / many.length

test('the same seed and number are the same payment, another of either is not', () => {
  expect(drawFlow(7, 3)).toEqual(many[3])
  const texts = new Set(many.slice(0, 20).map(flow => JSON.stringify(flow)))
  expect(texts.size).toBeGreaterThan(15)
  const ofAnotherSeed = Array.from({ length: 20 }, (_, at) => drawFlow(8, at))
  expect(ofAnotherSeed).not.toEqual(many.slice(0, 20))
})

test('it mixes approved, declined, captured, refunded and voided payments', () => {
  const isDeclined = ({ paymentMethod }: (typeof many)[number]) =>
    behaviorOf(paymentMethod, 'authorize').kind !== 'approve'
  expect(share(isDeclined)).toBeGreaterThan(0.08)
  expect(share(isDeclined)).toBeLessThan(0.2)
  expect(share(({ capture }) => capture)).toBeGreaterThan(0.5)
  for (const wanted of ['capture', 'refund', 'void'])
    expect(share(({ steps }) => steps.some(({ step }) => step === wanted))).toBeGreaterThan(0.02)
  expect(many.filter(flow => isDeclined(flow) && (flow.capture || flow.steps.length > 0))).toEqual([])
})

test('amounts are whole, and a part is less than all', () => {
  for (const { amount, steps } of many) {
    expect(Number.isInteger(amount) && amount >= 100).toBe(true)
    for (const { part } of steps) if (part !== undefined) expect(part > 0 && part < amount).toBe(true)
  }
})
