/** `npm run settle` on a database of its own: what it lists, what it adds, and what its tables refuse. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { dayOfFunds } from '../../shared/books/fake-books.ts'
import { addBusinessDays } from '../../shared/domain/business-days.ts'
import { DuplicateKeyError, RowRefusedError } from '../../shared/payments/ports.ts'
import { configFrom } from '../../shared/runtime/config.ts'
import { Ports } from '../../shared/runtime/wiring.ts'
import { batchOf, payoutOf } from '../../shared/settlement/fake-settlements.ts'
import { addOperator } from '../../shared/settlement/operators.ts'
import type { Expectation, SettlementItem } from '../../shared/settlement/ports.ts'
import { BusinessCalendarTable } from '../../shared/stores/business-calendar.ts'
import type { Database } from '../../shared/stores/database.ts'
import { ExpectationTable } from '../../shared/stores/expectations.ts'
import { FundsTable } from '../../shared/stores/funds.ts'
import { PayoutTable } from '../../shared/stores/payouts.ts'
import { BatchTable, UnbatchedItemTable } from '../../shared/stores/settlement-batches.ts'
import { SettlementItemTable } from '../../shared/stores/settlement-items.ts'
import { SettlementStartTable } from '../../shared/stores/settlement-start.ts'
import { inheritedEnv } from '../support/extra-api.ts'
import { ids, NOW_MS, times } from '../support/rows.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

jest.setTimeout(60_000)

let scratch: ScratchDatabase
let database: Database
let folder: string
/** Kim's. */
let token: { OPERATOR_TOKEN?: string } = {}
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'settle-command-'))
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'settle')
  database = scratch.stores().database
  writeFileSync(join(folder, 'env'), `DATABASE_URL="${scratch.url}"\n`, { mode: 0o600 })
})
/** Adds the first operator. */
async function addKim() {
  const ports = new Ports(() => configFrom({ DATABASE_URL: scratch.url, LOG_LEVEL: 'silent' })).forBatches
  const kim = { name: 'kim', role: 'approver', reason: 'the first' } as const
  const added = await addOperator(ports, { databaseLogin: 'pay' }, kim)
  await ports.database.close()
  token = { OPERATOR_TOKEN: added.kind === 'changed' ? added.token! : '' }
}
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await scratch?.drop()
})

const run = (...args: string[]) => {
  const command = ['--', 'scripts/settle.ts', ...args, '--env-file', join(folder, 'env')]
  return promisify(execFile)(process.execPath, command, {
    cwd: repositoryFolder,
    env: { ...inheritedEnv(), ...token },
  }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  )
}

const by = ['--reason', 'a contract']

const audited = (action: string) =>
  scratch.direct.rows('SELECT actor, subject, reason, details FROM audit_log WHERE action = ? ORDER BY id', [action])

const itemOf = (given: Partial<SettlementItem> = {}): SettlementItem => ({
  ...{ itemId: ids.item(), merchantId: 'shop', currency: 'KRW', paymentId: ids.payment(), eventId: ids.event() },
  ...{ type: 'capture', grossMinor: 10_000, feeMinor: 250, vatMinor: 25, netMinor: 9_725 },
  ...{ soldOn: '2026-11-27', periodEnd: '2026-11-27', dueOn: '2026-12-01', calendarVersion: 1 },
  ...given,
})

