/** Every invariant holds on what the jobs of reconciliation make of the sandbox's files, and on what people do with the breaks. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { STANDARD_TERMS, verify } from '../../scripts/operate/verify/settle.ts'
import { settlementFaults } from '../../shared/contracts/test-tokens.ts'
import type { Wanted } from '../../shared/reconciliation/break-plans.ts'
import { approveProposal, proposeResolution } from '../../shared/reconciliation/decide-breaks.ts'
import { configFrom } from '../../shared/runtime/config.ts'
import { until } from '../../shared/runtime/until.ts'
import { type BatchPorts, Ports } from '../../shared/runtime/wiring.ts'
import { approveFile } from '../../shared/settlement/decide-file.ts'
import { addOperator } from '../../shared/settlement/operators.ts'
import { setTerms } from '../../shared/settlement/set-terms.ts'
import { expectMutation } from '../support/contract.ts'
import { openDatabase } from '../support/database.ts'
import { PaymentApi } from '../support/http.ts'
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts'
import { authorizeBody, newKey, newMerchant } from '../support/payments.ts'

jest.setTimeout(600_000)

const DAY_MS = 24 * 60 * 60_000
const DAYS = 9

let own: OwnSystem
let api: PaymentApi
let ports: BatchPorts
let tables: ReturnType<typeof openDatabase>

beforeAll(async () => {
  const env = { CAPTURE_WINDOW_MS: String(30 * DAY_MS), SETTLEMENT_TERMS: JSON.stringify({ delayDays: 0 }) }
  own = await startOwnSystem('verify-recon', undefined, env)
  const { databaseUrl, apiUrl } = own.system
  api = new PaymentApi(apiUrl)
  ports = new Ports(() => configFrom({ DATABASE_URL: databaseUrl, LOG_LEVEL: 'silent' })).forBatches
  tables = openDatabase(databaseUrl)
  const kim = { name: 'kim', role: 'approver', reason: 'the first' } as const
  const added = await addOperator(ports, { databaseLogin: 'pay' }, kim)
  const token = added.kind === 'changed' ? added.token! : ''
  await addOperator(ports, { token }, { name: 'lee', role: 'operator', reason: 'a second one' })
}, 180_000)

afterAll(async () => {
  await tables?.close()
  await ports?.database.close()
  await own?.stop()
}, 120_000)

const key = () => ({ 'idempotency-key': newKey() })

/** A sale; some of it is given back. */
async function sell(
  merchantId: string,
  amount: number,
  given: { token?: string; currency?: string; back?: number } = {},
) {
  const { token = 'tok_approve', currency = 'KRW', back = 0 } = given
  const body = authorizeBody({ merchantId, amount, currency, paymentMethod: token, capture: true })
  const { paymentId } = expectMutation(await api.authorize(body), 201)
  if (back > 0) expectMutation(await api.refund(paymentId, { amount: back }, key()), 200)
}

async function move(advance: string): Promise<void> {
  const post = async (by: string) => (await api.post('/sandbox/clock', { advance: by })).status
  if ((await post(advance)) === 200) return
  await until(async () => (await post('PT0S')) === 200, { what: 'the clock to arrive', deadlineMs: 240_000 })
}

async function approveAll(): Promise<void> {
  const files = await tables.rows<{ file_id: string }>("SELECT file_id FROM payout_file WHERE state = 'PREPARED'", [])
  for (const { file_id: fileId } of files) await approveFile(ports, fileId, { actor: 'kim', reason: 'what is due' })
}

async function paidInto(accountToken: string): Promise<string> {
  const merchantId = newMerchant('recon')
  const change = { merchantId, currency: 'KRW', from: 'soon', changes: { accountToken } } as const
  await setTerms(ports, change, { actor: 'kim', reason: 'a contract' })
  return merchantId
}

