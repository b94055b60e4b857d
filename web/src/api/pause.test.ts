import { expect, test } from '@jest/globals'
import { createPauses } from './pause.ts'

const AN_HOUR_MS = 3_600_000

test('a pause ends when its time is over, and all of them when somebody wakes them', async () => {
  const { pause, wake } = createPauses()
  await pause(1)
  const both = Promise.all([pause(AN_HOUR_MS), pause(AN_HOUR_MS)])
  wake()
  expect(await both).toHaveLength(2)
})