describe('what is owed', () => {
  const insert = (items: SettlementItem[]) =>
    database.runAlone(tx => new SettlementItemTable(database).insert(tx, items, NOW_MS))

  test('is summed by merchant and currency, with the next due date', async () => {
    expect(await run()).toMatchObject({ code: 0, stdout: 'Nobody is owed anything that is in no batch.\n' })
    const refund = { type: 'refund', grossMinor: -4_000, feeMinor: -100, vatMinor: -10, netMinor: -3_890 } as const
    await insert([
      itemOf(),
      itemOf({ ...refund, dueOn: '2026-12-02' }),
      itemOf({ merchantId: 'other', dueOn: null }),
      itemOf({ merchantId: 'other', currency: 'USD' }),
    ])

    const { stdout } = await run('--json')
    expect(JSON.parse(stdout)).toEqual([
      {
        ...{ merchantId: 'other', currency: 'KRW', itemCount: 1, netMinor: 9_725, nextDueOn: null, undatedCount: 1 },
      },
      {
        ...{ merchantId: 'other', currency: 'USD', itemCount: 1, netMinor: 9_725 },
        ...{ nextDueOn: '2026-12-01', undatedCount: 0 },
      },
      {
        ...{ merchantId: 'shop', currency: 'KRW', itemCount: 2, netMinor: 5_835 },
        ...{ nextDueOn: '2026-12-01', undatedCount: 0 },
      },
    ])
  })

  test('has one item an event and type, which adds up, or nothing is written', async () => {
    const item = itemOf()
    await insert([item])

    await expect(insert([itemOf(), itemOf({ eventId: item.eventId })])).rejects.toBeInstanceOf(DuplicateKeyError)
    await expect(insert([itemOf({ netMinor: 1 })])).rejects.toBeInstanceOf(RowRefusedError)
    const found = await database.runAlone(tx =>
      new SettlementItemTable(database).eventsWithItems(tx, [item.eventId, ids.event()]),
    )
    expect(found).toEqual(new Set([item.eventId]))
  })

  test('goes with one expectation an operation and kind', async () => {
    const expectations = new ExpectationTable(database)
    const expectation: Expectation = {
      ...{ expectationId: ids.expectation(), sourceId: 'acquirer', matchKey: ids.operation(), kind: 'capture' },
      ...{ eventId: ids.event(), paymentId: ids.payment(), amountMinor: 10_000, feeMinor: 150, vatMinor: 15 },
      ...{ currency: 'KRW', dueOn: null },
    }
    const again = { ...expectation, expectationId: ids.expectation(), eventId: ids.event() }
    const insertOne = (one: Expectation) => database.runAlone(tx => expectations.insert(tx, [one], NOW_MS))
    await insertOne(expectation)

    await expect(insertOne(again)).rejects.toBeInstanceOf(DuplicateKeyError)
    const terms = await database.runAlone(tx => expectations.listAcquirerTerms(tx, 'acquirer'))
    expect(terms).toMatchObject([{ validFromMs: 0, feeBasisPoints: 150, vatMode: 'exclusive', refundFee: 'return' }])
    expect(await database.runAlone(tx => new SettlementStartTable(database).settledFromMs(tx))).toBe(0)
  })
})

test('nobody changes anything before there is an operator, and without their token', async () => {
  const set = ['terms', 'set', 'shop', '--currency', 'KRW', '--delay', '3', '--from', 'soon', ...by, '--yes']
  expect((await run(...set)).stderr).toContain('npm run operators -- add NAME --role approver')
  await addKim()
  const known = token
  token = { OPERATOR_TOKEN: `${known.OPERATOR_TOKEN}x` }
  expect((await run(...set)).stderr).toContain('no operator has this token')
  token = known
  expect(await scratch.direct.count('SELECT COUNT(*) FROM settlement_terms')).toBe(0)
})

