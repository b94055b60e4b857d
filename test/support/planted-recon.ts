/** Plants what `sample-recon.ts` writes into a database: files, lines and breaks over the expectations of four payments. */
import { expect } from '@jest/globals'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { type AuditRow, auditHashOf } from '../../shared/invariants/audit-hash.ts'
import { withDisputes } from '../../shared/invariants/sample-disputes.ts'
import {
  type DisputedCapture,
  type ExpectedOf,
  type SampleExpectations,
  sampleRecon,
  sampleTables,
} from '../../shared/invariants/sample-recon.ts'
import { until } from '../../shared/runtime/until.ts'
import { expectMutation } from './contract.ts'
import type { PaymentApi } from './http.ts'
import { authorized, newKey } from './payments.ts'

type ReconPayments = Record<keyof SampleExpectations | 'open' | 'won' | 'lost', string>

/** Captured payments, of which one is refunded: one for each thing that may become of an expectation, and of a dispute. */
export async function reconPayments(api: PaymentApi, merchantId: string): Promise<ReconPayments> {
  const captured = async (): Promise<string> => {
    const { paymentId } = await authorized(api, { merchantId })
    expectMutation(await api.capture(paymentId, {}, { 'idempotency-key': newKey() }), 200)
    return paymentId
  }
  const settled = {
    exact: await captured(),
    short: await captured(),
    refund: await captured(),
    missing: await captured(),
  }
  const ids = { ...settled, open: await captured(), won: await captured(), lost: await captured() }
  expectMutation(await api.refund(ids.refund, {}, { 'idempotency-key': newKey() }), 200)
  return ids
}

/** The expectation of a payment, once there is one. */
async function expectationOf(database: Connection, paymentId: string, kind: string): Promise<ExpectedOf> {
  const sql = 'SELECT * FROM recon_expectation WHERE payment_id = ? AND kind = ?'
  const rows = async () => (await database.query<RowDataPacket[]>(sql, [paymentId, kind]))[0]
  await until(async () => (await rows()).length === 1, { what: `an expectation of ${paymentId}`, deadlineMs: 60_000 })
  const [row] = await rows()
  const { expectation_id, match_key, amount, fee, vat } = row!
  return { expectationId: expectation_id, matchKey: match_key, kind, amount, fee, vat }
}

/** The capture of a payment, all of which was captured. */
async function captureOf(database: Connection, paymentId: string): Promise<DisputedCapture> {
  const sql = "SELECT * FROM payment_operation WHERE payment_id = ? AND kind = 'capture' AND state = 'SUCCEEDED'"
  const [[row]] = await database.query<RowDataPacket[]>(sql, [paymentId])
  const { merchant_id, operation_id, amount } = row!
  return { paymentId, merchantId: merchant_id, operationId: operation_id, amount }
}

/** Sources must not be there, so that no job has matched anything. Nothing may run that would. */
export async function plantRecon(database: Connection, ids: ReconPayments): Promise<void> {
  const recon = sampleRecon({
    exact: await expectationOf(database, ids.exact, 'capture'),
    short: await expectationOf(database, ids.short, 'capture'),
    refund: await expectationOf(database, ids.refund, 'refund'),
    missing: await expectationOf(database, ids.missing, 'capture'),
  })
  const [open, won, lost] = [
    await captureOf(database, ids.open),
    await captureOf(database, ids.won),
    await captureOf(database, ids.lost),
  ]
  const { rows, acted, settled, givenUp } = withDisputes(recon, [open, won, lost])
  for (const table of sampleTables)
    for (const row of rows[table]) await database.query('INSERT INTO ?? SET ?', [table, row])
  await database.query("UPDATE recon_expectation SET state = 'SETTLED' WHERE expectation_id IN (?)", [settled])
  await database.query('UPDATE payment SET disputed_amount = captured_amount WHERE payment_id IN (?)', [
    [ids.open, ids.lost],
  ])
  // What was done with breaks comes last: a corruption takes the newest row away.
  await addAudited(database, [
    ...givenUp.map(subject => ({ actor: 'lee', subject, action: 'dispute.lost' })),
    ...acted.map(each => ({ ...each, action: 'break.acted' })),
  ])
}

async function addAudited(
  database: Connection,
  acted: readonly Pick<AuditRow, 'actor' | 'subject' | 'action'>[],
): Promise<void> {
  const [[last]] = await database.query<RowDataPacket[]>('SELECT id, hash FROM audit_log ORDER BY id DESC LIMIT 1')
  expect(last).toBeDefined()
  let [id, previousHash] = [Number(last!.id), String(last!.hash)]
  for (const { actor, subject, action } of acted) {
    const said = { action, reason: 'looked at it', details: '{}', atMs: Date.now() }
    const row: AuditRow = { ...said, id: ++id, actor, subject, previousHash, hash: '' }
    previousHash = auditHashOf(row)
    const { atMs, previousHash: previous_hash, hash: _, ...columns } = row
    await database.query('INSERT INTO audit_log SET ?', [
      { ...columns, at: new Date(atMs), previous_hash, hash: previousHash },
    ])
  }
}
