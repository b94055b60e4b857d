/**
 * Requests, repeats and resolvers on one operation at once, while calls to the acquirer and its answers get lost, come late or come in any
 * order: no operation is executed twice, none is forgotten, and our books say in the end what the acquirer's say.
 */
import { describe, expect, test } from '@jest/globals'
import { type Loss, LossyAcquirer } from '../../test/unit/lossy-acquirer.ts'
import { SEED } from '../../test/unit/seed.ts'
import type { FinalState, OperationKind } from '../contracts/lists.ts'
import { authorizePayment } from './authorize-payment.ts'
import { changePayment } from './change-payment.ts'
import { expirePayments } from './expire-payments.ts'
import { randomFrom, shuffledTurns } from './fake-store.ts'
import { authorizeRequestOf, bodyIn, caller, claimFor, claimOf, createFakePorts, resolveDue } from './fakes.ts'
import { DependencyUnavailableError } from './ports.ts'

const AMOUNT_MINOR = 10_000
const RUNS = 60
const losses: Loss[] = ['nothing', 'call', 'answer', 'late']

/** The fakes, with an acquirer whose every call may get lost once it `isLossy`. */
function createLossyPorts(seed: number) {
  const turn = shuffledTurns(seed)
  const random = randomFrom(seed)
  const ports = createFakePorts({ turn })
  const faults = { isLossy: false }
  const acquirer = new LossyAcquirer({
    lose: () => (faults.isLossy ? losses[Math.floor(random() * losses.length)]! : 'nothing'),
    decide: () => (faults.isLossy && random() < 0.3 ? { kind: 'declined', reason: 'no_money' } : { kind: 'approved' }),
    pause: async loss => {
      const turns = loss === 'nothing' ? 1 : Math.floor(random() * 30)
      for (let count = 0; count < turns; count++) await turn()
    },
  })
  return { ...ports, acquirer, faults, turn }
}

type LossyPorts = ReturnType<typeof createLossyPorts>

/** What has to be done before the operation. */
const before: Record<OperationKind, readonly ('capture' | 'wait')[]> = {
  authorize: [],
  capture: [],
  refund: ['capture'],
  void: [],
  expire: ['wait'],
}

async function paymentFor(ports: LossyPorts, kind: OperationKind): Promise<string | undefined> {
  if (kind === 'authorize') return undefined
  const request = authorizeRequestOf({ amount: AMOUNT_MINOR })
  const { paymentId } = bodyIn(await authorizePayment(ports, request, claimOf('key-0', request), caller))
  if (before[kind].includes('capture')) await changePayment(ports, { kind: 'capture', paymentId }, undefined, caller)
  if (before[kind].includes('wait')) ports.clock.advanceVirtual(ports.policy.captureWindowMs)
  return paymentId
}

/** One request for the operation; the same again is a repeat of its key. An expiry has no key: the job claims it once. */
async function ask(ports: LossyPorts, kind: OperationKind, paymentId: string | undefined): Promise<unknown> {
  if (kind === 'authorize' || paymentId === undefined)
    return authorizePayment(ports, authorizeRequestOf({ amount: AMOUNT_MINOR }), claimOf('key-1'), { ...caller })
  if (kind === 'expire')
    return expirePayments(ports, { limit: 10, concurrency: 2, deadlineMs: Number.POSITIVE_INFINITY })
  return changePayment(ports, { kind, paymentId }, claimFor('key-1', kind, paymentId), { ...caller })
}

/** A 503 is no answer; the caller asks again. */
const unlessAway = (work: Promise<unknown>): Promise<unknown> =>
  work.catch(error => {
    if (!(error instanceof DependencyUnavailableError)) throw error
  })

async function repeatedly(ports: LossyPorts, times: number, work: () => Promise<unknown>): Promise<void> {
  for (let count = 0; count < times; count++) {
    await unlessAway(work())
    for (let turns = 0; turns < 5; turns++) await ports.turn()
  }
}

async function timePasses(ports: LossyPorts): Promise<void> {
  for (let count = 0; count < 40; count++) {
    await ports.turn()
    ports.clock.advance(ports.policy.leaseMs / 3)
  }
}

/** Everybody at once, then the acquirer is well again and the resolver ends what is left. */
async function run(ports: LossyPorts, kind: OperationKind, paymentId: string | undefined): Promise<void> {
  ports.faults.isLossy = true
  await Promise.all([
    repeatedly(ports, 3, () => ask(ports, kind, paymentId)),
    repeatedly(ports, 2, () => ask(ports, kind, paymentId)),
    repeatedly(ports, 6, () => resolveDue(ports)),
    repeatedly(ports, 6, () => resolveDue(ports)),
    timePasses(ports),
  ])
  await Promise.all(ports.acquirer.arrivals)
  ports.faults.isLossy = false
  for (let rounds = 0; rounds < 3; rounds++) {
    ports.clock.advance(ports.policy.inquiryBackoffMs * 64)
    await resolveDue(ports)
  }
}

const stateOf: Record<'approved' | 'declined' | 'canceled', FinalState> = {
  approved: 'SUCCEEDED',
  declined: 'DECLINED',
  canceled: 'FAILED',
}

/** Our operations beside the acquirer's, by id. */
function books({ operations, acquirer }: LossyPorts) {
  const ours = operations.table.rows().map(row => [row.operationId, row.state])
  const theirs = [...acquirer.decisions].map(([operationId, { decision }]) => [operationId, stateOf[decision.kind]])
  return { ours: ours.toSorted(), theirs: theirs.toSorted() }
}

function amountOf({ acquirer }: LossyPorts, kind: OperationKind): number {
  const approved = [...acquirer.decisions.values()].filter(
    ({ order, decision }) => order.kind === kind && decision.kind === 'approved',
  )
  return approved.reduce((sum, { order }) => sum + order.amountMinor, 0)
}

describe('answers that get lost', () => {
  test.each(['authorize', 'capture', 'refund', 'void', 'expire'] as const)(
    'leave our %s as the acquirer decided it, once',
    async kind => {
      const seen = new Set<string>()
      for (let seed = SEED; seed < SEED + RUNS; seed++) {
        const ports = createLossyPorts(seed)
        const paymentId = await paymentFor(ports, kind)

        await run(ports, kind, paymentId)

        const { ours, theirs } = books(ports)
        expect({ seed, books: ours }).toEqual({ seed, books: theirs })
        const [payment, ...others] = ports.payments.table.rows()
        expect({ seed, others, pending: payment!.pendingOperationId }).toEqual({ seed, others: [], pending: null })
        expect(payment).toMatchObject({
          capturedMinor: amountOf(ports, 'capture'),
          refundedMinor: amountOf(ports, 'refund'),
        })
        // A key makes one operation, and one that is decided is never followed by a second of its kind.
        const asked = ports.operations.table.rows().filter(row => row.kind === kind)
        if (kind !== 'expire') expect({ seed, asked: asked.length }).toEqual({ seed, asked: 1 })
        expect(asked.filter(row => row.state === 'SUCCEEDED').length).toBeLessThanOrEqual(1)
        for (const row of asked) seen.add(row.state)
      }
      // Every end came about, so that the comparison has seen it.
      expect([...seen].toSorted()).toEqual(['DECLINED', 'FAILED', 'SUCCEEDED'])
    },
  )
})
