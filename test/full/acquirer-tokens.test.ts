/** Every test token as a caller meets it: the first answer, and what a repeat with the same key comes to; then the books and the acquirer agree. */
import { beforeAll, expect, test } from '@jest/globals'
import {
  APPROVING_TOKEN,
  declineReasons,
  SLOW_TOKEN,
  settlementFaults,
  type TokenFailure,
  tokenFailures,
} from '../../shared/contracts/test-tokens.ts'
import { until } from '../../shared/runtime/until.ts'
import { expectDetail, expectError, expectMutation, expectRetryAfter } from '../support/contract.ts'
import { PaymentApi, type Reply } from '../support/http.ts'
import { authorizeBody, authorized, newKey } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'

const system = systemUnderTest()
const api = new PaymentApi(system.apiUrl)

type Kind = 'authorize' | 'capture' | 'refund' | 'void'
const kinds: readonly Kind[] = ['authorize', 'capture', 'refund', 'void']

/** What a token comes to: at once, and in the end. */
interface Course {
  first: 'success' | 'declined' | 'unknown'
  end: readonly ('success' | 'declined' | 'canceled')[]
}

const declined: Course = { first: 'declined', end: ['declined'] }
const courses: Record<TokenFailure, Course> = {
  decline: declined,
  insufficient_funds: declined,
  lost_card: declined,
  timeout_before: { first: 'unknown', end: ['canceled'] },
  timeout_after: { first: 'unknown', end: ['success'] },
  // The second try gets the decision.
  drop_after: { first: 'success', end: ['success'] },
  // The job may cancel it before it arrives.
  late: { first: 'unknown', end: ['success', 'canceled'] },
  error: { first: 'unknown', end: ['canceled'] },
  garbage: { first: 'unknown', end: ['success'] },
}

const successStatus: Record<Kind, number> = { authorize: 201, capture: 200, refund: 200, void: 200 }
const statusAfter: Record<Kind, Record<'success' | 'declined' | 'canceled', string>> = {
  authorize: { success: 'AUTHORIZED', declined: 'DECLINED', canceled: 'FAILED' },
  capture: { success: 'COMPLETED', declined: 'AUTHORIZED', canceled: 'AUTHORIZED' },
  refund: { success: 'REFUNDED', declined: 'COMPLETED', canceled: 'COMPLETED' },
  void: { success: 'VOIDED', declined: 'AUTHORIZED', canceled: 'AUTHORIZED' },
}

/** Brings a payment so far that the operation is next, and returns how to ask for it. */
async function prepared(kind: Kind, paymentMethod: string): Promise<() => Promise<Reply>> {
  if (kind === 'authorize') {
    const body = authorizeBody({ paymentMethod })
    return () => api.authorize(body)
  }
  const { paymentId } = await authorized(api, { paymentMethod })
  if (kind === 'refund') expectMutation(await api.capture(paymentId), 200)
  const headers = { 'idempotency-key': newKey() }
  return () => api[kind](paymentId, {}, headers)
}

/** Repeats the request, and lets the job look, until the answer is final. */
async function finalAnswer(ask: () => Promise<Reply>): Promise<Reply> {
  return until(
    async () => {
      await api.post('/sandbox/clock', { advance: 'PT0S' })
      const reply = await ask()
      if (reply.status === 503 || reply.json.details?.reason === 'in_progress') throw new Error(reply.text)
      return reply
    },
    { what: 'a final answer', deadlineMs: 60_000, intervalMs: 500 },
  )
}

const isCanceled = (reply: Reply): boolean => reply.status === 402 && reply.json.details.reason === 'canceled'
const endOf = (kind: Kind, reply: Reply): 'success' | 'declined' | 'canceled' | 'neither' => {
  if (reply.status === successStatus[kind]) return 'success'
  if (isCanceled(reply)) return 'canceled'
  return reply.status === 402 ? 'declined' : 'neither'
}

function expectFirst(kind: Kind, failure: TokenFailure, reply: Reply): void {
  const { first } = courses[failure]
  if (first === 'success') expect(reply.status).toBe(successStatus[kind])
  if (first === 'declined') {
    const { details } = expectError(reply, 402, 'PAYMENT_DECLINED')
    expect(details.reason).toBe(declineReasons[failure as keyof typeof declineReasons])
  }
  if (first !== 'unknown') return
  const error = expectError(reply, 503, 'OUTCOME_UNKNOWN')
  expectRetryAfter(reply)
  expect([error.paymentId, error.details.operationId]).toEqual([
    expect.stringMatching(/^pay_/),
    expect.stringMatching(/^op_/),
  ])
}

interface Tried {
  kind: Kind
  first: Reply
  outcome: ReturnType<typeof endOf>
  status: string
  pendingOperation: unknown
}

async function tryToken(kind: Kind, failure: TokenFailure): Promise<Tried> {
  const ask = await prepared(kind, `tok_${kind === 'authorize' ? '' : `${kind}_`}${failure}`)
  const first = await ask()
  const end = await finalAnswer(ask)
  const { status, pendingOperation } = expectDetail(await api.payment(end.json.paymentId))
  return { kind, first, outcome: endOf(kind, end), status, pendingOperation }
}

/** All at once: most of them wait for a time-out. */
const tried = new Map<TokenFailure, PromiseSettledResult<Tried>[]>()
beforeAll(async () => {
  await Promise.all(
    tokenFailures.map(async failure => {
      tried.set(failure, await Promise.allSettled(kinds.map(kind => tryToken(kind, failure))))
    }),
  )
}, 120_000)

test.each(tokenFailures)('%s with each operation', failure => {
  for (const result of tried.get(failure)!) {
    if (result.status === 'rejected') throw result.reason
    const { kind, first, outcome, status, pendingOperation } = result.value
    expectFirst(kind, failure, first)
    expect({ kind, outcome }).toEqual({ kind, outcome: expect.stringMatching(`^(${courses[failure].end.join('|')})$`) })
    expect({ kind, status }).toEqual({ kind, status: statusAfter[kind][outcome as 'success'] })
    expect(pendingOperation).toBeNull()
  }
})

test.each([APPROVING_TOKEN, SLOW_TOKEN, ...settlementFaults.map(fault => `tok_settle_${fault}`)])(
  '%s is approved with each operation',
  async paymentMethod => {
    for (const kind of kinds) {
      const ask = await prepared(kind, paymentMethod)
      expect(endOf(kind, await ask())).toBe('success')
    }
  },
  60_000,
)

test('any other token is declined', async () => {
  const ask = await prepared('authorize', 'tok_of_nobody')
  const { paymentId, details } = expectError(await ask(), 402, 'PAYMENT_DECLINED')
  expect(details.reason).toBe('unknown_payment_method')
  expect(expectDetail(await api.payment(paymentId!)).status).toBe('DECLINED')
})
