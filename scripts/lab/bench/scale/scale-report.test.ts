/** The floors: which of them a run has reached. */
import { expect, test } from '@jest/globals'
import type { ScaleResult } from './run-scale.ts'
import { floorsFound } from './scale-report.ts'

const look = (authorize: number, flow: number, empty = 4_000) =>
  ({
    cases: [
      { kind: 'authorize', concurrency: 32, figures: { requestsPerSecond: authorize } },
      { kind: 'flow', concurrency: 32, figures: { requestsPerSecond: flow } },
      { kind: 'empty', concurrency: 32, figures: { requestsPerSecond: empty } },
    ],
  }) as ScaleResult['empty']

const drain = (what: 'relay' | 'consumer', perSecond: number) => ({ what, perSecond }) as ScaleResult['drains'][number]

test('a floor is reached at the figure itself, and missed below it', () => {
  const found = floorsFound({
    empty: look(1_000, 800),
    full: look(750, 599),
    drains: [drain('relay', 8_000), drain('consumer', 4_999)],
    verify: { perSecond: 3_100 } as ScaleResult['verify'],
  })
  expect(found.map(({ what, found: figure, reached }) => [what, figure, reached])).toEqual([
    ['authorize @32, full ÷ empty', '75.0 %', true],
    ['flow @32, full ÷ empty', '74.9 %', false],
    ['relay, events', '8000/s', true],
    ['consumer, events', '4999/s', false],
    ['verify, payments', '3100/s', true],
  ])
})

test('a machine that has become slower for everybody is taken off', () => {
  const [authorize] = floorsFound({
    empty: look(1_000, 800),
    full: look(400, 320, 2_000),
    drains: [],
    verify: { perSecond: 3_000 } as ScaleResult['verify'],
  })
  expect(authorize).toMatchObject({ found: '80.0 %', reached: true })
})
