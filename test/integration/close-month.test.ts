/** `npm run books -- close` on a database of its own: what it wants, what it writes down, and what becomes of entries that come later. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { ulid } from 'ulid'
import { refusalLine } from '../../scripts/operate/books/closing-texts.ts'
import { type CloseMonthPorts, closeMonth } from '../../shared/books/close-month.ts'
import { entryOf, feeItemOf } from '../../shared/books/fake-books.ts'
import { greenRun } from '../../shared/books/fake-months.ts'
import type { JournalEntry } from '../../shared/books/ports.ts'
import type { CheckResult } from '../../shared/invariants/invariant.ts'
import { monthResults } from '../../shared/invariants/month-invariants.ts'
import { configFrom } from '../../shared/runtime/config.ts'
import { type BatchPorts, Ports } from '../../shared/runtime/wiring.ts'
import { times } from '../support/rows.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { systemUnderTest } from '../support/system.ts'
import { TypedCommands } from '../support/typed-commands.ts'

jest.setTimeout(120_000)

let scratch: ScratchDatabase
let ports: BatchPorts
let commands: TypedCommands

beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'months')
  ports = openPorts()
  commands = new TypedCommands('books', scratch.url)
  await commands.add(ports, { lee: 'approver', kim: 'operator' })
})
afterAll(async () => {
  commands?.remove()
  await ports?.database.close()
  await scratch?.drop()
})

const TABLES = ['closed_month', 'closed_month_account', 'ledger_entry', 'settlement_item', 'invariant_run']
beforeEach(async () => {
  for (const table of [...TABLES, 'outbox_event', 'recon_file']) await scratch.direct.write('DELETE FROM ??', [table])
  await scratch.direct.write("DELETE FROM audit_log WHERE action = 'month.closed'")
  await ports.invariantRuns.add(greenRun(Date.now()))
})

/** A process of its own, as far as the database knows. */
const openPorts = () => new Ports(() => configFrom({ DATABASE_URL: scratch.url, LOG_LEVEL: 'silent' })).forBatches

const as = (name: string, ...args: string[]) => commands.as(name, ...args)

const because = ['--reason', 'approved by finance', '--yes']
const typed = (month: string, ...args: string[]) => as('lee', 'close', '--month', month, ...because, ...args)
/** As the command does it, without a process of its own. */
const close = (month: string) => closeMonth(ports, month, { actor: 'lee', reason: 'approved by finance' })

const SEPTEMBER_MS = Date.parse('2026-09-15T00:00:00Z')
const OCTOBER_MS = Date.parse('2026-10-15T00:00:00Z')

const NAMES = { debitAccount: 'merchant_payable:shop', creditAccount: 'payout_in_transit', type: 'payout' } as const

/** Of no event that consumers read. `occurredAtMs` is also when it was recorded, unless that is said. */
const payoutAt = (number: number, occurredAtMs: number, given: Partial<JournalEntry> = {}): JournalEntry => {
  const recordedAtMs = given.recordedAtMs ?? occurredAtMs
  const entryId = `led_${ulid(recordedAtMs)}`
  return entryOf(number, { ...NAMES, paymentId: null, entryId, occurredAtMs, recordedAtMs, ...given })
}

const insert = (entries: readonly JournalEntry[]) =>
  scratch.direct.write(
    `INSERT INTO ledger_entry (entry_id, payment_id, subject_id, event_id, entry_type, debit_account, credit_account, amount, currency,
       occurred_at, recorded_at) VALUES ?`,
    [
      entries.map(entry => [
        ...[entry.entryId, entry.paymentId, entry.subjectId, entry.eventId, entry.type],
        ...[entry.debitAccount, entry.creditAccount, entry.amountMinor, entry.currency],
        ...[new Date(entry.occurredAtMs), new Date(entry.recordedAtMs)],
      ]),
    ],
  )

/** As a consumer does that read its event only now. */
const bookLate = (number: number, occurredAtMs: number, amountMinor: number) => {
  const {
    paymentId: _none,
    subjectId: _subject,
    recordedAtMs,
    ...entry
  } = payoutAt(number, occurredAtMs, {
    recordedAtMs: Date.now(),
  })
  const settled = { ...entry, ...NAMES, subjectId: 'out_late', amountMinor }
  return ports.database.runAlone(tx => ports.settlementLedger.insertOfSubjects(tx, [settled], recordedAtMs))
}

