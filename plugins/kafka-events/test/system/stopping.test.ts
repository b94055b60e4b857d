/** How the plugin ends: what runs is finished and committed, or left to the next start, and the group is left behind tidily. */
import { expect, test } from '@jest/globals'
import { until } from '../../../../shared/runtime/until.ts'
import { committed, journal, produceTo, start, TEST_TIMEOUT_MS, useTopic, valuesOf } from '../real-broker.ts'

useTopic({ partitions: 3 })

test(
  'TERM lets the running batch finish, commits it and begins no other',
  async () => {
    journal.hold()
    const app = await start({ FIXTURE_BATCH_SIZE: '5' })
    await produceTo(0, ...valuesOf(10))
    await until(() => journal.attempts('begin').length > 0, { what: 'the first batch to begin' })
    app.signal('SIGTERM')
    await until(() => app.output().includes('letting running handlers finish'), { what: 'the stop to begin' })
    journal.release()
    expect(await app.exited).toBe(0)

    const [begun, ...later] = journal.attempts('begin')
    expect(later).toEqual([])
    expect(journal.attempts('done')).toMatchObject([{ first: begun!.first, last: begun!.last }])
    expect(await committed()).toEqual([begun!.last + 1, -1, -1])
  },
  TEST_TIMEOUT_MS,
)
