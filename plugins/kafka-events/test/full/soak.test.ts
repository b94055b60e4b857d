/** The long soak: 200,000 records over 12 partitions, process and broker killed several times each. */
import { expect, test } from '@jest/globals'
import { seed, useTopic } from '../real-broker.ts'
import { SOAK_PARTITIONS, soak } from '../soak.ts'

const RECORDS = 200_000

useTopic({ partitions: SOAK_PARTITIONS })

test(`every one of ${RECORDS} records is handled, in the order of its partition (seed ${seed})`, async () => {
  const result = await soak({
    records: RECORDS,
    kills: ['app', 'broker', 'app', 'broker', 'app', 'broker', 'app', 'broker'],
    failRate: 0.05,
    slowMsMax: 20,
    batchSize: 50,
  })
  console.log(`soak, seed ${seed}: ${JSON.stringify({ ...result, complaints: result.complaints.length })}`)
  expect(result.complaints.slice(0, 10)).toEqual([])
  expect(result.records).toBeGreaterThanOrEqual(RECORDS)
  expect(result.counts.failures).toBeGreaterThan(100)
  expect(result.counts.cutOff).toBeGreaterThan(0)
}, 600_000)
