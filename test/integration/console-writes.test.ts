/**
 * What operators do in the console, on a running system: once for each key, with one entry of the audit log, whatever is repeated, sent
 * twice at once, or killed between the entry and the operation.
 */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { readChain } from '../../scripts/operate/operators/audit-chain.ts'
import { claimOf } from '../../shared/http/claim.ts'
import { askAsOperator } from '../../shared/payments/ask-as-operator.ts'
import { type KeyedPorts, onceByKey } from '../../shared/payments/once-by-key.ts'
import { configFrom } from '../../shared/runtime/config.ts'
import { until } from '../../shared/runtime/until.ts'
import { Ports } from '../../shared/runtime/wiring.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { PaymentApi } from '../support/http.ts'
import { newOperatorKey, TestOperators } from '../support/operators.ts'
import { authorized, captured, newKey, newMerchant } from '../support/payments.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(60_000)

const { apiUrl, databaseUrl } = systemUnderTest()
const api = new PaymentApi(apiUrl)
const newProcess = (url: string) => new Ports(() => configFrom({ DATABASE_URL: url, LOG_LEVEL: 'silent' })).forBatches

type Headers = Record<string, string>

let database: TestDatabase
let operators: TestOperators
let ports: ReturnType<typeof newProcess>
let operator: Headers
let viewer: Headers
beforeAll(async () => {
  database = openDatabase(databaseUrl)
  operators = new TestOperators(database, 'writes')
  ports = newProcess(databaseUrl)
  await operators.add('viewer', 'operator', 'approver')
  operator = await operators.signIn('operator', apiUrl)
  viewer = await operators.signIn('viewer', apiUrl)
})
afterAll(async () => {
  await operators?.remove()
  await ports?.database.close()
  await database?.close()
})

const REASON = 'ticket 4711: 탭을 닫았다 📞'
const write = (paymentId: string, action: string, body: object, headers = operator) =>
  api.post(`/operator/payments/${paymentId}/${action}`, body, headers)
const bodyOf = (more: object = {}) => ({ key: newOperatorKey(), reason: REASON, ...more })

const audited = (paymentId: string) =>
  database.rows<{ actor: string; action: string; reason: string; details: string }>(
    'SELECT actor, action, reason, details FROM audit_log WHERE subject = ? ORDER BY id',
    [paymentId],
  )
const operationsOf = (key: string) =>
  database.rows<{ kind: string; state: string; amount: number }>(
    'SELECT kind, state, amount FROM payment_operation WHERE idempotency_key = ?',
    [key],
  )

