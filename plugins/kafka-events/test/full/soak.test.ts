/** The long soak: 200,000 records over 12 partitions, process and broker killed several times each. */
import { expect, test } from '@jest/globals'
import { seed, useTopic } from '../real-broker.ts'
import { SOAK_PARTITIONS, type SoakPlan, soak, summaryOf } from '../soak.ts'

const kills: SoakPlan['kills'] = ['app', 'broker', 'app', 'broker', 'app', 'broker', 'app', 'broker']

useTopic({ partitions: SOAK_PARTITIONS })

test.each([
  [200_000, 'a partition an event', 1],
  [50_000, 'five partitions an event', 5],
])(
  `every one of %i records is handled, in the order of its partition: %s (seed ${seed})`,
  async (records, _, partitionsPerEventMax) => {
    const result = await soak({ records, kills, failRate: 0.05, slowMsMax: 20, batchSize: 50, partitionsPerEventMax })
    console.log(summaryOf(result))
    expect(result.complaints.slice(0, 10)).toEqual([])
    expect(result.records).toBeGreaterThanOrEqual(records)
    // Of a twentieth that fail; the fuller the events, the fewer attempts there are.
    expect(result.counts.failures).toBeGreaterThan(20)
    expect(result.counts.cutOff).toBeGreaterThan(0)
  },
  600_000,
)
