/** The job that sets the gauges of state: what it reads, and what is left as it was when it cannot be read. */
import { describe, expect, test } from '@jest/globals'
import { dayOfFunds } from '../../shared/books/fake-books.ts'
import { breakClasses } from '../../shared/contracts/lists.ts'
import { paymentIdOf, settledPayment } from '../../shared/invariants/sample-payments.ts'
import { sampleSlices } from '../../shared/invariants/sample-slices.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { authorizeRequestOf, caller, claimOf, FAKE_NOW_MS } from '../../shared/payments/fakes.ts'
import { createMetrics, stateSources } from '../../shared/runtime/metrics.ts'
import { listedDispute } from '../../shared/settlement/fake-dispute-reader.ts'
import type { AuditHead } from '../../shared/settlement/ports.ts'
import { createHandlerPorts } from '../../test/unit/http-fakes.ts'
import { createHandler as createCheck } from './check-invariants.ts'
import { createHandler } from './observe-state.ts'

const MINUTE_MS = 60_000

function setUp() {
  const histories = [settledPayment(1, ['authorize']), settledPayment(2, ['authorize', 'capture'])]
  const slices = sampleSlices(histories)
  const audit = { head: undefined as AuditHead | undefined }
  const auditLog = { head: async () => audit.head }
  const { invariantRuns } = slices
  const ports = { ...createHandlerPorts(), metrics: createMetrics(), invariantRuns, auditLog }
  ports.offsets.offsets = [
    { groupId: 'record-ledger-captured', topic: 'payment.captured', partition: 4, committedOffset: 7, endOffset: 9 },
  ]
  ports.topicSizes.sizes.set('payment.dlq', 3)
  const check = createCheck({ ...slices, metrics: ports.metrics, log: ports.log }, 1)
  return { ports, histories, audit, run: createHandler(ports), check }
}

type Ports = ReturnType<typeof setUp>['ports']

const insertRow = ({ transactions, outbox }: Ports, eventId: string) =>
  transactions.run('rows', tx =>
    outbox.insert(
      tx,
      {
        eventId,
        topic: 'payment.captured',
        messageKey: eventId,
        sequence: 1,
        payload: '{}',
        shard: 2,
        traceparent: null,
      },
      FAKE_NOW_MS,
    ),
  )

/** The samples of these metrics, as Prometheus gets them. */
async function shown({ metrics }: Ports, ...names: string[]): Promise<string[]> {
  const lines = (await metrics.registry.metrics()).split('\n')
  return lines.filter(line => names.some(name => line.startsWith(`${name} `) || line.startsWith(`${name}{`)))
}

const observedAt = async (ports: Ports) =>
  Object.fromEntries(
    (await ports.metrics.stateObserved.get()).values.map(({ labels, value }) => [labels.source, value]),
  )

