/** 12 partitions, handlers that fail at random, kills of process and broker: nothing missing, nothing out of order. */
import { describe, expect, test } from '@jest/globals'
import { DeliveryCheck } from '../delivery-check.ts'
import type { Attempt, Entry } from '../journal.ts'
import { seed, TEST_TIMEOUT_MS, useTopic } from '../real-broker.ts'
import { SOAK_PARTITIONS, type SoakPlan, soak, summaryOf } from '../soak.ts'

describe('a soak', () => {
  useTopic({ partitions: SOAK_PARTITIONS })

  /** With several partitions an event, and longer: soak.test.ts. */
  const plan: SoakPlan = {
    records: 4_000,
    kills: ['app', 'broker'],
    failRate: 0.1,
    slowMsMax: 40,
    batchSize: 20,
    partitionsPerEventMax: 1,
  }

  test(
    `every one of ${plan.records} records is handled, in the order of its partition (seed ${seed})`,
    async () => {
      const result = await soak(plan)
      console.log(summaryOf(result))
      expect(result.complaints.slice(0, 10)).toEqual([])
      expect(result.records).toBeGreaterThanOrEqual(plan.records)
      expect(result.counts.failures).toBeGreaterThan(0)
      expect(result.counts.cutOff).toBeGreaterThan(0)
    },
    TEST_TIMEOUT_MS,
  )
})

describe('the check itself', () => {
  const line = (kind: Attempt['kind'], first: number, last: number, more: Partial<Attempt> = {}): Attempt => ({
    kind,
    pid: 1,
    partition: 0,
    first,
    last,
    gaps: false,
    ...more,
  })
  const handled = (first: number, last: number, more?: Partial<Attempt>) => [
    line('begin', first, last, more),
    line('done', first, last, more),
  ]
  const judged = (entries: Entry[], end: number, check = new DeliveryCheck(1)) => {
    check.take(entries)
    return { complaints: check.finish([end]), counts: check.counts }
  }

  test('has nothing against batches in order, a failed one again, and another process after a kill', () => {
    const retried = [line('begin', 5, 9), line('fail', 5, 9), ...handled(5, 9)]
    const killed: Entry[] = [line('begin', 10, 14), { kind: 'gone', pid: 1, committed: [5] }]
    const { complaints, counts } = judged([...handled(0, 4), ...retried, ...killed, ...handled(5, 14, { pid: 2 })], 15)
    expect(complaints).toEqual([])
    expect(counts).toEqual({ attempts: 5, failures: 1, redelivered: 5, rewinds: 1, cutOff: 1 })
  })

  const faults: [what: string, entries: Entry[], complaint: RegExp][] = [
    ['a gap between batches', [...handled(0, 4), ...handled(6, 9)], /6–9 in 1 begins when only the records before 5/],
    ['a gap in a batch', handled(0, 9, { gaps: true }), /lacks records in between/],
    ['a missing end', handled(0, 8), /handled up to 9 of 10/],
    ['an overlap', [line('begin', 0, 4), ...handled(0, 9)], /0–9 in 1 begins beside 0–4 in 1/],
    ['an overlap of processes', [line('begin', 0, 4), ...handled(0, 9, { pid: 2 })], /begins beside 0–4 in 1/],
    ['an order break', [...handled(5, 9), ...handled(0, 9)], /5–9 in 1 begins when only the records before 0 are done/],
    [
      'going on after a failure',
      [line('begin', 0, 4), line('fail', 0, 4), ...handled(5, 9)],
      /5–9 in 1 begins when only/,
    ],
    ['a duplicate without a cause', [...handled(0, 4), ...handled(0, 9)], /0–9 in 1 begins again/],
    ['a batch that never ends', [...handled(0, 9), line('begin', 10, 10)], /10–10 in 1 has not ended/],
    [
      'an end of something else',
      [line('begin', 0, 9), line('done', 0, 8), ...handled(9, 9)],
      /0–8 in 1 ends, but did not/,
    ],
    [
      'a commit of what was not done',
      [...handled(0, 4), line('begin', 5, 9), { kind: 'gone', pid: 1, committed: [10] }, ...handled(5, 9, { pid: 2 })],
      /committed 10 when only the records before 5 were done/,
    ],
    [
      'going on elsewhere than where it was committed',
      [...handled(0, 4), { kind: 'gone', pid: 1, committed: [5] }, ...handled(0, 9, { pid: 2 })],
      /0–9 in 2 begins where 5 was committed/,
    ],
  ]

  test.each(faults)('complains about %s', (_, entries, complaint) => {
    expect(judged(entries, 10).complaints).toContainEqual(expect.stringMatching(complaint))
  })

  test('lets processes overlap where partitions change hands, and one process never', () => {
    const relaxed = () => new DeliveryCheck(1, { overlap: 'across processes' })
    const begun: Entry[] = [{ kind: 'disturbed' }, line('begin', 0, 9)]
    expect(judged([...begun, ...handled(0, 9, { pid: 2 }), line('done', 0, 9)], 10, relaxed()).complaints).toEqual([])
    expect(judged([...begun, ...handled(0, 9), line('done', 0, 9)], 10, relaxed()).complaints).not.toEqual([])
  })
})
