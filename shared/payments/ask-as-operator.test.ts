/** What an operator asks of a payment: noted once before the acquirer is asked, and done by the use case of the public route. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { askAsOperator, inquireAsOperator, type OperatorMutation } from './ask-as-operator.ts'
import { authorizePayment } from './authorize-payment.ts'
import { capturePayment } from './capture-payment.ts'
import { FakeAuditLog } from './fake-console-actions.ts'
import { shuffledTurns, type Turn } from './fake-store.ts'
import { authorizeRequestOf, bodyIn, caller, claimFor, claimOf, createFakePorts } from './fakes.ts'
import { readTimeline } from './find-payments.ts'
import { refundPayment } from './refund-payment.ts'

const KEY = 'console:01M81Y03QK7V5D2W9T4R6H8XNZ'
const REASON = 'the tab was closed'
const body = { amount: 4_000, reason: REASON }

async function createBooks(turn?: Turn) {
  const ports = createFakePorts(turn && { turn })
  return { ...ports, auditLog: new FakeAuditLog(ports.transactions) }
}

async function captured(turn?: Turn) {
  const ports = await createBooks(turn)
  const { paymentId } = bodyIn(await authorizePayment(ports, authorizeRequestOf(), claimOf('key-0'), caller))
  await capturePayment(ports, paymentId, {}, undefined, caller)
  ports.acquirer.calls.length = 0
  return { ports, paymentId: paymentId as string }
}

let ports: Awaited<ReturnType<typeof createBooks>>
let paymentId: string
beforeEach(async () => {
  ;({ ports, paymentId } = await captured())
})

function refund(more: Partial<OperatorMutation> = {}, amount = body.amount) {
  const ask: OperatorMutation = {
    paymentId,
    claim: claimFor(KEY, 'refund', paymentId, { ...body, amount }),
    operator: 'kim',
    reason: REASON,
    action: 'payment.refund-asked',
    details: { amount },
    ...more,
  }
  return askAsOperator(ports, ask, () => refundPayment(ports, ask.paymentId, { amount }, ask.claim, { ...caller }))
}

const entry = () => ({
  actor: 'kim',
  action: 'payment.refund-asked',
  subject: paymentId,
  reason: REASON,
  details: { amount: 4_000, key: KEY },
})

describe('a refund that an operator asks for', () => {
  test('is one operation under the key of the console, with one entry of the audit log', async () => {
    const first = await refund()
    const again = await refund()

    expect(bodyIn(first)).toMatchObject({ status: 'PARTIALLY_REFUNDED', refundedAmount: 4_000 })
    expect(again).toEqual({ ...first, replayed: true })
    expect(ports.acquirer.asked).toEqual(['submit'])
    expect(ports.auditLog.entries).toEqual([entry()])
    expect(ports.consoleActions.table.rows()).toMatchObject([{ key: KEY, operator: 'kim', subject: paymentId }])
    expect(ports.operations.table.rows().at(-1)).toMatchObject({ kind: 'refund', idempotencyKey: KEY })
  })

  test('is noted before the acquirer is asked', async () => {
    let notedFirst = false
    ports.acquirer.script.submit.push(async () => {
      notedFirst = ports.auditLog.entries.length === 1
      return { kind: 'approved' }
    })
    await refund()

    expect(notedFirst).toBe(true)
  })

  test('is not done when it cannot be noted', async () => {
    ports.auditLog.away = true
    await expect(refund()).rejects.toThrow('the log is away')

    expect(ports.acquirer.asked).toEqual([])
    expect(ports.consoleActions.table.rows()).toEqual([])
  })

  // As when the process is killed in between: its request is sent again.
  test('goes on after an entry that nothing followed', async () => {
    const killed = new Error('killed')
    const ask = { paymentId, claim: claimFor(KEY, 'refund', paymentId, body), operator: 'kim', reason: REASON }
    const action = { action: 'payment.refund-asked', details: { amount: 4_000 } } as const
    await expect(askAsOperator(ports, { ...ask, ...action }, () => Promise.reject(killed))).rejects.toBe(killed)
    expect(ports.acquirer.asked).toEqual([])

    expect(bodyIn(await refund())).toMatchObject({ refundedAmount: 4_000 })
    expect(ports.auditLog.entries).toHaveLength(1)
  })

  test.each(Array.from({ length: 20 }, (_, seed) => seed))(
    'sent twice at once moves money once, seed %i',
    async seed => {
      ;({ ports, paymentId } = await captured(shuffledTurns(seed)))
      const outcomes = await Promise.all([refund(), refund()])

      for (const { kind } of outcomes) expect(['answered', 'in_progress']).toContain(kind)
      expect(ports.acquirer.asked.filter(call => call === 'submit')).toHaveLength(1)
      expect(ports.auditLog.entries).toHaveLength(1)
      expect(ports.payments.table.rows()).toMatchObject([{ refundedMinor: 4_000 }])
    },
  )

  test('of another amount under the same key, or by another operator, is another request', async () => {
    await refund()

    expect(await refund({}, 1)).toEqual({ kind: 'different_request', differences: ['/amount'] })
    expect(await refund({ operator: 'lee' })).toEqual({ kind: 'different_request', differences: ['/operator'] })
    expect(ports.auditLog.entries).toHaveLength(1)
  })

  test('of a payment that there is not is noted nowhere', async () => {
    expect(await refund({ paymentId: 'pay_none' })).toEqual({ kind: 'not_found' })
    expect(ports.auditLog.entries).toEqual([])
  })

  test('is refused as any other, and noted: it was asked for', async () => {
    const refused = await refund({}, 99_999)

    expect(bodyIn(refused)).toMatchObject({ code: 'REFUND_CONFLICT', details: { reason: 'amount', remaining: 10_000 } })
    expect(ports.auditLog.entries).toMatchObject([{ details: { amount: 99_999 } }])
  })

  test('is the operator’s in the timeline, with the reason', async () => {
    await refund()

    const { operations } = (await readTimeline(ports, paymentId))!
    expect(operations.map(({ kind, by }) => [kind, by.kind, by.person, by.reason])).toEqual([
      ['authorize', 'request', null, null],
      ['capture', 'request', null, null],
      ['refund', 'operator', 'kim', REASON],
    ])
  })
})

describe('an inquiry that an operator asks for', () => {
  const inquire = (operator = 'kim') =>
    inquireAsOperator(ports, { paymentId, claim: claimFor(KEY, 'inquire', paymentId), operator, reason: REASON })

  async function refundUnknown(): Promise<string> {
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await refundPayment(ports, paymentId, {}, undefined, { ...caller })
    return ports.operations.table.rows().at(-1)!.operationId
  }

  test('brings the operation to its end, and is noted', async () => {
    const operationId = await refundUnknown()
    ports.acquirer.script.inquire.push({ kind: 'approved' })

    expect(await inquire()).toEqual({
      kind: 'inquired',
      operation: { operationId, kind: 'refund', amount: 10_000, state: 'SUCCEEDED' },
    })
    expect(ports.auditLog.entries).toMatchObject([{ action: 'payment.inquired', subject: paymentId, actor: 'kim' }])
    expect(ports.payments.table.rows()).toMatchObject([{ status: 'REFUNDED', pendingOperationId: null }])
  })

  test('cancels what the acquirer does not know, and executes nothing', async () => {
    await refundUnknown()

    expect(await inquire()).toMatchObject({ operation: { state: 'FAILED' } })
    expect(ports.acquirer.asked).toEqual(['submit', 'inquire', 'cancel'])
  })

  test('under the same key asks about the same operation again, and is noted once', async () => {
    const operationId = await refundUnknown()
    ports.acquirer.script.inquire.push({ kind: 'unknown' }, { kind: 'approved' })
    const unclear = await inquire()
    const again = await inquire()
    const after = await inquire()

    expect(unclear).toMatchObject({ operation: { operationId, state: 'PENDING' } })
    expect(again).toMatchObject({ operation: { operationId, state: 'SUCCEEDED' } })
    expect(after).toEqual(again)
    expect(ports.auditLog.entries).toHaveLength(1)
    expect(await inquire('lee')).toMatchObject({ kind: 'different_request' })
  })

  test('of a payment whose outcomes are all known does nothing, and is noted nowhere', async () => {
    expect(await inquire()).toEqual({ kind: 'inquired', operation: null })
    expect(ports.acquirer.asked).toEqual([])
    expect(ports.auditLog.entries).toEqual([])
    expect(ports.consoleActions.table.rows()).toEqual([])
  })

  test('of a payment that there is not is told so', async () => {
    paymentId = 'pay_none'
    expect(await inquire()).toEqual({ kind: 'not_found' })
  })
})
