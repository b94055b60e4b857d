/** Which stored answers are deleted, and where a run ends. */
import { describe, expect, test } from '@jest/globals'
import { authorizePayment } from './authorize-payment.ts'
import { authorizeRequestOf, caller, claimOf, createFakePorts, type FakePorts, fakePolicy } from './fakes.ts'
import { PRUNE_BATCH_ROWS, pruneAnswers } from './prune-answers.ts'

const AGE_MS = fakePolicy.answersKeptMs
const FAR_MS = 3_600_000

const authorize = (ports: FakePorts, key: string) => authorizePayment(ports, authorizeRequestOf(), claimOf(key), caller)
const prune = (ports: FakePorts, deadlineMs = ports.clock.nowMs() + FAR_MS) => pruneAnswers(ports, AGE_MS, deadlineMs)
const keys = (ports: FakePorts) => ports.answers.table.rows().map(row => row.key)

describe('pruneAnswers', () => {
  test('deletes answers that are old enough; what is young or not finished stays', async () => {
    const ports = createFakePorts()
    await authorize(ports, 'old')
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await authorize(ports, 'pending')
    ports.clock.advance(1)
    await authorize(ports, 'young')
    ports.clock.advance(AGE_MS - 1)

    expect(await prune(ports)).toBe(1)
    expect(keys(ports)).toEqual(['pending', 'young'])
    expect(await authorize(ports, 'old')).toEqual({ kind: 'expired' })
  })

  test('deletes an answer from the millisecond on in which a repeat is told that it has expired', async () => {
    const ports = createFakePorts()
    await authorize(ports, 'key')
    ports.clock.advance(AGE_MS - 1)

    expect([await prune(ports), await authorize(ports, 'key')]).toMatchObject([0, { kind: 'answered' }])
    ports.clock.advance(1)
    expect(await authorize(ports, 'key')).toEqual({ kind: 'expired' })
    expect([await prune(ports), await authorize(ports, 'key')]).toEqual([1, { kind: 'expired' }])
  })

  test('goes on batch by batch until its deadline', async () => {
    const ports = createFakePorts()
    const counts = [PRUNE_BATCH_ROWS, PRUNE_BATCH_ROWS, 3]
    ports.answers.prune = async () => {
      ports.clock.advance(10)
      return counts.shift()!
    }

    expect(await prune(ports, ports.clock.nowMs() + 15)).toBe(2 * PRUNE_BATCH_ROWS)
    expect(await prune(ports)).toBe(3)
  })
})