const inDatabase = async () => ({
  months: await scratch.direct.rows('SELECT * FROM closed_month ORDER BY month'),
  figures: await scratch.direct.rows('SELECT * FROM closed_month_account ORDER BY month, account, currency'),
})

async function journalOf(month: string): Promise<{ code: number; stdout: string; rows: string[][] }> {
  const out = join(commands.folder, `${month}.csv`)
  const { code, stdout } = await as('', 'journal', '--month', month, '--out', out)
  return {
    code,
    stdout,
    rows: readFileSync(out, 'utf8')
      .trim()
      .split('\r\n')
      .slice(1)
      .map(line => line.split(',')),
  }
}

const entryIdsIn = (rows: string[][]): string[] => rows.flatMap(([entryId]) => (entryId === '' ? [] : entryId!))

async function wrongMonths(): Promise<Exclude<CheckResult, { state: 'ok' }>[]> {
  const found: Exclude<CheckResult, { state: 'ok' }>[] = []
  await ports.snapshots.read(async reader => {
    for await (const result of monthResults(reader.closedMonths())) if (result.state !== 'ok') found.push(result)
  })
  return found
}

describe('a closed month', () => {
  test('does not change: what comes later is of the next one, and in its journal', async () => {
    const early = times(3, number => payoutAt(number, SEPTEMBER_MS + number, { amountMinor: 1_000 * (number + 1) }))
    await insert([...early, payoutAt(10, OCTOBER_MS, { amountMinor: 70_000 })])
    const { code, stdout } = await typed('2026-09')
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('2026-09 is closed: 3 entries') })
    const before = await inDatabase()
    expect(before).toMatchObject({
      months: [{ month: '2026-09', entry_count: 3, open_breaks: 0, closed_by: 'lee', reason: 'approved by finance' }],
      figures: [
        { account: 'merchant_payable:shop', currency: 'KRW', debits: '6000', credits: '0' },
        { account: 'payout_in_transit', currency: 'KRW', debits: '0', credits: '6000' },
      ],
    })
    const audited = await ports.auditLog.newest('2026-09', 1)
    expect(audited).toMatchObject([{ actor: 'lee', action: 'month.closed', details: { entries: 3, openBreaks: 0 } }])

    await bookLate(20, SEPTEMBER_MS, 500)
    expect(await inDatabase()).toEqual(before)
    const [september, october] = [await journalOf('2026-09'), await journalOf('2026-10')]
    expect([september.code, entryIdsIn(september.rows)]).toEqual([0, early.map(({ entryId }) => entryId)])
    expect(october.stdout).toContain('2 entries, 2026-10, which is not closed: more may follow.')
    // The late one has its own day.
    expect(october.rows.slice(0, 2).map(row => [row[1], row[7]])).toEqual([
      ['2026-09-15', '500'],
      ['2026-10-15', '70000'],
    ])
    expect(await wrongMonths()).toEqual([])
  })

  test('has the figures that its journal adds up to, also with late entries in it', async () => {
    await insert([payoutAt(1, SEPTEMBER_MS), payoutAt(2, OCTOBER_MS, { amountMinor: 70_000 })])
    expect(await close('2026-09')).toMatchObject({ kind: 'closed' })
    // As if it had been closed in time, and the late one been booked before the last minute.
    await scratch.direct.write(
      "UPDATE closed_month SET known_until = '2026-10-02 00:00:00', closed_at = '2026-10-02 00:01:00'",
    )
    const late = times(1_002, number =>
      payoutAt(100 + number, SEPTEMBER_MS, { recordedAtMs: Date.parse('2026-10-02T00:00:00Z') + number * 60_000 }),
    )
    await insert(late)
    expect(await typed('2026-10', '--lang', 'ko')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('2026-10을 마감했습니다. 분개 1003건'),
    })

    const { code, rows } = await journalOf('2026-10')
    expect([code, entryIdsIn(rows).length]).toEqual([0, 1_003])
    expect(rows.filter(row => row[4] === 'total').map(row => [row[5], row[6], row[7]])).toEqual([
      ['merchant_payable:shop', '', '10090000'],
      ['', 'payout_in_transit', '10090000'],
      ['all debits', '', '10090000'],
      ['', 'all credits', '10090000'],
    ])
    const { stdout } = await as('', 'months', '--json')
    expect(JSON.parse(stdout)).toMatchObject([
      { month: '2026-09', entryCount: 1 },
      { month: '2026-10', entryCount: 1_003, accounts: [{ debitsMinor: '10090000' }, { creditsMinor: '10090000' }] },
    ])
    expect((await as('', 'months')).stdout).toMatch(/2026-10\s+KRW\s+10090000\s+0\s+1003\s+0/)
    expect(await wrongMonths()).toEqual([])
  })

  test('is closed by one of two at once, and the other is told', async () => {
    await insert([payoutAt(1, SEPTEMBER_MS)])
    const other = openPorts()
    try {
      const both = await Promise.all(
        [ports, other].map(own => closeMonth(own, '2026-09', { actor: 'lee', reason: 'approved' })),
      )
      expect(both.map(({ kind }) => kind).sort()).toEqual(['closed', 'refused'])
      expect(both).toContainEqual({ kind: 'refused', reason: 'closed' })
    } finally {
      await other.database.close()
    }
    expect((await inDatabase()).months).toHaveLength(1)
    expect(await wrongMonths()).toEqual([])
  })

  test('is nowhere when its closing was cut short', async () => {
    await insert([payoutAt(1, SEPTEMBER_MS)])
    const { transactions, journal, closedMonths, closingFacts, invariantRuns, clock } = ports
    const auditLog = { append: async () => Promise.reject(new Error('cut short')) }
    const cutShort: CloseMonthPorts = {
      transactions,
      journal,
      closedMonths,
      closingFacts,
      invariantRuns,
      clock,
      auditLog,
    }
    const by = { actor: 'lee', reason: 'approved' }
    await expect(closeMonth(cutShort, '2026-09', by)).rejects.toThrow('cut short')
    expect(await inDatabase()).toEqual({ months: [], figures: [] })
    expect(await closeMonth(ports, '2026-09', by)).toMatchObject({ kind: 'closed' })
  })
})

