/** The conformance table's live rows, each as a test against a real broker under a real `serverless offline start`. */
import { afterAll, beforeAll, describe, test } from '@jest/globals'
import { brokers } from '../broker.ts'
import { topics } from '../conformance/rows/index.ts'
import { titleOf } from '../conformance/support/row.ts'
import { isLive, Suite } from '../conformance/support/suite.ts'

// All rows run at once: the first test to be reported waits for the start, and any may be the slowest.
const TIMEOUT_MS = 240_000

const suite = new Suite(
  topics.flatMap(({ rows }) => rows),
  brokers,
)

beforeAll(() => suite.start(), TIMEOUT_MS)

afterAll(() => suite.stop(), TIMEOUT_MS)

for (const { title, rows } of topics)
  describe(title, () => {
    for (const row of rows.filter(isLive)) test(titleOf(row), () => suite.verdict(row), TIMEOUT_MS)
  })
