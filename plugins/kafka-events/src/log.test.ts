/** The same lines for a person and for a program. */
import { expect, test } from '@jest/globals'
import { createLog } from './log.ts'

function createSink() {
  const lines: string[] = []
  const say = (level: string) => (message: string) => void lines.push(`${level} ${message}`)
  return { lines, log: { notice: say('notice'), warning: say('warning'), error: say('error'), debug: say('debug') } }
}

test('text goes through the log of Serverless, without the fields', () => {
  const { lines, log } = createSink()
  createLog(log, 'text').warning('it failed', { event: 'attempt_failed', attempt: 1 })
  expect(lines).toEqual(['warning it failed'])
})

test('JSON is an object a line with the level, the message and the fields', () => {
  const { lines, log } = createSink()
  const written: string[] = []
  createLog(log, 'json', line => written.push(line)).error('it failed', { event: 'attempt_failed', attempt: 1 })
  expect(lines).toEqual([])
  expect(written).toHaveLength(1)
  expect(written[0]!.endsWith('\n')).toBe(true)
  expect(JSON.parse(written[0]!)).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    level: 'error',
    plugin: 'kafka-events',
    message: 'it failed',
    event: 'attempt_failed',
    attempt: 1,
  })
})

test('a line that standard output or error does not take ends nothing', () => {
  const streams = [process.stdout, process.stderr]
  createLog(createSink().log, 'json')
  // Another test of this process may listen, too.
  const listenerCounts = streams.map(stream => stream.listenerCount('error'))
  createLog(createSink().log, 'text')
  // Before the error: another's listener may be one for a single error.
  expect(streams.map(stream => stream.listenerCount('error'))).toEqual(listenerCounts)
  for (const stream of streams) expect(() => stream.emit('error', new Error('ENOSPC'))).not.toThrow()
})
