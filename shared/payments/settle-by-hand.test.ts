/** Settling by hand: the acquirer's word counts first, a person's only without it, and the contrary is never applied. */
import { describe, expect, test } from '@jest/globals'
import { SEED } from '../../test/unit/seed.ts'
import type { HandOutcome } from '../contracts/lists.ts'
import { authorizePayment } from './authorize-payment.ts'
import { shuffledTurns } from './fake-store.ts'
import { authorizeRequestOf, bodyIn, caller, claimOf, createFakePorts, type FakePorts, resolveDue } from './fakes.ts'
import { DependencyUnavailableError, type Verdict } from './ports.ts'
import { confirmSettlements, settleByHand } from './settle-by-hand.ts'

const WHO = 'kim'
const REASON = 'the acquirer said so on the telephone'

const authorize = (ports: FakePorts, key = 'key-1') =>
  authorizePayment(ports, authorizeRequestOf(), claimOf(key), caller)

/** An authorization whose outcome the acquirer did not tell. */
async function unknown(ports = createFakePorts()) {
  ports.acquirer.script.submit.push({ kind: 'unknown' })
  await authorize(ports)
  ports.acquirer.calls.length = 0
  const [operation] = ports.operations.table.rows()
  return { ports, operationId: operation!.operationId, paymentId: operation!.paymentId }
}

const settle = (ports: FakePorts, operationId: string, outcome: HandOutcome) =>
  settleByHand(ports, operationId, { outcome, who: WHO, reason: REASON })

const confirm = (ports: FakePorts, deadlineMs = Number.POSITIVE_INFINITY) =>
  confirmSettlements(ports, { limit: 10, concurrency: 2, deadlineMs })

const stateIn = (ports: FakePorts) => ports.operations.table.rows()[0]!.state
const settlementsIn = (ports: FakePorts) => ports.manualSettlements.table.rows()

describe('settleByHand', () => {
  test.each([
    { outcome: 'SUCCEEDED', status: 'AUTHORIZED', statusCode: 201 },
    { outcome: 'FAILED', status: 'FAILED', statusCode: 402 },
  ] as const)(
    'records $outcome with who and why when the acquirer says nothing',
    async ({ outcome, status, statusCode }) => {
      const { ports, operationId, paymentId } = await unknown()
      ports.acquirer.script.cancel.push({ kind: 'unknown' })

      expect(await settle(ports, operationId, outcome)).toEqual({ kind: 'settled_by_hand' })

      expect(ports.acquirer.asked).toEqual(['cancel'])
      expect(ports.payments.table.rows()).toMatchObject([{ status, pendingOperationId: null }])
      expect(stateIn(ports)).toBe(outcome)
      const settledAtMs = ports.clock.nowMs()
      expect(settlementsIn(ports)).toEqual([
        { operationId, paymentId, attempt: 2, outcome, who: WHO, reason: REASON, settledAtMs, acquirerSaid: null },
      ])
      expect(await authorize(ports)).toMatchObject({ kind: 'answered', replayed: true, answer: { statusCode } })
    },
  )

  test.each<{ said: Verdict | { kind: 'canceled' }; outcome: HandOutcome; state: string; agrees: boolean }>([
    { said: { kind: 'approved' }, outcome: 'SUCCEEDED', state: 'SUCCEEDED', agrees: true },
    { said: { kind: 'approved' }, outcome: 'FAILED', state: 'SUCCEEDED', agrees: false },
    { said: { kind: 'declined', reason: 'no_money' }, outcome: 'FAILED', state: 'DECLINED', agrees: true },
    { said: { kind: 'declined', reason: 'no_money' }, outcome: 'SUCCEEDED', state: 'DECLINED', agrees: false },
    { said: { kind: 'canceled' }, outcome: 'FAILED', state: 'FAILED', agrees: true },
    { said: { kind: 'canceled' }, outcome: 'SUCCEEDED', state: 'FAILED', agrees: false },
  ])(
    'of $outcome, which the acquirer calls $said.kind, records what the acquirer says, and nothing by hand',
    async row => {
      const { ports, operationId } = await unknown()
      ports.acquirer.script.cancel.push(row.said)

      expect(await settle(ports, operationId, row.outcome)).toEqual({
        kind: 'decided',
        decision: row.said.kind,
        agrees: row.agrees,
      })

      expect(stateIn(ports)).toBe(row.state)
      expect(settlementsIn(ports)).toEqual([])
    },
  )

  test('an original that answers late discards its result', async () => {
    const ports = createFakePorts()
    const answerNow = ports.acquirer.hold('submit')
    const running = authorize(ports)
    await ports.acquirer.untilAsked(1)
    const { operationId } = ports.operations.table.rows()[0]!

    expect(await settle(ports, operationId, 'FAILED')).toEqual({ kind: 'not_ours' })
    ports.clock.advance(ports.policy.leaseMs)
    ports.acquirer.script.cancel.push({ kind: 'unknown' })
    expect(await settle(ports, operationId, 'FAILED')).toEqual({ kind: 'settled_by_hand' })
    answerNow({ kind: 'approved' })

    expect(await running).toMatchObject({ kind: 'answered', replayed: true, answer: { statusCode: 402 } })
    expect(stateIn(ports)).toBe('FAILED')
  })

  test('one that the resolver decided meanwhile stays as it is', async () => {
    const { ports, operationId } = await unknown()
    ports.acquirer.script.cancel.push(async () => {
      ports.clock.advance(ports.policy.leaseMs)
      ports.acquirer.script.inquire.push({ kind: 'approved' })
      await resolveDue(ports)
      return { kind: 'unknown' }
    })

    expect(await settle(ports, operationId, 'FAILED')).toEqual({ kind: 'not_ours' })

    expect(stateIn(ports)).toBe('SUCCEEDED')
    expect(settlementsIn(ports)).toEqual([])
  })

  test('what is finished or not there is left alone', async () => {
    const ports = createFakePorts()
    const { operationId } = bodyIn(await authorize(ports))
    ports.acquirer.calls.length = 0

    expect(await settle(ports, operationId, 'FAILED')).toEqual({ kind: 'not_ours' })
    expect(await settle(ports, 'op_unknown', 'FAILED')).toEqual({ kind: 'not_ours' })
    expect(ports.acquirer.calls).toEqual([])
  })

  test('outcome and settlement are written together or not at all', async () => {
    const { ports, operationId } = await unknown()
    ports.acquirer.script.cancel.push(async () => {
      ports.transactions.failNextCommit('before')
      return { kind: 'unknown' }
    })

    await expect(settle(ports, operationId, 'SUCCEEDED')).rejects.toThrow(DependencyUnavailableError)

    expect(stateIn(ports)).toBe('PENDING')
    expect(settlementsIn(ports)).toEqual([])
  })

  test('of two people at once, in any order, one settles it', async () => {
    const kinds = new Set<string>()
    for (let seed = SEED; seed < SEED + 30; seed++) {
      const { ports, operationId } = await unknown(createFakePorts({ turn: shuffledTurns(seed) }))
      ports.acquirer.script.cancel.push({ kind: 'unknown' }, { kind: 'unknown' })

      const results = await Promise.all([settle(ports, operationId, 'SUCCEEDED'), settle(ports, operationId, 'FAILED')])

      expect(results.map(result => result.kind).toSorted()).toEqual(['not_ours', 'settled_by_hand'])
      expect(settlementsIn(ports)).toMatchObject([{ outcome: stateIn(ports) }])
      kinds.add(stateIn(ports))
    }
    expect(kinds.size).toBe(2)
  })

  test('an authorization that is captured in the same call goes on with its capture', async () => {
    const ports = createFakePorts()
    const request = authorizeRequestOf({ capture: true })
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await authorizePayment(ports, request, claimOf('key-1', request), caller)
    ports.acquirer.script.cancel.push({ kind: 'unknown' })

    await settle(ports, ports.operations.table.rows()[0]!.operationId, 'SUCCEEDED')

    expect(ports.payments.table.rows()).toMatchObject([{ status: 'COMPLETED' }])
  })
})