describe('a month is not closed', () => {
  const refused = async (month: string, text: string) => {
    const closing = await close(month)
    expect(closing.kind === 'refused' ? refusalLine(month, closing, 'en') : 'closed').toContain(text)
    expect(await inDatabase()).toEqual({ months: [], figures: [] })
  }

  test('when it is none, is not over, or is not the next', async () => {
    await insert([payoutAt(1, SEPTEMBER_MS)])
    expect((await typed('2026-13')).stderr).toContain('It wants a month such as 2026-11.')
    expect(await typed('2026-10')).toMatchObject({
      ...{ code: 1, stderr: expect.stringContaining('2026-10 was not closed: close 2026-09 first') },
    })
    expect((await typed('2026-10', '--lang', 'ko')).stderr).toContain('2026-09을 먼저 마감하세요')
    await refused('2026-10', 'close 2026-09 first')
    await refused('2026-08', 'nothing happened up to its end')
    await scratch.direct.write('UPDATE ledger_entry SET occurred_at = ?', [new Date()])
    await refused(new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 7), 'a day after its end')
  })

  test('by an operator, or without a reason', async () => {
    await insert([payoutAt(1, SEPTEMBER_MS)])
    const month = ['close', '--month', '2026-09']
    expect((await as('kim', ...month, ...because)).stderr).toContain('this is for approvers')
    expect((await as('lee', ...month, '--yes')).stderr).toContain('close wants --reason')
    expect((await as('lee', ...month, '--reason', 'approved')).stdout).toContain('this is no terminal')
    expect(await inDatabase()).toEqual({ months: [], figures: [] })
  })

  test('while an event of it waits in the outbox, or is parked there', async () => {
    await insert([payoutAt(1, SEPTEMBER_MS)])
    const eventId = entryOf(1).eventId
    const write = (occurredAt: string, parkedAt: Date | null) =>
      scratch.direct.write(
        `INSERT INTO outbox_event (event_id, topic, message_key, sequence, payload, shard, created_at, parked_at)
         VALUES (?, 'payment.captured', ?, 1, ?, 3, NOW(3), ?)`,
        [eventId, entryOf(1).paymentId, JSON.stringify({ occurredAt }), parkedAt],
      )
    for (const parkedAt of [null, new Date()]) {
      await write('2026-09-30T14:59:59.999Z', parkedAt)
      await refused('2026-09', `events of it wait in the outbox: ${eventId}`)
      await scratch.direct.write('DELETE FROM outbox_event')
    }
    await write('2026-09-30T15:00:00.000Z', null)
    expect(await close('2026-09')).toMatchObject({ kind: 'closed' })
  })

  test('while a consumer has not read an event of it', async () => {
    const sale = entryOf(1, {
      entryId: `led_${ulid(SEPTEMBER_MS)}`,
      occurredAtMs: SEPTEMBER_MS,
      recordedAtMs: SEPTEMBER_MS,
    })
    await insert([sale])
    await refused('2026-09', `a consumer has not read events of it: ${sale.eventId}`)
    const item = feeItemOf(1, { eventId: sale.eventId, soldOn: '2026-09-15' })
    await scratch.direct.write(
      `INSERT INTO settlement_item (item_id, merchant_id, currency, event_id, type, gross, fee, vat, net, sold_on, period_end,
         calendar_version, recorded_at) VALUES (?, ?, ?, ?, ?, 10000, 250, 25, 9725, ?, ?, 1, NOW(3))`,
      [item.itemId, item.merchantId, item.currency, item.eventId, item.type, item.soldOn, item.soldOn],
    )
    await refused('2026-09', `a consumer has not read events of it: ${sale.eventId}`)
    const fee = { type: 'fee', debitAccount: 'merchant_payable:shop', creditAccount: 'fee_revenue' } as const
    await insert([{ ...sale, ...fee, entryId: `led_${ulid(SEPTEMBER_MS)}`, amountMinor: 250 }])
    expect(await close('2026-09')).toMatchObject({ kind: 'closed' })
  })

  test('of payments from before settlement began it may be: they have no items', async () => {
    await insert([entryOf(1, { occurredAtMs: SEPTEMBER_MS, recordedAtMs: SEPTEMBER_MS })])
    await scratch.direct.write("UPDATE settlement_start SET settled_from = '2026-10-01'")
    try {
      expect(await close('2026-09')).toMatchObject({ kind: 'closed' })
    } finally {
      await scratch.direct.write("UPDATE settlement_start SET settled_from = '1970-01-01'")
    }
  })

  test('while a file of its days is not matched', async () => {
    await insert([payoutAt(1, SEPTEMBER_MS)])
    const write = (name: string, state: string, day: string | null) =>
      scratch.direct.write(
        `INSERT INTO recon_file (file_id, source_id, name, sha256, day, state, received_at) VALUES (?, 'acquirer', ?, ?, ?, ?, NOW(3))`,
        [`rcf_${ulid()}`, name, name.padEnd(64, '0'), day, state],
      )
    await write('done', 'DONE', '2026-09-30')
    await write('rejected', 'REJECTED', null)
    await write('later', 'PARSED', '2026-10-01')
    await write('last', 'MATCHING', '2026-09-30')
    await write('new', 'RECEIVED', null)
    await refused('2026-09', 'files of its days are not matched yet: new, last.')
    await scratch.direct.write("DELETE FROM recon_file WHERE name IN ('last', 'new')")
    expect(await close('2026-09')).toMatchObject({ kind: 'closed' })
  })

  test('while an invariant is broken, or was judged before', async () => {
    await insert([payoutAt(1, SEPTEMBER_MS)])
    await ports.invariantRuns.add(greenRun(Date.now(), { passFailed: 1 }))
    await refused('2026-09', 'an invariant is broken')
    await scratch.direct.write('DELETE FROM invariant_run')
    await refused('2026-09', 'check-invariants has not judged all payments yet')
    await ports.invariantRuns.add(greenRun(SEPTEMBER_MS))
    await refused('2026-09', 'since its last entry')
  })

  test('within a minute of its last entry', async () => {
    await insert([payoutAt(1, SEPTEMBER_MS, { recordedAtMs: Date.now() })])
    await refused('2026-09', 'Try again in')
  })
})