describe('a refund', () => {
  test('is one operation with one entry of the audit log, and its repeat the same bytes', async () => {
    const { paymentId } = await captured(api)
    const body = bodyOf({ amount: 50_000 })
    const first = await write(paymentId, 'refund', body)
    const again = await write(paymentId, 'refund', body)

    expect([first.status, first.json.refundedAmount, first.replayed]).toEqual([200, 50_000, false])
    expect([again.status, again.replayed, again.text]).toEqual([200, true, first.text])
    expect(await operationsOf(body.key)).toMatchObject([{ kind: 'refund', state: 'SUCCEEDED', amount: 50_000 }])
    const entries = await audited(paymentId)
    expect(entries).toMatchObject([{ actor: 'writes operator', action: 'payment.refund-asked', reason: REASON }])
    expect(JSON.parse(entries[0]!.details)).toEqual({ amount: 50_000, key: body.key })
    expect(
      await database.rows('SELECT operator, action, subject FROM console_action WHERE action_key = ?', [body.key]),
    ).toEqual([{ operator: 'writes operator', action: 'payment.refund-asked', subject: paymentId }])
  })

  test('that ten send at once under one key moves money once', async () => {
    const { paymentId } = await captured(api)
    const body = bodyOf({ amount: 1_000 })
    const replies = await Promise.all(Array.from({ length: 10 }, () => write(paymentId, 'refund', body)))

    // Whoever comes while it is being worked on is told so, and may repeat.
    for (const { status } of replies) expect([200, 409]).toContain(status)
    expect(new Set(replies.filter(({ status }) => status === 200).map(({ text }) => text)).size).toBe(1)
    expect((await write(paymentId, 'refund', body)).json.refundedAmount).toBe(1_000)
    expect(await operationsOf(body.key)).toHaveLength(1)
    expect(await audited(paymentId)).toHaveLength(1)
    expect((await api.payment(paymentId)).json.refundedAmount).toBe(1_000)
  })

  test('of another amount, of another payment or by another operator is refused under the same key', async () => {
    const { paymentId, merchantId } = await captured(api)
    const other = await captured(api, { merchantId })
    const body = bodyOf({ amount: 1_000 })
    await write(paymentId, 'refund', body)

    const replies = [
      await write(paymentId, 'refund', { ...body, amount: 2_000 }),
      await write(other.paymentId, 'refund', body),
      await write(paymentId, 'void', { key: body.key, reason: REASON }),
      await write(paymentId, 'refund', body, await operators.signIn('approver', apiUrl)),
    ]
    expect(replies.map(({ status, json }) => [status, json.details.differences])).toEqual([
      [422, ['/amount']],
      [422, ['/paymentId']],
      [422, ['/operation']],
      [422, ['/operator']],
    ])
    expect(await audited(other.paymentId)).toEqual([])
    expect((await api.payment(paymentId)).json.refundedAmount).toBe(1_000)
  })

  test('has a key that no merchant can use before or after', async () => {
    const { paymentId } = await captured(api)
    const body = bodyOf({ amount: 1_000 })
    const asMerchant = () => api.refund(paymentId, { amount: 1 }, { 'idempotency-key': body.key })

    expect((await asMerchant()).status).toBe(400)
    expect((await write(paymentId, 'refund', body)).status).toBe(200)
    expect((await asMerchant()).status).toBe(400)
    expect((await api.payment(paymentId)).json.refundedAmount).toBe(1_000)
  })

  test('that a viewer asks for is a 403, and nothing is written', async () => {
    const { paymentId } = await captured(api)
    const body = bodyOf({ amount: 1_000 })
    const reply = await write(paymentId, 'refund', body, viewer)

    expect([reply.status, reply.json.details]).toEqual([403, { reason: 'role', needed: 'operator' }])
    expect(await audited(paymentId)).toEqual([])
    expect(await database.count('SELECT COUNT(*) FROM console_action WHERE action_key = ?', [body.key])).toBe(0)
    expect(await operationsOf(body.key)).toEqual([])
  })

  test('that more is asked for than is left is refused as for everybody, and noted', async () => {
    const { paymentId } = await captured(api)
    const body = bodyOf({ amount: 2_000_000 })
    const reply = await write(paymentId, 'refund', body)
    const ofMerchant = await api.refund(paymentId, { amount: 2_000_000 }, { 'idempotency-key': newKey() })

    expect(reply.status).toBe(409)
    expect([reply.json.code, reply.json.details]).toEqual([ofMerchant.json.code, ofMerchant.json.details])
    expect(await audited(paymentId)).toHaveLength(1)
  })

  // The request that wrote the entry died before it claimed the operation; the page sends it again.
  test('goes on where a process was killed between the entry and the operation', async () => {
    const { paymentId } = await captured(api)
    const { key, ...rest } = bodyOf({ amount: 7_000 })
    const route = 'POST /operator/payments/{paymentId}/refund'
    const claim = claimOf({ key, operation: route, route, pathParameters: { paymentId }, body: rest })
    const ask = { paymentId, claim, operator: 'writes operator', reason: REASON, details: { amount: 7_000 } }
    const killed = new Error('killed')
    await expect(
      askAsOperator(ports, { ...ask, action: 'payment.refund-asked' }, () => Promise.reject(killed)),
    ).rejects.toBe(killed)
    expect([await audited(paymentId), await operationsOf(key)]).toMatchObject([
      [{ action: 'payment.refund-asked' }],
      [],
    ])

    const reply = await write(paymentId, 'refund', { key, ...rest })
    expect([reply.status, reply.json.refundedAmount]).toEqual([200, 7_000])
    expect(await audited(paymentId)).toHaveLength(1)
  })
})