describe('a statement', () => {
  const merchantId = '=HYPERLINK("x")'
  const batch = batchOf(1, { merchantId, currency: 'USD', itemCount: 2, netMinor: 5_835 })

  test('is a CSV file with the items of a batch and their sum', async () => {
    const sale = itemOf({ merchantId, currency: 'USD' })
    const refund = itemOf({
      ...{ merchantId, currency: 'USD', type: 'refund', paymentId: null },
      ...{ grossMinor: -4_000, feeMinor: -100, vatMinor: -10, netMinor: -3_890 },
    })
    await database.runAlone(async tx => {
      await new BatchTable(database).insert(tx, batch)
      await new SettlementItemTable(database).insert(tx, [sale, refund], NOW_MS)
      for (const { itemId } of [sale, refund]) await new UnbatchedItemTable(database).assign(tx, itemId, batch.batchId)
    })
    const out = join(folder, 'statements', 'one.csv')
    const written = await run('statement', merchantId, '--batch', batch.batchId, '--lang', 'ko', '--out', out)
    expect(written).toMatchObject({ code: 0, stdout: `${out}: 2 items of ${batch.batchId}.\n` })

    const [heads, ...rows] = readFileSync(out, 'utf8').split('\r\n')
    expect(heads).toMatch(/^\uFEFF가맹점,정산 배치,.*,정산 금액$/)
    expect(rows.map(row => row.split(',').slice(-5).join(' '))).toEqual([
      'USD 100.00 2.50 0.25 97.25',
      'USD -40.00 -1.00 -0.10 -38.90',
      'USD 60.00 1.50 0.15 58.35',
      '',
    ])
    expect(rows[0]).toMatch(/^"'=HYPERLINK\(""x""\)",bat_/)
    const shown = await run('statement', merchantId, '--batch', batch.batchId)
    expect(shown.stdout).toMatch(/^\uFEFFmerchant,batch,/)
  })

  test('is of no other merchant, and is not right when the batch says something else', async () => {
    const other = await run('statement', 'shop', '--batch', batch.batchId)
    expect(other).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('no such batch') })
    expect(await run('statement', 'shop')).toMatchObject({ code: 1, stderr: expect.stringContaining('--batch') })
    await scratch.direct.write('UPDATE settlement_batch SET net = net + 1 WHERE batch_id = ?', [batch.batchId])
    expect(await run('statement', merchantId, '--batch', batch.batchId)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('do not add up'),
    })
  })
})

describe('terms', () => {
  test('are added, not changed, and never backdated', async () => {
    const set = ['terms', 'set', 'shop', '--currency', 'KRW', '--vat', 'exclusive', '--refund-fee', 'return', ...by]
    expect(await run(...set)).toMatchObject({ code: 1, stdout: expect.stringContaining('--yes') })
    const early = await run(...set, '--from', '2026-01-01T00:00:00Z', '--yes')
    expect(early).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('Nothing was done: terms apply 60 s after'),
    })
    expect(await scratch.direct.count('SELECT COUNT(*) FROM settlement_terms')).toBe(0)

    const from = '2099-12-31T15:00:00.000Z'
    expect(await run(...set, '--from', from, '--yes')).toMatchObject({ code: 0 })
    const held = ['terms', 'set', 'shop', '--currency', 'KRW', '--hold', 'fraud', '--from', 'soon', ...by, '--yes']
    expect(await run(...held)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/HELD: fraud\.\nThen from 2099-12-31T15:00:00.000Z on, as was written before:/),
    })
    expect(await run(...set, '--from', from, '--yes')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('there are terms from 2099-12-31T15:00:00.000Z on'),
    })

    const rows = await scratch.direct.rows(
      'SELECT vat_mode, refund_fee, held_reason, added_by FROM settlement_terms ORDER BY valid_from',
    )
    expect(rows).toEqual([
      { vat_mode: 'none', refund_fee: 'keep', held_reason: 'fraud', added_by: 'kim' },
      { vat_mode: 'exclusive', refund_fee: 'return', held_reason: null, added_by: 'kim' },
    ])
    expect(await audited('terms.set')).toEqual([
      {
        actor: 'kim',
        subject: 'shop',
        reason: 'a contract',
        details: expect.stringContaining('"vatMode":"exclusive"'),
      },
      { actor: 'kim', subject: 'shop', reason: 'a contract', details: expect.stringContaining('"heldReason":"fraud"') },
    ])
    const listed = JSON.parse((await run('terms', 'shop', '--json')).stdout)
    expect(listed.terms.map((row: { vatMode: string }) => row.vatMode)).toEqual(['none', 'exclusive'])
    expect((await run('terms')).stdout).toMatch(/^merchant {4}currency {2}from .*\nshop .*\nshop .*\nall others /)
  })

  test('without a reason are refused, as is what is no value', async () => {
    const set = ['terms', 'set', 'shop', '--currency', 'KRW', '--delay', '3']
    expect((await run(...set)).stderr).toContain('terms set wants --reason.')
    expect((await run(...set, '--delay', '91', ...by)).stderr).toContain('It wants at most 90.')
    expect((await run(...set, '--cutoff', '24:30', ...by)).stderr).toContain('It wants HH:MM.')
    expect((await run(...set, '--timezone', 'Asia/Nowhere', ...by)).stderr).toContain('IANA time zone')
    expect((await run('dividends')).stderr).toContain('there is no dividends')
  })
})

