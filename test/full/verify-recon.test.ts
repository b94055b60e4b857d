/** Every invariant holds on what the jobs of reconciliation make of the sandbox's files, and on what people do with the breaks. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { STANDARD_TERMS, verify } from '../../scripts/operate/verify/settle.ts'
import { settlementFaults, settlementTokenOf } from '../../shared/contracts/test-tokens.ts'
import type { Wanted } from '../../shared/reconciliation/break-plans.ts'
import { approveProposal, proposeResolution } from '../../shared/reconciliation/decide-breaks.ts'
import { configFrom } from '../../shared/runtime/config.ts'
import { until } from '../../shared/runtime/until.ts'
import { type BatchPorts, Ports } from '../../shared/runtime/wiring.ts'
import { approveFile } from '../../shared/settlement/decide-file.ts'
import { addOperator } from '../../shared/settlement/operators.ts'
import { expectMutation } from '../support/contract.ts'
import { openDatabase } from '../support/database.ts'
import { PaymentApi } from '../support/http.ts'
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts'
import { authorizeBody, newKey, newMerchant } from '../support/payments.ts'

jest.setTimeout(600_000)

const DAY_MS = 24 * 60 * 60_000
const DAYS_OF_SALES = 2
/** Until statements have shown what became of the payouts. */
const DAYS = 8

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
  await ports.clock.catchUp()
  const since = { merchantId, currency: 'KRW', validFromMs: ports.clock.virtualNowMs() }
  const terms = { ...ports.settlementDefaults, ...since, accountToken }
  await ports.database.runAlone(tx => ports.terms.insertTerms(tx, terms, 'a test', ports.clock.nowMs()))
  return merchantId
}

async function sellToAll(merchants: readonly string[]): Promise<void> {
  for (const merchantId of merchants) await sell(merchantId, 20_000, { back: 5_000 })
  const [first] = merchants
  for (const fault of settlementFaults)
    await sell(first!, 10_000, { token: settlementTokenOf(fault), back: fault === 'over_disputed' ? 1_000 : 0 })
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

/** What there is in a column, each once. */
async function kindsIn(table: string, column: string): Promise<unknown[]> {
  const rows = await tables.rows<{ kind: string }>(`SELECT DISTINCT ${column} AS kind FROM ${table} ORDER BY kind`, [])
  return rows.map(({ kind }) => kind)
}

/** Money of our own comes in, and a part of it is kept apart. */
async function putInFunds(): Promise<void> {
  const put = async (path: string, body: object) => {
    const answer = await fetch(`${own.system.bankUrl}${path}`, {
      ...{ method: 'PUT', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
    })
    expect(answer.status).toBe(200)
  }
  const money = { amount: 1_000_000, currency: 'KRW' }
  await put('/deposits/own-funds-1', { ...money, account: 'operating', from: 'the owners', remittance: 'capital' })
  await put('/transfers/apart-1', { ...money, from: 'operating', to: 'safeguarded', amount: 400_000 })
}

/** Each break is resolved in parts, in another way each time; then one takes over what remains of another. */
async function workOnBreaks(merchantId: string): Promise<Set<string>> {
  const outcomes = new Set<string>()
  for (let turn = 0; turn < 3; turn++)
    for (const [index, found] of (await openBreaks()).entries())
      outcomes.add(await resolve(found.break_id, wantedFor(found, merchantId, index + turn)))
  const [one, ...others] = (await openBreaks()).filter(({ remaining }) => remaining !== 0)
  const other = others.find(({ remaining }) => remaining > 0 !== one!.remaining > 0)
  if (other) await resolve(one!.break_id, { kind: 'resolve', account: 'recon_suspense', target: other.break_id })
  return outcomes
}

test('hold from the sale to the statement, and when breaks are resolved', async () => {
  const accounts = ['acct_return', 'acct_late', 'acct_fail']
  const merchants = [newMerchant('recon')]
  for (const account of accounts) merchants.push(await paidInto(account))
  await move('PT2M')
  await putInFunds()
  for (let day = 0; day < DAYS; day++) {
    if (day < DAYS_OF_SALES) await sellToAll(merchants)
    await move('P1D')
    await approveAll()
  }
  expect(await broken()).toEqual([])
  const lines = ['AMENDED', 'AMOUNT_OVER', 'AMOUNT_UNDER', 'DATE', 'DUPLICATE', 'FEE', 'OVER_DISPUTED']
  expect(await kindsIn('recon_break', 'class')).toEqual([...lines, 'MISSING_HERE', 'MISSING_THERE'].toSorted())
  expect(await kindsIn('recon_file', 'state')).toEqual(['DONE'])
  expect(await kindsIn('payout', 'state')).toEqual(expect.arrayContaining(['PAID', 'RETURNED', 'FAILED']))

  expect(await workOnBreaks(merchants[0]!)).toContain('acted')
  await move('P1D')
  const done = ['approve', 'give_up', 'propose', 'take_over']
  expect(await kindsIn('recon_break_action', 'action')).toEqual(expect.arrayContaining(done))
  expect(await broken()).toEqual([])
})
