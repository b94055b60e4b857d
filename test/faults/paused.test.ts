/** Kafka is paused under load for longer than its clients wait for it. Every service and other lengths are in test/full. */
import { afterAll, test } from '@jest/globals'
import { expectPausesSurvived, resumeAll } from '../support/pauses.ts'

const SEED = 20_261_128

afterAll(resumeAll, 120_000)

test(`kafka is paused for 18 s (seed ${SEED})`, async () => {
  await expectPausesSurvived([18_000], SEED, ['kafka'])
}, 900_000)