describe('a bank account', () => {
  /** Another approver. */
  async function addPark(): Promise<string> {
    const ports = new Ports(() => configFrom({ DATABASE_URL: scratch.url, LOG_LEVEL: 'silent' })).forBatches
    const park = { name: 'park', role: 'approver', reason: 'the second' } as const
    const added = await addOperator(ports, { token: token.OPERATOR_TOKEN! }, park)
    await ports.database.close()
    return added.kind === 'changed' ? added.token! : ''
  }

  test('is asked for by one and approved by another, and paid to a day later', async () => {
    const set = ['terms', 'set', 'tea', '--currency', 'KRW', '--account', 'acct_new', '--delay', '4', '--from', 'soon']
    const asked = await run(...set, ...by, '--yes')
    expect(asked).toMatchObject({ code: 0, stdout: expect.stringMatching(/to acct_pay\.\ntea, KRW: acct_new waits/) })
    const changeId = /chg_\w{26}/.exec(asked.stdout)![0]
    const approve = ['approve-account', changeId, ...by, '--yes']
    expect(await run(...approve)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('another approver decides'),
    })

    const [kim, park] = [token, { OPERATOR_TOKEN: await addPark() }]
    token = park
    const approved = await run(...approve)
    token = kim
    expect(approved).toMatchObject({ code: 0, stdout: expect.stringContaining('tea, KRW: paid to acct_new from') })
    expect(await run('cancel', changeId, ...by, '--yes')).toMatchObject({ code: 1 })
    const rows = "SELECT account_token, delay_days FROM settlement_terms WHERE merchant_id = 'tea' ORDER BY valid_from"
    expect(await scratch.direct.rows(rows)).toEqual([
      { account_token: 'acct_pay', delay_days: 4 },
      { account_token: 'acct_new', delay_days: 4 },
    ])
    expect(JSON.parse((await run('accounts', '--json')).stdout)).toMatchObject([{ changeId, approvedBy: 'park' }])
    expect(await audited('account.approved')).toMatchObject([{ actor: 'park', subject: changeId }])
  })

  test('and reserves and invoices are listed', async () => {
    expect((await run('reserves')).stdout).toBe('Nothing is held.\n')
    expect((await run('invoices', 'tea')).stdout).toBe('There is no invoice.\n')
    const lost = await run('lose', `inv_${'0'.repeat(26)}`, ...by, '--yes')
    expect(lost).toMatchObject({ code: 1, stdout: expect.stringContaining('there is none with this id') })
  })
})

describe('a batch whose payouts have all failed', () => {
  const batch = batchOf(2, { merchantId: 'cake', attemptsMax: 5 })
  const retry = ['retry', batch.batchId, ...by, '--yes']

  test('gets one more from an approver, and the second time nothing', async () => {
    await database.runAlone(async tx => {
      await new BatchTable(database).insert(tx, batch)
      for (const attempt of [1, 2, 3, 4, 5]) {
        const payout = payoutOf(attempt, { batchId: batch.batchId, merchantId: 'cake', attempt, state: 'FAILED' })
        await new PayoutTable(database).insert(tx, payout)
      }
    })
    const retried = await run(...retry)
    expect(retried).toMatchObject({ code: 0, stderr: '' })
    expect(retried.stdout).toMatch(/^bat_\w{26} may have 6 payouts\. Attempt 6 is made /m)
    const again = await run(...retry)
    expect(again).toMatchObject({ code: 1, stdout: expect.stringContaining('Nothing was done: it has attempts left.') })

    const { batchId } = batch
    expect(
      await scratch.direct.rows('SELECT attempts_max FROM settlement_batch WHERE batch_id = ?', [batchId]),
    ).toEqual([{ attempts_max: 6 }])
    expect(await audited('batch.retried')).toMatchObject([{ actor: 'kim', subject: batchId, reason: 'a contract' }])
  })

  test('is named by its id', async () => {
    expect((await run('retry', 'out_1', ...by, '--yes')).stderr).toContain('out_1 is no batch')
    const none = await run('retry', `bat_${'0'.repeat(26)}`, ...by, '--yes')
    expect(none).toMatchObject({ code: 1, stdout: expect.stringContaining('there is none with this id') })
  })
})