describe('confirmSettlements', () => {
  async function settledByHand(outcome: HandOutcome) {
    const { ports, operationId } = await unknown()
    ports.acquirer.script.cancel.push({ kind: 'unknown' })
    await settle(ports, operationId, outcome)
    ports.acquirer.calls.length = 0
    return { ports, operationId }
  }

  test('asks until the acquirer has told its decision, and then no more', async () => {
    const { ports, operationId } = await settledByHand('FAILED')
    ports.acquirer.script.cancel.push({ kind: 'unknown' }, { kind: 'canceled' })

    await confirm(ports)
    expect(settlementsIn(ports)).toMatchObject([{ operationId, acquirerSaid: null }])
    await confirm(ports)
    expect(settlementsIn(ports)).toMatchObject([{ operationId, acquirerSaid: 'canceled' }])
    await confirm(ports)

    expect(ports.acquirer.asked).toEqual(['cancel', 'cancel'])
    expect(ports.acquirer.calls[0]!.order).toMatchObject({ operationId, kind: 'authorize', authorizationId: null })
    expect(ports.alarms.contradicted).toEqual([])
  })

  test('raises an alarm when the acquirer says the contrary, and changes nothing', async () => {
    const { ports, operationId } = await settledByHand('FAILED')
    const before = [ports.payments, ports.operations, ports.answers, ports.outbox].map(port => port.table.rows())
    ports.acquirer.script.cancel.push({ kind: 'approved' })

    await confirm(ports)
    await confirm(ports)

    expect(ports.alarms.contradicted).toMatchObject([{ settlement: { operationId, who: WHO }, decision: 'approved' }])
    expect([ports.payments, ports.operations, ports.answers, ports.outbox].map(port => port.table.rows())).toEqual(
      before,
    )
    expect(settlementsIn(ports)).toMatchObject([{ outcome: 'FAILED', acquirerSaid: 'approved' }])
  })

  test('asks nobody while the acquirer is known to be away, or after the deadline', async () => {
    const { ports } = await settledByHand('FAILED')

    ports.acquirer.reachable = false
    await confirm(ports)
    ports.acquirer.reachable = true
    await confirm(ports, ports.clock.nowMs())

    expect(ports.acquirer.calls).toEqual([])
  })
})
