/** How the plugin starts under the real `serverless offline`: from where it reads, what ends the start, and what its status port tells. */
import { createServer } from 'node:net'
import { expect, test } from '@jest/globals'
import {
  committed,
  journal,
  kill,
  launch,
  produce,
  produceTo,
  start,
  TEST_TIMEOUT_MS,
  untilCommitted,
  useTopic,
  valuesOf,
} from '../real-broker.ts'
import { until } from '../until.ts'

useTopic({ partitions: 3 })

test(
  'LATEST skips what was there before the first start, and nothing after it',
  async () => {
    await produceTo(0, 'before')
    const first = await start({ FIXTURE_POSITION: 'LATEST' })
    await untilCommitted([1, 0, 0])
    await kill(first)
    await produceTo(0, 'while away')
    await start({ FIXTURE_POSITION: 'LATEST' })
    await untilCommitted([2, 0, 0])
    expect(journal.attempts('begin')).toMatchObject([{ partition: 0, first: 1, last: 1 }])
  },
  TEST_TIMEOUT_MS,
)

test(
  'a status port that somebody has stops the process with the port, before any record is handled',
  async () => {
    const somebody = createServer()
    await new Promise<void>(resolve => somebody.listen(0, '127.0.0.1', resolve))
    const { port } = somebody.address() as { port: number }
    try {
      await produce(10)
      const app = await launch({ FIXTURE_STATUS_PORT: String(port) })
      expect(await app.exited).toBe(1)
      expect(app.output()).toContain(String(port))
      expect(app.output()).toMatch(/EADDRINUSE|taken|in use/)
      expect(journal.attempts()).toEqual([])
      expect(await committed()).toEqual([-1, -1, -1])
    } finally {
      somebody.close()
    }
  },
  TEST_TIMEOUT_MS,
)

test(
  'plain `serverless offline` says what to type and exits with 1',
  async () => {
    const app = await launch({}, ['offline'])
    expect(await app.exited).toBe(1)
    expect(app.output()).toContain('serverless offline start')
  },
  TEST_TIMEOUT_MS,
)

test(
  'the status port tells how far each partition is, and what fails',
  async () => {
    await produceTo(0, ...valuesOf(5))
    await produceTo(1, 'poison')
    const app = await start()
    const failed = async () => {
      const text = await (await fetch(app.statusUrl)).text()
      return text.includes('the fixture fails') ? text : undefined
    }
    const status = await until(failed, { what: 'the failure to be told' })
    expect(JSON.parse(status)).toBeDefined()
    expect(status).toContain('"record"')
    await untilCommitted([5, -1, -1])
  },
  TEST_TIMEOUT_MS,
)