describe('the calendar', () => {
  const calendars = () => new BusinessCalendarTable(database)

  test('is that of the migration, and counts a day as its newest row says', async () => {
    expect((await calendars().calendar('KR')).version).toBe(1)
    expect((await run('calendar', '2026')).stdout).toContain('2026-09-25  closed        1  @hyunbinseo/holidays-kr')

    const added = await run('calendar', 'add', '2026-12-24', '--name', '임시공휴일', ...by, '--yes')
    expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining('2026-12-24 is closed: version 2 of KR.') })
    expect(addBusinessDays(await calendars().calendar('KR'), '2026-12-23', 1)).toBe('2026-12-28')
    // Whoever does not know what became of it types it again.
    const again = await run('calendar', 'add', '2026-12-24', '--name', '임시공휴일', ...by, '--yes')
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing was added to KR.') })
    await run('calendar', 'add', '2026-12-24', '--name', '취소', '--open', ...by, '--yes')

    const calendar = await calendars().calendar('KR')
    expect(calendar.version).toBe(3)
    expect(
      (await audited('calendar.added')).map(({ subject, details }) => [subject, JSON.parse(details as string)]),
    ).toEqual([
      ['KR', { day: '2026-12-24', closed: true, name: '임시공휴일', version: 2 }],
      ['KR', { day: '2026-12-24', closed: false, name: '취소', version: 3 }],
    ])
    expect(addBusinessDays(calendar, '2026-12-23', 1)).toBe('2026-12-24')
  })

  test('knows a year when its first of January is there', async () => {
    const add = (day: string) => run('calendar', 'add', day, '--name', '휴일', ...by, '--yes')
    expect((await run('calendar', '2028')).stdout).toContain('KR does not know 2028')
    expect((await add('2028-01-26')).stdout).toContain('KR does not know 2028')
    expect(addBusinessDays(await calendars().calendar('KR'), '2027-12-31', 1)).toBeUndefined()
    expect((await add('2028-01-01')).stdout).not.toContain('does not know')
    expect(addBusinessDays(await calendars().calendar('KR'), '2027-12-31', 1)).toBe('2028-01-03')
    expect((await add('2028-02-30')).stderr).toContain('2028-02-30 is no day')
  })

  test('gives each change a version of its own, also when several are added at once', async () => {
    const before = (await calendars().calendar('KR')).version
    const day = { closed: true, name: 'at once', source: 'a test', addedBy: 'a test' }
    const versions = await Promise.all(
      times(6, index =>
        database.runAlone(tx => calendars().add(tx, 'KR', { ...day, day: `2028-03-0${index + 1}` }, NOW_MS)),
      ),
    )

    expect(versions.toSorted((a, b) => a! - b!)).toEqual(times(6, index => before + 1 + index))
  })
})

