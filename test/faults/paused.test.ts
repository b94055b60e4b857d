/** Each service is paused under load for longer than its clients wait for it. Shorter and longer pauses are in test/full. */
import { afterAll, test } from '@jest/globals'
import { expectPausesSurvived, resumeAll } from '../support/pauses.ts'

const SEED = 20_261_128

afterAll(resumeAll, 120_000)

test(`kafka, mariadb, redis and the API are paused in turn for 18 s (seed ${SEED})`, async () => {
  await expectPausesSurvived([18_000], SEED)
}, 900_000)
