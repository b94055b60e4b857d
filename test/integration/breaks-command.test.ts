/** `npm run breaks` on a database of its own: what people do with breaks, what it writes, and what its tables refuse. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { DuplicateKeyError } from '../../shared/payments/ports.ts'
import { type NewBreak, openBreaks } from '../../shared/reconciliation/open-breaks.ts'
import type { ReconBreak } from '../../shared/reconciliation/ports.ts'
import { writeOffSmall } from '../../shared/reconciliation/write-off-breaks.ts'
import { configFrom } from '../../shared/runtime/config.ts'
import { type BatchPorts, Ports } from '../../shared/runtime/wiring.ts'
import type { Payout } from '../../shared/settlement/ports.ts'
import { ids } from '../support/rows.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { systemUnderTest } from '../support/system.ts'
import { TypedCommands } from '../support/typed-commands.ts'

jest.setTimeout(120_000)

let scratch: ScratchDatabase
let ports: BatchPorts
let commands: TypedCommands

beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'breaks')
  ports = new Ports(() => configFrom({ DATABASE_URL: scratch.url, LOG_LEVEL: 'silent' })).forBatches
  commands = new TypedCommands('breaks', scratch.url)
  await commands.add(ports, { lee: 'approver', kim: 'operator', park: 'approver' })
})
afterAll(async () => {
  commands?.remove()
  await ports?.database.close()
  await scratch?.drop()
})

const as = (name: string, ...args: string[]) => commands.as(name, ...args)

const because = ['--reason', 'they wrote', '--yes']

let subjects = 0

async function open(bookedMinor: number, given: Partial<NewBreak> = {}): Promise<ReconBreak> {
  const wanted: NewBreak = {
    ...{ subject: `${ids.event()}:${++subjects}`, class: 'AMOUNT_UNDER', sourceId: 'acquirer', currency: 'KRW' },
    ...{ differences: { amount: { expected: 10_000, found: 10_000 - bookedMinor } }, openedOn: '2026-01-02' },
    movements: [{ type: 'differs_amount', signedMinor: bookedMinor }],
    ...given,
  }
  const [made] = await ports.database.runAlone(tx => openBreaks(ports, tx, [wanted]))
  return made!
}

const now = async ({ breakId }: ReconBreak) => (await ports.breaks.find(breakId))!
const entriesOf = ({ breakId }: ReconBreak) =>
  scratch.direct.rows(
    'SELECT entry_type, debit_account, credit_account, amount FROM ledger_entry WHERE subject_id = ? ORDER BY entry_id',
    [breakId],
  )

describe('a break', () => {
  test('is assigned, proposed and approved by two people, and tells what is next', async () => {
    const made = await open(1_000)
    const { breakId } = made
    expect((await as('kim', 'assign', breakId, 'nobody', ...because)).stdout).toContain('npm run operators')
    expect(await as('kim', 'assign', breakId, ...because)).toMatchObject({ code: 0 })
    expect((await as('kim', 'propose', breakId, '--to', 'petty_cash', ...because)).stdout).toContain('Nothing was done')
    const proposed = await as('kim', 'propose', breakId, '--to', 'acquirer_fee', '--amount', '400', ...because)
    expect(proposed.stdout).toContain(`npm run breaks -- approve ${breakId}`)
    expect((await as('kim', 'approve', breakId, ...because)).stderr).toContain(
      'kim is operator, and this is for approvers',
    )
    expect((await as('lee', 'approve', breakId, ...because)).stdout).toContain('600 KRW remain')
    await as('park', 'propose', breakId, '--to', 'recon_loss', ...because)
    expect((await as('park', 'approve', breakId, ...because)).stdout).toContain('you have proposed it')
    expect(await as('lee', 'approve', breakId, ...because)).toMatchObject({ code: 0 })

    expect(await now(made)).toMatchObject({ state: 'WRITTEN_OFF', remainingMinor: 0, assignee: 'kim', version: 5 })
    expect(await entriesOf(made)).toMatchObject([
      { entry_type: 'differs_amount', debit_account: 'recon_suspense', amount: 1_000 },
      { entry_type: 'resolved', debit_account: 'acquirer_fee', credit_account: 'recon_suspense', amount: 400 },
      { entry_type: 'resolved', debit_account: 'recon_loss', credit_account: 'recon_suspense', amount: 600 },
    ])
    const audited = await scratch.direct.rows('SELECT actor FROM audit_log WHERE subject = ? ORDER BY id', [breakId])
    expect(audited.map(({ actor }) => actor)).toEqual(['kim', 'kim', 'lee', 'park', 'lee'])
    const shown = await as('', 'show', breakId)
    expect(shown.stdout).toContain('amount: expected 10000, found 9000')
    expect(shown.stdout).toContain('It is WRITTEN_OFF')
  })

  test('is approved once by two at the same time', async () => {
    const made = await open(1_000)
    await as('kim', 'propose', made.breakId, '--to', 'own_funds', ...because)
    const both = await Promise.all([
      as('lee', 'approve', made.breakId, ...because),
      as('park', 'approve', made.breakId, ...because),
    ])

    expect(both.map(({ code }) => code).toSorted()).toEqual([0, 1])
    expect(await entriesOf(made)).toHaveLength(2)
  })

  test('expects a correction, and a merchant has an adjustment, under the event of the step', async () => {
    await scratch.direct.write(
      `INSERT INTO ledger_entry (entry_id, subject_id, event_id, entry_type, debit_account, credit_account, amount, currency, occurred_at, recorded_at)
       VALUES (?, ?, ?, 'payout_failed', 'payout_in_transit', 'merchant_payable:shop', 1, 'KRW', NOW(3), NOW(3))`,
      [ids.entry(), ids.payment(), ids.event()],
    )
    const made = await open(1_000)
    await as('kim', 'propose', made.breakId, '--to', 'acquirer_receivable', '--amount', '300', ...because)
    await as('lee', 'approve', made.breakId, ...because)
    await as('kim', 'propose', made.breakId, '--to', 'merchant_payable:shop', ...because)
    await as('lee', 'approve', made.breakId, ...because)

    const [correction] = await scratch.direct.rows("SELECT * FROM recon_expectation WHERE kind = 'correction'", [])
    expect(correction).toMatchObject({
      match_key: `${made.breakId}:2`,
      amount: 300,
      fee: 0,
      state: 'OPEN',
    })
    expect(correction!.due_on).not.toBeNull()
    const [item] = await scratch.direct.rows("SELECT * FROM settlement_item WHERE type = 'adjustment'", [])
    expect(item).toMatchObject({ merchant_id: 'shop', net: -700, payment_id: null, batch_id: null })
    const actions = await ports.breaks.listActions(made.breakId)
    expect(actions.flatMap(({ eventId }) => eventId ?? [])).toEqual([correction!.event_id, item!.event_id])
  })

  test('settles a correction that is shown with it, and none of another amount; only once', async () => {
    const [row] = await scratch.direct.rows(
      "SELECT expectation_id FROM recon_expectation WHERE kind = 'correction' AND amount = 300",
    )
    const target = String(row!.expectation_id)
    await scratch.direct.write("UPDATE recon_expectation SET state = 'OVERDUE' WHERE expectation_id = ?", [target])
    const missing = await open(0, {
      ...{ class: 'MISSING_THERE', subject: target, expectationId: target, movements: [] },
    })
    const other = await open(-301, { class: 'MISSING_HERE' })
    const lines = [await open(-300, { class: 'MISSING_HERE' }), await open(-300, { class: 'MISSING_HERE' })]
    expect((await as('', 'show', other.breakId)).stdout).not.toContain(target)
    expect((await as('', 'show', lines[0]!.breakId)).stdout).toContain(`--to acquirer_receivable --target ${target}`)
    const words = ['--to', 'acquirer_receivable', '--target', target]
    expect((await as('kim', 'propose', other.breakId, ...words, ...because)).stdout).toContain('with the other sign')
    for (const { breakId } of lines) await as('kim', 'propose', breakId, ...words, ...because)
    const both = await Promise.all([
      as('lee', 'approve', lines[0]!.breakId, ...because),
      as('park', 'approve', lines[1]!.breakId, ...because),
    ])

    expect(both.map(({ code }) => code).toSorted()).toEqual([0, 1])
    expect(both.map(({ stdout }) => stdout).join()).toContain('the correction is settled already')
    expect(await scratch.direct.rows('SELECT state FROM recon_expectation WHERE expectation_id = ?', [target])).toEqual(
      [{ state: 'SETTLED' }],
    )
    expect(await scratch.direct.count("SELECT COUNT(*) FROM recon_expectation WHERE kind = 'correction'")).toBe(1)
    expect(await now(missing)).toMatchObject({ state: 'RESOLVED', bookedMinor: 0, version: 1 })
    expect((await as('', 'show', lines[0]!.breakId)).stdout).not.toContain('It may be the correction')
  })

  test('gives back to a batch of the acquirer, and takes it when it is given up', async () => {
    await scratch.direct.write("INSERT INTO recon_batch VALUES ('acquirer', 'ACQ-1', 'KRW', 5000, 4000, 0, NULL)", [])
    const of = { subject: 'acquirer:ACQ-1:KRW', batchRef: 'ACQ-1' }
    const missed = await open(0, { class: 'MISSING_THERE', ...of, movements: [] })
    await as('kim', 'give-up', missed.breakId, ...because)
    await as('lee', 'approve', missed.breakId, ...because)
    expect(await now(missed)).toMatchObject({ bookedMinor: 1_000, remainingMinor: 1_000, state: 'ASSIGNED' })
    await as(
      'kim',
      'propose',
      missed.breakId,
      '--to',
      'cash_in_transit',
      '--target',
      'ACQ-1',
      '--amount',
      '250',
      ...because,
    )
    await as('lee', 'approve', missed.breakId, ...because)

    expect(await scratch.direct.rows('SELECT moved FROM recon_batch', [])).toEqual([{ moved: 750 }])
    expect(await now(missed)).toMatchObject({ remainingMinor: 750 })
  })

  test('explains a payout, which is paid with its batch; another break takes the rest', async () => {
    const payout = await addPayout()
    const unknown = await open(8_900, { class: 'MISSING_HERE', sourceId: 'bank-operating' })
    const over = await open(-100, { class: 'AMOUNT_OVER' })
    const wanted = ['propose', unknown.breakId, '--to', 'payout_in_transit', '--target', payout.payoutId]
    expect((await as('kim', ...wanted, ...because)).stdout).toContain('a payout is paid as a whole')
    await as('kim', ...wanted, '--amount', '9000', ...because)
    await as('lee', 'approve', unknown.breakId, ...because)
    expect(await ports.payouts.find(payout.payoutId)).toMatchObject({ state: 'PAID', eventCount: 3 })
    expect(await scratch.direct.rows('SELECT state FROM settlement_batch', [])).toEqual([{ state: 'PAID' }])
    expect(await now(unknown)).toMatchObject({ remainingMinor: -100 })

    const short = await open(200)
    for (const from of [over, unknown]) {
      await as('kim', 'propose', from.breakId, '--to', 'recon_suspense', '--target', short.breakId, ...because)
      expect(await as('lee', 'approve', from.breakId, ...because)).toMatchObject({ code: 0 })
    }
    for (const each of [over, unknown, short]) expect(await now(each)).toMatchObject({ state: 'RESOLVED' })
  })

  test('pays an invoice of the merchant', async () => {
    const invoiceId = `inv_${'0'.repeat(25)}1`
    await ports.database.runAlone(tx =>
      ports.invoices.insert(tx, {
        ...{ invoiceId, merchantId: 'shop', currency: 'KRW', amountMinor: 700, remainingMinor: 700, state: 'OPEN' },
        ...{ deductedMinor: 0, collectedMinor: 0, lostMinor: 0, negativeSince: '2026-01-02', eventCount: 1 },
        invoicedAtMs: 0,
      }),
    )
    const paid = await open(-700, { class: 'MISSING_HERE', sourceId: 'bank-operating' })
    await as('kim', 'propose', paid.breakId, '--to', 'merchant_receivable:shop', '--target', invoiceId, ...because)
    await as('lee', 'approve', paid.breakId, ...because)

    expect(await now(paid)).toMatchObject({ state: 'RESOLVED' })
    expect(await scratch.direct.rows('SELECT state, collected FROM merchant_invoice', [])).toEqual([
      { state: 'PAID', collected: 700 },
    ])
  })

  test('has one of a class and subject, or nothing is written', async () => {
    const made = await open(100)
    await expect(open(100, { subject: made.subject })).rejects.toBeInstanceOf(DuplicateKeyError)
  })
})

test('what is small is written off, up to the sum of a day', async () => {
  await scratch.direct.write(
    "UPDATE recon_source SET tolerance = 10, tolerance_max = 12 WHERE source_id = 'bank-operating'",
    [],
  )
  const small = [await open(9, { sourceId: 'bank-operating' }), await open(-8, { sourceId: 'bank-operating' })]
  expect(await writeOffSmall(ports, Number.POSITIVE_INFINITY)).toEqual({ writtenOff: 1, overMax: 1 })

  expect(await now(small[0]!)).toMatchObject({ state: 'WRITTEN_OFF' })
  expect(await now(small[1]!)).toMatchObject({ state: 'OPEN' })
})

test('files that wait and files that were rejected are counted, and listed by pages', async () => {
  const columns = '(file_id, source_id, name, sha256, state, received_at)'
  const add = (number: number, name: string, state: string) =>
    scratch.direct.write(`INSERT INTO recon_file ${columns} VALUES (?, 'acquirer', ?, ?, ?, '2026-01-02')`, [
      `rcf_${'0'.repeat(25)}${number}`,
      ...[name, String(number).repeat(64), state],
    ])
  await add(1, 'replaced.csv', 'REJECTED')
  await add(2, 'replaced.csv', 'DONE')
  await add(3, 'wrong.csv', 'REJECTED')
  await add(4, 'new.csv', 'PARSED')
  await add(5, 'newer.csv', 'PARSED')

  const sinceMs = Date.UTC(2026, 0, 2)
  expect(await ports.reconFiles.waiting()).toEqual({
    ...{ RECEIVED: { count: 0, sinceMs: null }, PARSED: { count: 2, sinceMs }, MATCHING: { count: 0, sinceMs: null } },
  })
  expect(await ports.reconFiles.countRejected(sinceMs)).toBe(1)
  expect(await ports.reconFiles.countRejected(sinceMs + 1)).toBe(0)
  const names = async (query: Parameters<typeof ports.reconFiles.listPage>[0]) =>
    (await ports.reconFiles.listPage(query)).map(({ name }) => name)
  expect(await names({ limit: 2 })).toEqual(['newer.csv', 'new.csv'])
  expect(await names({ limit: 2, beforeFileId: `rcf_${'0'.repeat(25)}4` })).toEqual(['wrong.csv', 'replaced.csv'])
  expect(await names({ limit: 9, sourceId: 'acquirer', state: 'REJECTED' })).toEqual(['wrong.csv', 'replaced.csv'])
  expect(await names({ limit: 9, sourceId: 'toss' })).toEqual([])
})

test('the open breaks are what recon_suspense holds; the list and the report have each of them', async () => {
  const overview = JSON.parse((await as('', '--json')).stdout)
  const held = overview.open.reduce((sum: number, { remaining }: { remaining: string }) => sum + Number(remaining), 0)
  expect(overview.suspense).toEqual([{ currency: 'KRW', balance: String(held) }])
  expect((await as('')).stdout).toContain('what the open breaks hold.')

  const listed: ReconBreak[] = JSON.parse((await as('', 'list', '--json')).stdout)
  expect(listed.map(({ state }) => state)).not.toContain('RESOLVED')
  const resolved: ReconBreak[] = JSON.parse((await as('', 'list', '--state', 'RESOLVED', '--json')).stdout)
  expect(resolved.length).toBeGreaterThan(2)
  expect(JSON.parse((await as('', 'list', '--class', 'FEE', '--json')).stdout)).toEqual([])

  const out = join(commands.folder, 'report.csv')
  expect((await as('', 'report', '--out', out, '--lang', 'ko')).stdout).toContain(`${listed.length} open breaks`)
  const csv = readFileSync(out, 'utf8')
  expect(csv.startsWith('\uFEFF불일치,')).toBe(true)
  expect(csv.trimEnd().split('\r\n')).toHaveLength(listed.length + 1)
})

/** At the bank. */
async function addPayout(): Promise<Payout> {
  const batchId = ids.batch()
  const payout: Payout = {
    ...{ payoutId: ids.payout(), batchId, attempt: 1, merchantId: 'shop', currency: 'KRW', amountMinor: 9_000 },
    ...{ accountToken: 'acct_pay', state: 'SENT', fileId: null, bankRef: null, failure: null },
    ...{ eventCount: 2, askAtMs: 0, createdAtMs: 0, updatedAtMs: 0 },
  }
  await ports.database.runAlone(async tx => {
    await ports.batches.insert(tx, {
      ...{ batchId, merchantId: 'shop', currency: 'KRW', periodEnd: '2026-01-02', sequence: 1, dueOn: '2026-01-06' },
      ...{ state: 'CLOSED', itemCount: 1, netMinor: 9_000, openedAtMs: 0, closedAtMs: 0, attemptsMax: 5 },
    })
    await ports.payouts.insert(tx, payout)
  })
  return payout
}
