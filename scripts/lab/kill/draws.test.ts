/** A seed repeats a run: the same flows, the same faults. */
import { describe, expect, test } from '@jest/globals'
import { isOperatorKey } from '../../../shared/contracts/operator-write.ts'
import { createRandom } from '../random.ts'
import { drawFlow } from './flow.ts'
import { drawFaults, victims } from './rounds.ts'

const operators = ['kim', 'lee'].map(name => ({ name, role: 'operator' as const, headers: {} }))

const flowsOf = (seed: number) => {
  const random = createRandom(seed)
  return Array.from({ length: 500 }, (_, index) => drawFlow(random, { merchantId: 'shop', operators }, index))
}

describe('a seed', () => {
  test('gives the same numbers again, and another seed gives others', () => {
    const draw = (seed: number) => Array.from({ length: 20 }, createRandom(seed).fraction)
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
  })

  test('keeps within its bounds and reaches both', () => {
    const random = createRandom(3)
    const drawn = new Set(Array.from({ length: 200 }, () => random.integer(2, 4)))
    expect([...drawn].sort()).toEqual([2, 3, 4])
  })

  test('draws the same faults again: kills, and pauses no longer than allowed', () => {
    const draw = (pauseMsMax: number) => drawFaults(createRandom(5), { rounds: 60, each: false, pauseMsMax })
    expect(draw(18_000)).toEqual(draw(18_000))
    const drawn = (pauseMsMax: number) =>
      new Set(draw(pauseMsMax).map(fault => (fault.kind === 'kill' ? 'kill' : fault.pauseMs)))
    expect(drawn(18_000)).toEqual(new Set(['kill', 5_000, 18_000]))
    expect(drawn(60_000)).toEqual(new Set(['kill', 5_000, 18_000, 60_000]))
    expect(drawn(0)).toEqual(new Set(['kill']))
  })

  test('--each kills and pauses each service once', () => {
    const faults = drawFaults(createRandom(5), { rounds: 20, each: true, pauseMsMax: 18_000 })
    const both = victims.flatMap(victim => [`kill ${victim}`, `pause ${victim}`])
    expect(faults.map(({ kind, victim }) => `${kind} ${victim}`).sort()).toEqual(both.sort())
  })
})

describe('flows', () => {
  test('mix declines, slow buyers, conflicts and purchases without refund', () => {
    const shapes = new Set(flowsOf(1).map(({ calls }) => calls.map(call => `${call.kind} ${call.expected}`).join(', ')))
    expect(shapes).toContain('authorize 402')
    expect(shapes).toContain('authorize 201, capture 200')
    expect(shapes).toContain('authorize 201, void 200')
    expect(shapes).toContain('authorize 201, capture 200, refund 200, refund 409')
    expect(new Set(flowsOf(1).map(flow => flow.paymentMethod))).toEqual(
      new Set(['tok_approve', 'tok_decline', 'tok_slow']),
    )
  })

  test('never use a key twice', () => {
    const keys = flowsOf(2).flatMap(({ calls }) => calls.map(call => call.key))
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('are in part what operators do, under keys of the console', () => {
    const calls = flowsOf(3).flatMap(flow => flow.calls)
    const asked = calls.filter(call => call.asked)
    expect(new Set(asked.map(({ kind }) => kind))).toEqual(new Set(['capture', 'refund', 'void']))
    expect(new Set(asked.map(call => call.asked!.operator.name))).toEqual(new Set(['kim', 'lee']))
    for (const call of calls) expect(isOperatorKey(call.key)).toBe(call.asked !== undefined)
  })

  test('are those of merchants alone where nobody is signed in', () => {
    const flow = drawFlow(createRandom(1), { merchantId: 'shop', operators: [] }, 0)
    expect(flow.calls.filter(({ asked }) => asked)).toEqual([])
  })
})
