import { expect, test } from '@jest/globals'
import { docs } from '../../../../shared/contracts/routes/get-timeline.ts'
import { stepsOf, type TimelineOperation } from './steps.ts'

const captured = (): TimelineOperation => docs().answers[200].examples.example!.value.operations[0]!

test('of a capture: each step at its time, with what it took', () => {
  const steps = stepsOf(captured())
  expect(steps.map(({ name, detail, tookMs }) => [name, detail, tookMs])).toEqual([
    ['claimed', undefined, null],
    ['asked', undefined, null],
    ['answered', undefined, 21],
    ['recorded', undefined, null],
    ['event', 'payment.captured', 4],
    ['published', undefined, 17],
    ['entry', 'capture', null],
    ['entry', 'fee', 25],
  ])
  expect(steps.filter(({ isVirtual }) => isVirtual).map(({ name }) => name)).toEqual(['claimed', 'recorded'])
})

test('of an undecided operation: only what has happened', () => {
  const undecided: TimelineOperation = {
    ...captured(),
    state: 'PENDING',
    answeredAt: null,
    recordedAt: null,
    event: null,
    entries: [],
    durations: { acquirerMs: null, recordMs: null, publishMs: null, bookMs: null },
  }
  expect(stepsOf(undecided).map(({ name }) => name)).toEqual(['claimed', 'asked'])
})

test('an event that is not published is told', () => {
  const { event, ...rest } = captured()
  const [published] = stepsOf({ ...rest, event: { ...event!, publishedAt: null } }).filter(
    one => one.name === 'published',
  )
  expect(published).toMatchObject({ at: null })
})
