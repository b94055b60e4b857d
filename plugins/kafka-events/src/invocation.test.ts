/** A function's end is awaited, however late; a late one counts as failed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { until } from '../test/until.ts'
import { createInvoke, TimedOutError } from './invocation.ts'
import type { LambdaKafkaEvent } from './lambda-event.ts'

const event: LambdaKafkaEvent = { eventSource: 'SelfManagedKafka', bootstrapServers: 'a:1', records: {} }

function create(run: () => Promise<unknown>, timeoutMs: number) {
  const lines: string[] = []
  const say = (line: string) => void lines.push(line)
  const log = { notice: say, warning: say, error: say, debug: say }
  return { lines, invoke: createInvoke({ run, timeoutMsOf: () => timeoutMs, log, reminderMs: 1 }) }
}

describe('an invocation', () => {
  test('gives the answer of a function that ends in time', async () => {
    const { invoke, lines } = create(async () => 'done', 60_000)
    await expect(invoke('record', event)).resolves.toBe('done')
    expect(lines).toEqual([])
  })

  test('gives its error', async () => {
    const { invoke } = create(async () => Promise.reject(new Error('database away')), 60_000)
    await expect(invoke('record', event)).rejects.toThrow('database away')
  })

  test('past the time-out waits for the real end, with reminders, and then counts as failed', async () => {
    const end = Promise.withResolvers<string>()
    const { invoke, lines } = create(() => end.promise, 1)
    let isOver = false
    const outcome = invoke('record', event).finally(() => {
      isOver = true
    })
    outcome.catch(() => {})
    await until(() => lines.length >= 3, { what: 'the reminders', intervalMs: 1 })
    expect(isOver).toBe(false)
    expect(lines[0]).toMatch(/^record still runs after \d+ ms: AWS would have stopped it at 1 ms\. Waiting for its end/)

    end.resolve('too late')
    await expect(outcome).rejects.toThrow(TimedOutError)
    await expect(outcome).rejects.toThrow(/^ended after \d+ ms, its time-out is 1 ms$/)
    const linesAtEnd = lines.length
    await sleep(20)
    expect(lines).toHaveLength(linesAtEnd)
  })

  test('with an answer that is larger than AWS takes counts as failed', async () => {
    const answerOf = (bytes: number) => 'x'.repeat(bytes - 2)
    await expect(create(async () => answerOf(6_291_556), 60_000).invoke('record', event)).resolves.toHaveLength(
      6_291_554,
    )
    await expect(create(async () => answerOf(6_291_557), 60_000).invoke('record', event)).rejects.toThrow(
      'the answer has 6291557 bytes, AWS takes 6291556 at most',
    )
  })

  test('that fails past its time-out says both', async () => {
    const { invoke } = create(() => sleep(5).then(() => Promise.reject(new Error('database away'))), 1)
    await expect(invoke('record', event)).rejects.toThrow(/its time-out is 1 ms: database away$/)
  })

  // No timer can fire in it: only the clock tells.
  test('that blocks the process past its time-out counts as failed', async () => {
    const { invoke } = create(async () => {
      const startMs = performance.now()
      while (performance.now() - startMs < 5);
    }, 1)
    await expect(invoke('record', event)).rejects.toThrow(TimedOutError)
  })
})