describe('observe-state', () => {
  test('shows the outbox, consumers and dead letters, and tells what stands still', async () => {
    const { ports, run } = setUp()
    await insertRow(ports, 'waiting')
    await insertRow(ports, 'parked')
    const refusal = { error: 'too large', attempts: 3, nextAttemptAtMs: 0, parkedAtMs: FAKE_NOW_MS }
    await ports.transactions.run('rows', tx => ports.outbox.markRefused(tx, 2, refusal))

    await run()
    expect(ports.log.lines).toEqual([])
    ports.clock.advance(MINUTE_MS)
    expect(await run()).toEqual({ unread: [] })

    const partition = '{group="record-ledger-captured",topic="payment.captured",partition="4"}'
    const names = ['consumer_lag_records', 'consumer_still_seconds', 'outbox_waiting', 'outbox_oldest_seconds']
    expect(await shown(ports, ...names, 'outbox_parked_rows', 'dead_letter_records')).toEqual([
      'outbox_parked_rows 1',
      'outbox_waiting{topic="payment.captured"} 1',
      'outbox_oldest_seconds{topic="payment.captured"} 60',
      `consumer_lag_records${partition} 2`,
      `consumer_still_seconds${partition} 60`,
      'dead_letter_records 3',
    ])
    expect(ports.log.lines.map(({ fields }) => fields.kind).sort()).toEqual([
      'consumer_standing_still',
      'events_waiting',
    ])
  })

  test('shows unknown outcomes, and the age of the oldest', async () => {
    const { ports, run } = setUp()
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await authorizePayment(ports, authorizeRequestOf(), claimOf('key-1'), { ...caller })
    ports.clock.advance(1_500)
    await run()

    const names = ['operations_unknown', 'operations_unknown_oldest_seconds']
    expect(await shown(ports, ...names)).toEqual(['operations_unknown 1', 'operations_unknown_oldest_seconds 1.5'])
  })

  test('shows how long the audit log is, and logs its end once', async () => {
    const { ports, audit, run } = setUp()
    await run()
    expect(await shown(ports, 'audit_log_entries')).toEqual(['audit_log_entries 0'])
    expect(ports.log.lines).toEqual([])

    audit.head = { id: 3, hash: 'abc' }
    await run()
    await run()
    expect(await shown(ports, 'audit_log_entries')).toEqual(['audit_log_entries 3'])
    expect(ports.log.lines.map(({ fields }) => fields)).toEqual([{ entries: 3, hash: 'abc' }])
  })

  test('shows what the safeguarded account lacks, and for how many business days', async () => {
    const { ports, run } = setUp()
    const usd = { currency: 'USD', requiredMinor: 0n }
    ports.fundsDays.rows = [dayOfFunds('2026-01-01'), dayOfFunds('2026-01-02'), dayOfFunds('2026-01-02', usd)]
    await run()
    expect(await shown(ports, 'funds_missing_minor', 'funds_short_business_days')).toEqual([
      'funds_missing_minor{currency="KRW"} 10000',
      'funds_missing_minor{currency="USD"} 0',
      'funds_short_business_days{currency="KRW"} 1',
      'funds_short_business_days{currency="USD"} 0',
    ])
  })

  test('shows which payout files and payouts wait, and the age of the oldest in virtual time', async () => {
    const { ports, run } = setUp()
    const { waiting } = ports
    waiting.files.PREPARED = { count: 2, sinceMs: FAKE_NOW_MS - MINUTE_MS }
    waiting.payouts = { count: 7, sinceMs: FAKE_NOW_MS }
    ports.clock.advanceVirtual(2 * MINUTE_MS)
    await run()

    const of = (state: string) => [
      `payout_files_waiting{state="${state}"}`,
      `payout_files_waiting_oldest_seconds{state="${state}"}`,
    ]
    const samples = await shown(ports, 'payout_files_waiting', 'payout_files_waiting_oldest_seconds')
    expect(samples.toSorted()).toEqual(
      [
        ...[`${of('PREPARED')[0]} 2`, `${of('PREPARED')[1]} 180`],
        ...['APPROVED', 'SENT'].flatMap(state => of(state).map(sample => `${sample} 0`)),
      ].toSorted(),
    )
    expect(await shown(ports, 'payouts_unanswered', 'payouts_unanswered_oldest_seconds')).toEqual([
      'payouts_unanswered 7',
      'payouts_unanswered_oldest_seconds 120',
    ])
  })

  test('shows files that wait or were rejected, open breaks and what is not explained', async () => {
    const { ports, run } = setUp()
    const { recon } = ports
    recon.files.PARSED = { count: 1, sinceMs: FAKE_NOW_MS - MINUTE_MS }
    recon.rejected = 2
    const open = { sourceId: 'acquirer', currency: 'KRW', remainingMinor: -70n, absoluteMinor: 70n }
    recon.open.push({ ...open, class: 'FEE', openedOn: '2020-01-02', count: 3 })
    recon.open.push({ ...open, class: 'FEE', openedOn: '2099-01-02', count: 1 })
    const accounts = { debitAccount: 'cash', creditAccount: 'recon_suspense' }
    ports.balances.entries.push({ ...accounts, amountMinor: 70, currency: 'KRW', recordedAtMs: 0 })
    const transfer = { reference: 'SFG-1', currency: 'KRW', amountMinor: -5, sourceId: 'bank-operating' }
    recon.transfers.push({ ...transfer, bookedOn: '2020-01-02' }, { ...transfer, bookedOn: '2099-01-02' })
    expect(await run()).toEqual({ unread: [] })

    expect(await shown(ports, 'recon_files_waiting', 'recon_files_waiting_oldest_seconds')).toEqual(
      expect.arrayContaining([
        'recon_files_waiting{state="PARSED"} 1',
        'recon_files_waiting_oldest_seconds{state="PARSED"} 60',
      ]),
    )
    const classes = await shown(ports, 'recon_breaks_open')
    expect(classes).toHaveLength(breakClasses.length)
    expect(classes).toContain('recon_breaks_open{class="FEE"} 4')
    expect(await shown(ports, 'recon_transfers_late')).toEqual(['recon_transfers_late 1'])
    expect(await shown(ports, 'recon_files_rejected', 'recon_breaks_late', 'recon_suspense_minor')).toEqual([
      'recon_files_rejected 2',
      'recon_breaks_late 3',
      'recon_suspense_minor{currency="KRW"} 70',
    ])
  })

  test('shows how many disputes are open, and the age of the oldest in virtual time', async () => {
    const { ports, run } = setUp()
    const names = ['disputes_open', 'disputes_open_oldest_seconds']
    await run()
    expect(await shown(ports, ...names)).toEqual(['disputes_open 0', 'disputes_open_oldest_seconds 0'])

    ports.disputeReader.disputes.push(
      listedDispute(1, { state: 'LOST', closedAtMs: FAKE_NOW_MS }),
      listedDispute(2, { openedAtMs: FAKE_NOW_MS }),
      listedDispute(3, { openedAtMs: FAKE_NOW_MS - MINUTE_MS }),
    )
    ports.clock.advanceVirtual(2 * MINUTE_MS)
    await run()
    expect(await shown(ports, ...names)).toEqual(['disputes_open 2', 'disputes_open_oldest_seconds 180'])
  })

  test('shows nothing of what was never read, and that it was never read', async () => {
    const { ports } = setUp()

    const names = [
      'operations_unknown',
      'dead_letter_records',
      'outbox_parked_rows',
      'invariants_failed',
      'audit_log_entries',
      ...['payout_files_waiting', 'payouts_unanswered', 'payouts_unanswered_oldest_seconds', 'disputes_open'],
    ]
    expect(await shown(ports, ...names, 'control_account_difference_minor')).toEqual([])
    expect(Object.values(await observedAt(ports))).toEqual(stateSources.map(() => 0))
  })

  test('leaves the gauges and the time of a source that it cannot read, and reads the others', async () => {
    const { ports, run } = setUp()
    await run()
    const before = FAKE_NOW_MS / 1_000
    ports.clock.advance(MINUTE_MS)
    ports.topicSizes.away = true
    ports.offsets.away = true
    ports.topicSizes.sizes.set('payment.dlq', 9)

    expect(await run()).toEqual({ unread: ['consumers', 'dead_letters'] })

    expect(await shown(ports, 'dead_letter_records')).toEqual(['dead_letter_records 3'])
    const now = before + 60
    expect(await observedAt(ports)).toEqual({
      outbox: now,
      consumers: before,
      dead_letters: before,
      operations: now,
      invariants: now,
      audit: now,
      payouts: now,
      recon: now,
      funds: now,
    })
    expect(ports.log.lines.map(({ level, fields }) => `${level} ${fields.source}`).toSorted()).toEqual([
      'warn consumers',
      'warn dead_letters',
    ])
  })

  test('with the database away shows nothing new of it, and does not fail', async () => {
    const { ports, run } = setUp()
    ports.transactions.away = true

    expect((await run()).unread).toEqual(expect.arrayContaining(['outbox', 'operations']))
    expect(await shown(ports, 'operations_unknown', 'outbox_parked_rows')).toEqual([])
  })
})

