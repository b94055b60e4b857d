/** Which stages could open more connections than their database has. */
import { describe, expect, test } from '@jest/globals'
import { connectionProblem } from './connections.ts'

const asking = { DATABASE_URL: 'mysql://x' }
const users = (databaseConnections: number | undefined, instances: (number | null)[]) => ({
  functions: {
    alone: { name: 'alone', events: [] },
    ...Object.fromEntries(
      instances.map((reservedConcurrency, index) => [
        `asking${index}`,
        { name: `asking${index}`, events: [], environment: asking, reservedConcurrency },
      ]),
    ),
  },
  provider: { environment: { DATABASE_CONNECTIONS: '3' } },
  custom: { settings: { stage: { databaseConnections } } },
})

describe('connectionProblem', () => {
  test.each([
    [12, [2, 2]],
    [13, [4]],
    [undefined, [100, null]],
  ])('none when there are %p for instances of %p', (max, instances) => {
    expect(connectionProblem(users(max, instances))).toBeUndefined()
  })

  test('instances that could open more are refused', () => {
    expect(connectionProblem(users(11, [2, 2]))).toBe(
      '4 instances may open 12 connections to the database; databaseConnections is 11',
    )
  })

  test('a function that may have any number of instances is refused', () => {
    expect(connectionProblem(users(12, [2, null]))).toContain('12, and asking1 may have any number')
  })
})