describe('the funds of a day', () => {
  const asked: [path: string | undefined, body: unknown][] = []
  let bank: Server
  /** No answer at all: the connection is cut. */
  let isCut = false
  beforeAll(async () => {
    bank = createServer((request, response) => {
      let body = ''
      request.on('data', chunk => {
        body += chunk
      })
      request.on('end', () => {
        asked.push([request.url, JSON.parse(body)])
        if (isCut) return request.socket.destroy()
        response.end(JSON.stringify({ reference: request.url?.split('/').at(-1), movements: [] }))
      })
    }).listen(0, '127.0.0.1')
    await once(bank, 'listening')
    const bankUrl = `http://127.0.0.1:${(bank.address() as AddressInfo).port}`
    writeFileSync(join(folder, 'env'), `DATABASE_URL="${scratch.url}"\nBANK_URL="${bankUrl}"\n`)
    const days = [
      dayOfFunds('2026-11-29', { safeguardedMinor: 3_000n, statementDay: '2026-11-29' }),
      dayOfFunds('2026-11-28'),
    ]
    await database.runAlone(tx => new FundsTable(database).insert(tx, days))
  })
  afterAll(() => void bank.close())

  test('are not moved at a bank that nothing names', async () => {
    const named = readFileSync(join(folder, 'env'), 'utf8')
    writeFileSync(join(folder, 'env'), `DATABASE_URL="${scratch.url}"\n`)
    expect(await run('safeguard', '--currency', 'KRW', ...by, '--yes')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('Nothing says which bank'),
    })
    writeFileSync(join(folder, 'env'), named)
    expect(await audited('funds.moved')).toEqual([])
  })

  test('say what to transfer', async () => {
    const { code, stdout } = await run('funds')
    expect(code).toBe(0)
    expect(stdout).toContain('2026-11-29  KRW          10000         3000     7000\n')
    expect(stdout).toContain('7000 KRW is missing: npm run settle -- safeguard --currency KRW')
  })

  test('are moved by a reference of their own, with one row of the audit log, however often they are asked for', async () => {
    isCut = true
    const safeguard = ['safeguard', '--currency', 'KRW', ...by, '--yes']
    expect(await run(...safeguard)).toMatchObject({ code: 1, stdout: expect.stringContaining('no clear answer') })
    isCut = false
    expect(await run(...safeguard)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('The bank has made SFG-20261129-KRW-7000.'),
    })
    expect(await run(...safeguard, '--back', '--amount', '500')).toMatchObject({ code: 0 })

    const there = { from: 'operating', to: 'safeguarded', amount: 7_000, currency: 'KRW' }
    const back = { from: 'safeguarded', to: 'operating', amount: 500, currency: 'KRW' }
    expect(asked).toEqual([
      ['/transfers/SFG-20261129-KRW-7000', there],
      ['/transfers/SFG-20261129-KRW-7000', there],
      ['/transfers/SFB-20261129-KRW-500', back],
    ])
    const rows = await audited('funds.moved')
    expect(rows.map(({ actor, subject, details }) => [actor, subject, JSON.parse(details as string)])).toEqual([
      ['kim', 'SFG-20261129-KRW-7000', there],
      ['kim', 'SFB-20261129-KRW-500', back],
    ])
  })

  test('are not moved where nothing is missing, or nothing is known', async () => {
    const safeguard = ['safeguard', ...by, '--yes']
    expect(await run(...safeguard, '--currency', 'USD')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('No day of USD'),
    })
    expect(await run(...safeguard, '--currency', 'KRW', '--back')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('Nothing is too much'),
    })
    expect(asked).toHaveLength(3)
  })

  test('are not moved again by a day whose statement has not come, unless an amount is named', async () => {
    const day = dayOfFunds('2026-11-30', { safeguardedMinor: 3_000n, statementDay: '2026-11-29' })
    await database.runAlone(tx => new FundsTable(database).insert(tx, [day]))
    const safeguard = ['safeguard', '--currency', 'KRW', ...by, '--yes']
    expect(await run(...safeguard)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('statement of 2026-11-30 has not come'),
    })
    expect(asked).toHaveLength(3)
    expect(await run(...safeguard, '--amount', '7000')).toMatchObject({ code: 0 })
    expect(asked.at(-1)).toMatchObject(['/transfers/SFG-20261130-KRW-7000', { amount: 7_000 }])
  })
})