describe('the invariants it shows', () => {
  test('are those broken in this pass and the one before, with the time of the last run', async () => {
    const { ports, histories, run, check } = setUp()
    histories[1]!.entries = histories[1]!.entries.filter(({ type }) => type !== 'fee')
    for (let number = 0; number < 3; number++) await check()
    await run()

    const finishedAt = ports.invariantRuns.runs.at(-1)!.finishedAtMs / 1_000
    const names = ['invariants_failed', 'invariants_checked_timestamp_seconds', 'invariants_pass_timestamp_seconds']
    expect(await shown(ports, ...names)).toEqual([
      'invariants_failed 2',
      `invariants_checked_timestamp_seconds ${finishedAt}`,
      `invariants_pass_timestamp_seconds ${finishedAt}`,
    ])
  })

  test('differ by what is missing on a control account: of the whole pass, and of the one that runs', async () => {
    const { ports, histories, run, check } = setUp()
    for (let number = 0; number < 3; number++) await check()
    await run()
    const account = (name: string, pass: string, difference: number) =>
      `control_account_difference_minor{account="${name}",currency="KRW",pass="${pass}"} ${difference}`
    const accounts = ['acquirer_receivable', 'merchant_payable', 'fee_revenue']
    expect((await shown(ports, 'control_account_difference_minor')).toSorted()).toEqual(
      accounts.map(name => account(name, 'whole', 0)).toSorted(),
    )

    const entry = histories[1]!.entries.find(({ type }) => type === 'capture')!
    entry.amount -= 7
    await check()
    await check()
    await run()
    expect(await shown(ports, 'control_account_difference_minor')).toEqual(
      expect.arrayContaining([
        account('acquirer_receivable', 'whole', 0),
        account('acquirer_receivable', 'running', -7),
        account('merchant_payable', 'running', 7),
      ]),
    )

    await check()
    await run()
    expect((await shown(ports, 'control_account_difference_minor')).toSorted()).toEqual(
      [
        account('acquirer_receivable', 'whole', -7),
        account('merchant_payable', 'whole', 7),
        account('fee_revenue', 'whole', 0),
      ].toSorted(),
    )
    expect(ports.log.lines.at(-1)!.fields.rows).toMatchObject([{ row: expect.stringContaining(paymentIdOf(2)) }])
  })

  test('have no difference for a pass that an older function began', async () => {
    const { ports, run, check } = setUp()
    await check()
    ports.invariantRuns.runs[0]!.passDifferences = null
    await check()
    await check()
    await run()

    expect(await shown(ports, 'control_account_difference_minor')).toEqual([])
  })
})
