/** Each service is paused under load: for 5 s, which its clients sit out, for 18 s, and for a minute, longer than any session or time-out. */
import { afterAll, test } from '@jest/globals'
import { expectPausesSurvived, resumeAll } from '../support/pauses.ts'

const SEED = 20_261_128

afterAll(resumeAll, 120_000)

test(`kafka, mariadb, redis and the API are paused in turn for 5 s, 18 s and a minute (seed ${SEED})`, async () => {
  await expectPausesSurvived([5_000, 18_000, 60_000], SEED)
}, 900_000)
