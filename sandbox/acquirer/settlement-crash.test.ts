/** The real process, killed at the commits of its batches and their payments: each batch is made once, and each deposit is booked once. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { settlementPage } from '../../shared/contracts/acquirer.ts'
import { bankJournalPage } from '../../shared/contracts/bank.ts'
import { until } from '../../shared/runtime/until.ts'
import { endProcess, startCrashing } from '../../test/support/sandbox-process.ts'
import { Journal as BankJournal } from '../bank/journal.ts'
import { startBank } from '../bank/server.ts'
import { DAY_MS } from '../service/days.ts'
import type { RunningService } from '../service/http-service.ts'
import { authorizeOrder, captureOrder, laterOrder, opOf } from './sample-orders.ts'

jest.setTimeout(120_000)

const POINTS = ['batches:writing', 'batches:written', 'batches:deposited', 'batches:paid'] as const

let folder: string
let armedFile: string
let bank: RunningService
let child: ChildProcess | undefined
let url: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'settlement-'))
  armedFile = join(folder, 'crash-at')
  const journal = new BankJournal(join(folder, 'bank'))
  bank = await startBank({ journal, nowMs: Date.now, log: () => {} }, 0, '127.0.0.1')
})
afterEach(async () => {
  if (child) await end('SIGKILL')
  await bank.close()
  rmSync(folder, { recursive: true })
})

async function start(): Promise<void> {
  const variables = { ACQUIRER_DATA: join(folder, 'acquirer'), BANK_URL: `http://127.0.0.1:${bank.port}` }
  ;({ child, url } = await startCrashing('acquirer', POINTS, armedFile, variables))
}

async function end(signal: NodeJS.Signals): Promise<number | null> {
  const code = await endProcess(child!, signal)
  child = undefined
  return code
}

/** The status; undefined when the acquirer died over it. */
const put = (path: string, body: unknown): Promise<number | undefined> =>
  fetch(`${url}${path}`, { method: 'PUT', body: JSON.stringify(body) }).then(
    answer => answer.status,
    () => undefined,
  )

async function sell(number: number, currency: string, method = 'tok_approve'): Promise<void> {
  const order = { currency, method }
  expect(await put(`/operations/${opOf(number)}`, authorizeOrder(order))).toBe(200)
  expect(await put(`/operations/${opOf(number + 1)}`, captureOrder(opOf(number), order))).toBe(200)
}

async function deposits(): Promise<string[]> {
  const journal = await (await fetch(`http://127.0.0.1:${bank.port}/journal`)).json()
  const { entries } = bankJournalPage.parse(journal)
  return entries.flatMap(entry => (entry.type === 'movement' ? [`${entry.reference} ${entry.amount}`] : []))
}

/** One day is settled when it dies, and four deposits are paid. */
const kills = [
  ...POINTS.slice(0, 2).map(point => ({ point, hits: 1 })),
  ...POINTS.slice(2).flatMap(point => [1, 4].map(hits => ({ point, hits }))),
]

test.each(kills)('killed at $point ($hits), it makes and pays everything once', async ({ point, hits }) => {
  await start()
  await sell(1, 'KRW')
  await sell(3, 'USD')
  const offsetMs = 20 * DAY_MS
  expect(await put('/clock', { offsetMs: DAY_MS })).toBe(200)
  await sell(5, 'KRW')
  await sell(7, 'USD')
  const gone = once(child!, 'exit')
  writeFileSync(armedFile, JSON.stringify({ point, hits }))
  expect(await put('/clock', { offsetMs })).toBeUndefined()
  await gone
  child = undefined
  expect(existsSync(armedFile)).toBe(false)

  await start()
  expect(await put('/clock', { offsetMs })).toBe(200)
  await until(async () => (await deposits()).length === 4, { what: 'the deposits' })
  const { files } = settlementPage.parse(await (await fetch(`${url}/settlements`)).json())
  const made = files.map(({ batch, net }) => `${batch} ${net}`)
  expect(made).toHaveLength(4)
  expect((await deposits()).toSorted()).toEqual(made.toSorted())
  expect(files.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4])
  expect(await end('SIGTERM')).toBe(0)
})

/** The kinds of lines of each file, in the order of making. */
async function kindsOfFiles(): Promise<string[]> {
  const { files } = settlementPage.parse(await (await fetch(`${url}/settlements`)).json())
  const texts = files.map(async ({ name, currency, revision }) => {
    const rows = (await (await fetch(`${url}/settlements/${name}`)).text()).trimEnd().split('\n')
    return `${currency} ${revision}: ${rows.slice(1, -1).map(row => row.split(',')[1])}`
  })
  return Promise.all(texts)
}

/** The day of the sales, the next with its amended file, that of the chargebacks, and that of the win. */
test.each([1, 2, 3, 4].flatMap(hits => POINTS.slice(0, 2).map(point => ({ point, hits }))))(
  'killed at $point ($hits), it takes back, wins and amends once',
  async ({ point, hits }) => {
    await start()
    await sell(1, 'KRW', 'tok_settle_chargeback_won')
    await sell(3, 'USD', 'tok_settle_chargeback')
    await sell(5, 'JPY', 'tok_settle_amended')
    const offsetMs = 30 * DAY_MS
    const gone = once(child!, 'exit')
    writeFileSync(armedFile, JSON.stringify({ point, hits }))
    expect(await put('/clock', { offsetMs })).toBeUndefined()
    await gone
    child = undefined

    await start()
    expect(await put('/clock', { offsetMs })).toBe(200)
    expect((await kindsOfFiles()).toSorted()).toEqual([
      ...['JPY 1: capture', 'JPY 2: capture'],
      ...['KRW 1: capture', 'KRW 1: carry,chargeback_won', 'KRW 1: chargeback'],
      ...['USD 1: capture', 'USD 1: chargeback'],
    ])
    const refundOf = (hold: number, currency: string, method: string) =>
      laterOrder('refund', opOf(hold), { currency, method })
    expect(await put(`/operations/${opOf(7)}`, refundOf(1, 'KRW', 'tok_settle_chargeback_won'))).toBe(200)
    expect(await put(`/operations/${opOf(8)}`, refundOf(3, 'USD', 'tok_settle_chargeback'))).toBe(200)
    const stateOf = async (operation: number) =>
      ((await (await fetch(`${url}/operations/${opOf(operation)}`)).json()) as { state: string }).state
    expect([await stateOf(7), await stateOf(8)]).toEqual(['APPROVED', 'DECLINED'])
    expect(await end('SIGTERM')).toBe(0)
  },
)