describe('verify finds', () => {
  beforeEach(async () => {
    const october = payoutAt(2, OCTOBER_MS, { amountMinor: 70_000 })
    await insert([payoutAt(1, SEPTEMBER_MS), october, payoutAt(3, Date.parse('2026-11-15T00:00:00Z'))])
    for (const month of ['2026-09', '2026-10']) {
      expect(await close(month)).toMatchObject({ kind: 'closed' })
      // Two minutes apart: a month is known no earlier than the one before.
      await scratch.direct.write(
        'UPDATE closed_month SET known_until = known_until - INTERVAL 2 MINUTE WHERE month = ?',
        ['2026-09'],
      )
    }
    expect(await wrongMonths()).toEqual([])
  })

  const rowsFound = async () => (await wrongMonths()).map(({ row }) => row)

  test('a changed figure', async () => {
    await scratch.direct.write(
      "UPDATE closed_month_account SET credits = credits + 1 WHERE month = '2026-10' AND credits > 0",
    )
    expect(await wrongMonths()).toEqual([
      {
        ...{ state: 'failed', row: '2026-10 payout_in_transit KRW' },
        problem: 'debits, credits is 0, 70001, expected 0, 70000',
      },
    ])
  })

  test('an entry that was slipped in, and one that went away', async () => {
    await insert([payoutAt(4, SEPTEMBER_MS, { amountMinor: 1 })])
    const ofSeptember = ['2026-09', '2026-09 merchant_payable:shop KRW', '2026-09 payout_in_transit KRW']
    expect(await rowsFound()).toEqual(ofSeptember)
    expect((await journalOf('2026-09')).code).toBe(1)
    // The same entry, recorded when September was closed and October was not, is of October.
    await scratch.direct.write(
      "UPDATE ledger_entry SET recorded_at = (SELECT known_until FROM closed_month WHERE month = '2026-09') WHERE amount = 1",
    )
    expect(await rowsFound()).toEqual(ofSeptember.map(row => row.replace('09', '10')))
    await scratch.direct.write('DELETE FROM ledger_entry WHERE amount IN (1, 70000)')
    expect(await rowsFound()).toEqual(ofSeptember.map(row => row.replace('09', '10')))
  })

  test('a month that is missing, first or last', async () => {
    await scratch.direct.write("DELETE FROM closed_month WHERE month = '2026-10'")
    expect(await rowsFound()).toEqual(['2026-10'])
    await scratch.direct.write("DELETE FROM closed_month_account WHERE month = '2026-10'")
    expect(await rowsFound()).toEqual(['2026-10'])
    await scratch.direct.write("UPDATE closed_month SET month = '2026-10' WHERE month = '2026-09'")
    expect(await rowsFound()).toContain('2026-09')
  })
})

test('late entries are found by when they were recorded, over days and pages', async () => {
  const fromMs = Date.parse('2026-10-02T12:00:00Z')
  const toMs = fromMs + 3 * 24 * 3_600_000
  const recordedAt = [fromMs - 1, fromMs, fromMs + 36 * 3_600_000, toMs - 1, toMs]
  const late = recordedAt.map((recordedAtMs, number) => payoutAt(number, SEPTEMBER_MS, { recordedAtMs }))
  // Its process had made the id half a day before.
  const old = payoutAt(10, SEPTEMBER_MS, { recordedAtMs: fromMs, entryId: `led_${ulid(fromMs - 12 * 3_600_000)}` })
  await insert([...late, old, payoutAt(11, OCTOBER_MS, { recordedAtMs: fromMs })])

  const found: JournalEntry[] = []
  for await (const entry of ports.journal.lateEntries({ fromMs, toMs }, Date.parse('2026-09-30T15:00:00Z')))
    found.push(entry)
  expect(found.map(({ entryId }) => entryId)).toEqual([old, ...late.slice(1, 4)].map(({ entryId }) => entryId))
})