describe('the others', () => {
  test('capture a part, void the rest, and are the operator’s in the timeline', async () => {
    const { paymentId } = await authorized(api)
    const part = await write(paymentId, 'capture', bodyOf({ amount: 1_000, finalCapture: false }))
    const rest = await write(paymentId, 'void', bodyOf())
    const { json } = await api.get(`/operator/payments/${paymentId}/timeline`, viewer)

    expect([part.json.status, rest.json.status]).toEqual(['PARTIALLY_CAPTURED', 'COMPLETED'])
    expect(json.operations.map(({ by }: { by: object }) => by)).toMatchObject([
      { kind: 'request', person: null },
      { kind: 'operator', person: 'writes operator', reason: REASON },
      { kind: 'operator', person: 'writes operator', reason: REASON },
    ])
    // Until its events are published and its fee is booked, two reads may differ.
    await until(
      async () => {
        const { ledgerEntries, events } = (await api.payment(paymentId)).json
        return ledgerEntries.length === 2 && events.every((event: { publishedAt: unknown }) => event.publishedAt)
      },
      { what: 'the capture and its fee in the books' },
    )
    expect((await api.get(`/operator/payments/${paymentId}`, viewer)).json).toEqual((await api.payment(paymentId)).json)
  })

  test('inquire about what the acquirer did not tell', async () => {
    const merchantId = newMerchant()
    const body = {
      merchantId,
      amount: 5,
      currency: 'KRW',
      idempotencyKey: newKey(),
      paymentMethod: 'tok_timeout_after',
    }
    const { json: unknown } = await api.authorize(body)
    expect(unknown.code).toBe('OUTCOME_UNKNOWN')
    const { paymentId } = unknown
    const ask = bodyOf()
    const reply = await write(paymentId, 'inquire', ask)

    // The resolver may have been quicker.
    expect(reply.status).toBe(200)
    expect((await api.payment(paymentId)).json.status).toBe('AUTHORIZED')
    const state = reply.json.operation?.state ?? 'SUCCEEDED'
    expect(state).toBe('SUCCEEDED')
    expect((await write(paymentId, 'inquire', bodyOf())).json).toEqual({ paymentId, operation: null })
  })

  test('leave the chain of the audit log whole', async () => {
    const chain = await ports.snapshots.read(snapshot => readChain(snapshot.auditRows()))
    expect(chain).toMatchObject({ brokenCount: 0 })
  })
})

describe('a key on MariaDB', () => {
  let scratch: ScratchDatabase
  let processes: ReturnType<typeof newProcess>[]
  beforeAll(async () => {
    scratch = await ScratchDatabase.create(databaseUrl, 'console_actions')
    processes = [newProcess(scratch.url), newProcess(scratch.url)]
  })
  afterAll(async () => {
    for (const each of processes ?? []) await each.database.close()
    await scratch?.drop()
  })

  const requestOf = (key: string) => {
    const canonicalRequest = JSON.stringify({ operation: 'x', path: '/x', body: { reason: '왜' } })
    return { claim: { key, fingerprint: `v1:${'a'.repeat(64)}`, canonicalRequest }, operator: '김민지' }
  }
  const noted =
    (subject: string, answer: object) =>
    ({ transactions, auditLog }: KeyedPorts) =>
      transactions.run(subject, async tx => {
        await auditLog.append(tx, { actor: '김민지', action: 'operator.added', subject, reason: '왜', details: {} })
        return answer
      })

  test('is taken once by two processes that are at it twenty times', async () => {
    const request = requestOf(newOperatorKey())
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => onceByKey(processes[index % 2]!, request, noted('door', { by: index }))),
    )

    const answered = outcomes as Extract<(typeof outcomes)[number], { kind: 'answered' }>[]
    expect(answered.filter(({ replayed }) => !replayed)).toHaveLength(1)
    expect(new Set(answered.map(({ outcome }) => JSON.stringify(outcome))).size).toBe(1)
    expect(await scratch.direct.count("SELECT COUNT(*) FROM audit_log WHERE subject = 'door'")).toBe(1)
  })

  test('and its answer are given back as they were, also to another process', async () => {
    const request = requestOf(newOperatorKey())
    const answer = { text: '"확인" \\ 📞', list: [1, null, true], nothing: null }
    await onceByKey(processes[0]!, request, noted('answer', answer))

    expect(await onceByKey(processes[1]!, request, noted('answer', {}))).toEqual({
      ...{ kind: 'answered', outcome: answer, replayed: true },
    })
    expect(await processes[0]!.consoleActions.find(request.claim.key)).toMatchObject({
      ...{ key: request.claim.key, operator: '김민지', action: 'operator.added', subject: 'answer', answer },
      canonicalRequest: request.claim.canonicalRequest,
    })
  })
})