async function sellToAll(merchants: readonly string[]): Promise<void> {
  for (const merchantId of merchants) await sell(merchantId, 20_000, { back: 5_000 })
  const [first] = merchants
  for (const fault of settlementFaults) await sell(first!, 10_000, { token: `tok_settle_${fault}` })
  await sell(first!, 12_345, { currency: 'USD', back: 45 })
  await sell(newMerchant('recon'), 300, { back: 300 })
}

interface OpenBreak {
  break_id: string
  class: string
  remaining: number
  source_id: string
  batch_ref: string | null
  subject: string
}

const openBreaks = () =>
  tables.rows<OpenBreak>('SELECT * FROM recon_break WHERE closed_at IS NULL ORDER BY break_id', [])

async function resolve(breakId: string, wanted: Wanted): Promise<string> {
  const proposed = await proposeResolution(ports, breakId, wanted, { actor: 'lee', reason: 'it was explained' })
  if (proposed.kind === 'refused') return proposed.reason
  const approved = await approveProposal(ports, breakId, { actor: 'kim', reason: 'that is right' })
  return approved.kind === 'refused' ? approved.reason : approved.kind
}

/** In turn, so that each is done with something. */
function wantedFor({ class: name, remaining, batch_ref }: OpenBreak, merchantId: string, turn: number): Wanted {
  if (name === 'MISSING_THERE' && remaining === 0) return { kind: 'give_up' }
  if (remaining === 0) return { kind: 'close' }
  const part = Math.trunc(remaining / 2) || remaining
  const all: Wanted[] = [
    { kind: 'resolve', account: remaining > 0 ? 'recon_loss' : 'recon_gain' },
    { kind: 'resolve', account: 'acquirer_receivable', amountMinor: part },
    { kind: 'resolve', account: `merchant_payable:${merchantId}`, amountMinor: part },
    { kind: 'resolve', account: 'own_funds', amountMinor: part },
    { kind: 'resolve', account: 'acquirer_fee' },
    { kind: 'resolve', account: 'cash_in_transit', amountMinor: part, target: batch_ref ?? '' },
  ]
  return all[turn % all.length]!
}

const broken = async () => {
  const { databaseUrl, brokers, acquirerUrl, ...rest } = own.system
  const report = await verify(
    { ...rest, databaseUrl, brokers, acquirerUrl },
    {
      ...{ settleMs: 120_000, graceMs: 60_000, settlementDefaults: STANDARD_TERMS },
    },
  )
  return report.results.filter(({ ok }) => !ok).map(({ name, rows }) => ({ name, rows: rows.slice(0, 3) }))
}

const counted = (table: string, columns: string) =>
  tables.rows<Record<string, unknown>>(
    `SELECT ${columns}, COUNT(*) AS count FROM ${table} GROUP BY ${columns} ORDER BY ${columns}`,
    [],
  )

test('hold from the sale to the statement, and when breaks are resolved', async () => {
  const merchants = [
    newMerchant('recon'),
    await paidInto('acct_return'),
    await paidInto('acct_late'),
    await paidInto('acct_fail'),
  ]
  await move('PT2M')
  for (let day = 0; day < DAYS; day++) {
    if (day < 3) await sellToAll(merchants)
    await move('P1D')
    await approveAll()
  }
  expect(await broken()).toEqual([])

  for (let turn = 0; turn < 3; turn++)
    for (const [index, found] of (await openBreaks()).entries())
      await resolve(found.break_id, wantedFor(found, merchants[0]!, index + turn))
  const [one, other] = (await openBreaks()).filter(({ remaining }) => remaining !== 0)
  if (one && other) await resolve(one.break_id, { kind: 'resolve', account: 'recon_suspense', target: other.break_id })
  await move('P1D')
  console.log(
    JSON.stringify([
      await counted('recon_break', 'class, state'),
      await counted('recon_break_action', 'action, account'),
      await counted('recon_file', 'source_id, state'),
      await counted('recon_line', 'source_id, kind, state'),
      await counted('payout', 'state'),
    ]),
  )
  expect(await broken()).toEqual([])
})
