import { expect, test } from '@jest/globals'
import { RecentTroubles } from './recent-troubles.ts'

const refusal = { kind: 'database_refuses', message: 'MariaDB: user or password is wrong (1045)' } as const

test('a trouble is told with the time since when it comes again and again, and forgotten when it is over', () => {
  let nowMs = Date.UTC(2026, 0, 1)
  const troubles = new RecentTroubles(() => nowMs)
  expect(troubles.problems()).toEqual([])

  troubles.saw(refusal)
  nowMs += 10_000
  troubles.saw(refusal)
  nowMs += 10_000
  expect(troubles.problems()).toEqual([{ ...refusal, since: '2026-01-01T00:00:00.000Z' }])

  nowMs += 10_000
  expect(troubles.problems()).toEqual([])
  troubles.saw(refusal)
  expect(troubles.problems()).toEqual([{ ...refusal, since: '2026-01-01T00:00:30.000Z' }])
})
