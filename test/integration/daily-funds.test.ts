/** Funds of days with a bank of its own: what is missing is moved, and its statements say and book that it was. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { anyFreePort } from '../../scripts/local/ports.ts'
import { ServiceClock } from '../../shared/acquirer/service-clock.ts'
import { dailyFunds } from '../../shared/books/daily-funds.ts'
import { moveFunds, transferOf } from '../../shared/books/move-funds.ts'
import { addDays, soldOn } from '../../shared/domain/business-days.ts'
import { importFiles } from '../../shared/reconciliation/import-files.ts'
import { matchFiles } from '../../shared/reconciliation/match-files.ts'
import { configFrom, IN_PROCESS_ACQUIRER } from '../../shared/runtime/config.ts'
import { until } from '../../shared/runtime/until.ts'
import { BatchPorts } from '../../shared/runtime/wiring.ts'
import { inheritedEnv } from '../support/extra-api.ts'
import { send } from '../support/http.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

const DAY_MS = 24 * 60 * 60_000
const NO_END = Number.POSITIVE_INFINITY
const by = { actor: 'kim', reason: 'the day lacks it' }

/** Nobody waits for events here. */
class PortsWithoutKafka extends BatchPorts {
  override get doorbell() {
    return { ring: async () => undefined }
  }
}

let folder: string
let scratch: ScratchDatabase
let bank: ChildProcess
let bankUrl: string
let ports: BatchPorts
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daily-funds-'))
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'daily_funds')
  const port = await anyFreePort(new Set())
  bankUrl = `http://127.0.0.1:${port}`
  bank = spawn(process.execPath, [join(repositoryFolder, 'sandbox/bank/main.ts')], {
    env: { ...inheritedEnv(), BANK_PORT: String(port), BANK_DATA: join(folder, 'bank') },
    stdio: 'ignore',
  })
  const isUp = () =>
    send(bankUrl, { path: '/health' }).then(
      reply => reply.status === 200,
      () => false,
    )
  await until(isUp, { what: 'the bank' })
  const env = { DATABASE_URL: scratch.url, BANK_URL: bankUrl, ACQUIRER_URL: IN_PROCESS_ACQUIRER, LOG_LEVEL: 'silent' }
  ports = new PortsWithoutKafka(() => ({ ...configFrom(env), offline: true }))
})
afterAll(async () => {
  if (bank !== undefined) {
    const ended = once(bank, 'exit')
    bank.kill('SIGTERM')
    await ended
  }
  await ports?.database.close()
  await scratch?.drop()
  rmSync(folder, { recursive: true, force: true })
})

/** From now until it is noon in Seoul, so that no day ends while the test runs. */
const TO_NOON_MS = (1.5 * DAY_MS - ((Date.now() + 9 * 60 * 60_000) % DAY_MS)) % DAY_MS

/** Also of the bank. */
async function advanceTo(days: number) {
  const offsetMs = TO_NOON_MS + days * DAY_MS
  await scratch.direct.write('UPDATE sandbox_clock SET offset_ms = ?, target_offset_ms = ?', [offsetMs, offsetMs])
  await new ServiceClock('the bank', bankUrl).advanceTo(offsetMs)
  await ports.processClock!.read()
}

const today = () => soldOn(ports.clock.virtualNowMs(), { timezone: 'Asia/Seoul', cutoff: '24:00' })
const days = () => ports.fundsDays.listNewest(10)
const balances = () =>
  scratch.direct.rows(
    `SELECT account, SUM(amount) AS balance FROM (SELECT debit_account AS account, amount FROM ledger_entry
       UNION ALL SELECT credit_account, -amount FROM ledger_entry) AS moved
     WHERE account LIKE 'cash%' GROUP BY account ORDER BY account`,
  )

test('what a day lacks is moved, and the statements of the next one say and book it', async () => {
  await advanceTo(1)
  const first = today()
  const at = new Date(ports.clock.virtualNowMs())
  await scratch.direct.write(
    `INSERT INTO ledger_entry (entry_id, payment_id, event_id, entry_type, debit_account, credit_account, amount, currency, occurred_at,
       recorded_at) VALUES ('led', 'pay', 'evt', 'capture', 'acquirer_receivable', 'merchant_payable:shop', 10000, 'KRW', ?, ?)`,
    [at, new Date()],
  )
  await advanceTo(2)
  expect(await dailyFunds(ports, NO_END)).toEqual({ calculated: 1, corrected: 0 })
  expect(await days()).toMatchObject([{ day: first, requiredMinor: 10_000n, safeguardedMinor: 0n, statementDay: null }])

  const transfer = transferOf(first, { currency: 'KRW', amountMinor: 10_000, isBack: false })
  expect(await moveFunds(ports, transfer, by)).toEqual({ kind: 'made' })
  expect(await moveFunds(ports, transfer, by)).toEqual({ kind: 'made' })
  const second = addDays(first, 1)
  await advanceTo(3)
  await dailyFunds(ports, NO_END)
  expect((await days())[0]).toMatchObject({ day: second, requiredMinor: 10_000n, safeguardedMinor: 0n })

  expect(await importFiles(ports, NO_END)).toMatchObject({ imported: 2, rejected: 0, away: 0 })
  await matchFiles(ports, NO_END)
  expect(await dailyFunds(ports, NO_END)).toEqual({ calculated: 0, corrected: 1 })
  expect((await days())[0]).toMatchObject({ day: second, safeguardedMinor: 10_000n, statementDay: second })
  expect(await balances()).toEqual([
    { account: 'cash', balance: '-10000' },
    { account: 'cash_in_transit', balance: '0' },
    { account: 'cash_safeguarded', balance: '10000' },
  ])
})
