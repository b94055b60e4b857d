/** While the acquirer is known to be away: nothing is begun and nothing written, and what was decided before is still answered. */
import { describe, expect, test } from '@jest/globals'
import { authorizePayment } from './authorize-payment.ts'
import { type Change, changePayment } from './change-payment.ts'
import {
  answerIn,
  authorizeRequestOf,
  bodyIn,
  caller,
  claimFor,
  claimOf,
  createFakePorts,
  type FakePorts,
} from './fakes.ts'
import type { Outcome } from './operation.ts'
import { DependencyUnavailableError } from './ports.ts'

const kinds = ['capture', 'refund', 'void'] as const

/** A payment on which the operation is allowed. */
async function readyFor(kind: Change['kind']) {
  const ports = createFakePorts()
  const authorized = await authorizePayment(ports, authorizeRequestOf(), claimOf('key-0'), caller)
  const { paymentId } = bodyIn(authorized)
  if (kind === 'refund') await changePayment(ports, { kind: 'capture', paymentId }, undefined, caller)
  const change = (key?: string, amountMinor?: number): Promise<Outcome> => {
    const claim = key === undefined ? undefined : claimFor(key, kind, paymentId, { amount: amountMinor })
    return changePayment(ports, { kind, paymentId, amountMinor }, claim, { ...caller })
  }
  return { ports, paymentId, change, authorized }
}

const everythingIn = ({ payments, operations, answers, ledger, outbox }: FakePorts) =>
  [payments, operations, answers, ledger, outbox].map(({ table }) => table.rows())

describe('an authorization', () => {
  const authorize = (ports: FakePorts, key: string, given = {}) => {
    const request = authorizeRequestOf(given)
    return authorizePayment(ports, request, claimOf(key, request), caller)
  }

  test('is a 503 that wrote nothing, and its key is free when the acquirer is back', async () => {
    const ports = createFakePorts()
    ports.acquirer.reachable = false

    await expect(authorize(ports, 'key-1')).rejects.toThrow(DependencyUnavailableError)

    expect(everythingIn(ports)).toEqual([[], [], [], [], []])
    expect(ports.acquirer.calls).toEqual([])
    ports.acquirer.reachable = true
    expect(answerIn(await authorize(ports, 'key-1')).statusCode).toBe(201)
  })

  test('whose key another request claims while it looks for the answer is not told that the key has expired', async () => {
    const ports = createFakePorts()
    ports.acquirer.reachable = false
    const isKeyUsed = ports.operations.isKeyUsed.bind(ports.operations)
    ports.operations.isKeyUsed = async (...args) => {
      ports.acquirer.reachable = true
      ports.acquirer.script.submit.push({ kind: 'unknown' })
      await authorize(ports, 'key-1')
      return isKeyUsed(...args)
    }

    expect(await authorize(ports, 'key-1')).toMatchObject({ kind: 'unknown' })
  })

  test('that was decided before is still answered; another request with its key is told so', async () => {
    const ports = createFakePorts()
    const first = await authorize(ports, 'key-1')
    ports.acquirer.reachable = false

    expect(await authorize(ports, 'key-1')).toEqual({ ...first, replayed: true })
    expect(await authorize(ports, 'key-1', { amount: 1 })).toMatchObject({ kind: 'different_request' })
    ports.answers.drop('shop', 'key-1')
    expect(await authorize(ports, 'key-1')).toEqual({ kind: 'expired' })
  })

  test('whose outcome is unknown is asked about, whatever the answer to that is', async () => {
    const ports = createFakePorts()
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await authorize(ports, 'key-1')
    ports.acquirer.reachable = false
    ports.acquirer.script.inquire.push({ kind: 'unknown' })

    expect(await authorize(ports, 'key-1')).toMatchObject({ kind: 'unknown' })
  })
})

describe.each(kinds)('a %s', kind => {
  test('is a 503 that wrote nothing, with a key and without, and is carried out when the acquirer is back', async () => {
    const { ports, change } = await readyFor(kind)
    const before = everythingIn(ports)
    ports.acquirer.reachable = false
    ports.acquirer.calls.length = 0

    for (const key of ['key-1', undefined]) await expect(change(key)).rejects.toThrow(DependencyUnavailableError)

    expect(everythingIn(ports)).toEqual(before)
    expect(ports.acquirer.calls).toEqual([])
    ports.acquirer.reachable = true
    expect(answerIn(await change('key-1')).statusCode).toBe(200)
  })

  test('that was decided before is still answered', async () => {
    const { ports, change } = await readyFor(kind)
    const first = await change('key-1')
    ports.acquirer.reachable = false

    expect(await change('key-1')).toEqual({ ...first, replayed: true })
  })

  test('that the state or the amount forbids is refused as ever: nobody need be asked', async () => {
    const { ports, change } = await readyFor(kind)
    ports.acquirer.reachable = false

    expect(answerIn(await change('key-1', 10_001)).statusCode).toBe(409)
  })
})

test('a key that another route has used is told so though the operation would be allowed', async () => {
  const { ports, paymentId } = await readyFor('capture')
  ports.acquirer.reachable = false
  const claim = claimFor('key-0', 'capture', paymentId)

  expect(await changePayment(ports, { kind: 'capture', paymentId }, claim, caller)).toEqual({
    kind: 'different_request',
    differences: ['/operation'],
  })
})

test('a partial refund that was decided is still answered while more could be refunded', async () => {
  const { ports, change } = await readyFor('refund')
  const first = await change('key-1', 4_000)
  ports.acquirer.reachable = false

  expect(await change('key-1', 4_000)).toEqual({ ...first, replayed: true })
  await expect(change('key-2', 4_000)).rejects.toThrow(DependencyUnavailableError)
})

test('the capture of a combined call that was begun is not held back: its hold is made', async () => {
  const ports = createFakePorts()
  const request = authorizeRequestOf({ capture: true })
  ports.acquirer.script.submit.push(async () => {
    ports.acquirer.reachable = false
    return { kind: 'approved' }
  })
  ports.acquirer.script.submit.push({ kind: 'unknown' })

  const outcome = await authorizePayment(ports, request, claimOf('key-1', request), caller)

  const { operationId } = ports.operations.table.rows()[1]!
  expect(outcome).toMatchObject({ kind: 'unknown', operationId })
})
