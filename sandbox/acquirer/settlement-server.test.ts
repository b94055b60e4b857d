/** Settlement over real HTTP, beside a real bank: files as they are asked for, and deposits on their own days. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type AcquirerOrderBody, settlementPage } from '../../shared/contracts/acquirer.ts'
import { bankJournalPage } from '../../shared/contracts/bank.ts'
import { until } from '../../shared/runtime/until.ts'
import { Journal as BankJournal } from '../bank/journal.ts'
import { startBank } from '../bank/server.ts'
import { startOf } from '../service/days.ts'
import type { RunningService } from '../service/http-service.ts'
import { Journal } from './journal.ts'
import { authorizeOrder, captureOrder, laterOrder, opOf } from './sample-orders.ts'
import { startAcquirer } from './server.ts'

/** A Friday, at noon in Seoul. */
const NOW_MS = startOf('2026-11-27') + 12 * 60 * 60_000
const nowMs = () => NOW_MS

let folder: string
let acquirer: RunningService | undefined
let bank: RunningService | undefined
let lines: string[]
const log = (message: string) => void lines.push(message)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'settlement-'))
  lines = []
})
afterEach(async () => {
  await acquirer?.close()
  await bank?.close()
  acquirer = undefined
  bank = undefined
  rmSync(folder, { recursive: true })
})

async function start(bankUrl?: string): Promise<void> {
  const options = { holdWindowMs: 1_000_000_000_000, lateMs: 0, slowMs: 0, nowMs, log, bankUrl }
  acquirer = await startAcquirer({ ...options, journal: new Journal(join(folder, 'acquirer')) }, 0, '127.0.0.1')
}

async function startBoth(): Promise<void> {
  bank = await startBank({ journal: new BankJournal(join(folder, 'bank')), nowMs, log }, 0, '127.0.0.1')
  await start(`http://127.0.0.1:${bank.port}/`)
}

const request = (of: RunningService | undefined, method: string, path: string, body?: unknown) =>
  fetch(`http://127.0.0.1:${of!.port}${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body) })

async function put(number: number, order: AcquirerOrderBody): Promise<void> {
  const answer = await request(acquirer, 'PUT', `/operations/${opOf(number)}`, order)
  expect(await answer.json()).toMatchObject({ state: 'APPROVED' })
}

async function sell(number: number, changes: Partial<AcquirerOrderBody> = {}): Promise<void> {
  await put(number, authorizeOrder(changes))
  await put(number + 1, captureOrder(opOf(number), changes))
}

const moveTo = async (day: string, of = acquirer) => {
  const offsetMs = startOf(day) - NOW_MS
  expect(await (await request(of, 'PUT', '/clock', { offsetMs })).json()).toEqual({ offsetMs })
}

const pageOf = async (query = '') =>
  settlementPage.parse(await (await request(acquirer, 'GET', `/settlements${query}`)).json())

async function deposits(): Promise<string[]> {
  const { entries } = bankJournalPage.parse(await (await request(bank, 'GET', '/journal')).json())
  return entries.flatMap(entry =>
    entry.type === 'movement'
      ? [`${entry.bookedOn} ${entry.reference} ${entry.account} ${entry.amount} ${entry.currency} ${entry.remittance}`]
      : [],
  )
}

describe('settlement files', () => {
  beforeEach(async () => {
    await start()
    await sell(1)
    await put(3, laterOrder('refund', opOf(1), { amount: 4_000 }))
    await sell(4, { currency: 'USD' })
  })

  test('are listed when their day has ended, in pages', async () => {
    expect(await pageOf()).toEqual({ files: [], next: null })
    await moveTo('2026-11-28')
    const first = await pageOf('?limit=1')
    expect(first).toEqual({
      files: [
        {
          ...{ sequence: 1, name: 'ACQ-20261127-KRW-r1.csv', batch: 'ACQ-20261127-KRW', day: '2026-11-27' },
          ...{
            currency: 'KRW',
            revision: 1,
            lineCount: 2,
            net: '5901',
            sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          },
        },
      ],
      next: 1,
    })
    expect(await pageOf(`?after=${first.next}`)).toMatchObject({
      files: [{ sequence: 2, currency: 'USD' }],
      next: null,
    })
  })

  test('have the bytes that the list gives the hash of, each time', async () => {
    await moveTo('2026-11-28')
    const { name, sha256 } = (await pageOf()).files[0]!
    const answer = await request(acquirer, 'GET', `/settlements/${name}`)
    expect(answer.headers.get('content-type')).toContain('text/csv')
    const text = await answer.text()
    expect(text).toBe(
      [
        'line,kind,reference,sold_on,currency,amount,fee,vat,net',
        `1,capture,${opOf(2)},2026-11-27,KRW,10000,150,15,9835`,
        `2,refund,${opOf(3)},2026-11-27,KRW,-4000,-60,-6,-3934`,
        '2,total,ACQ-20261127-KRW,2026-11-27,KRW,6000,90,9,5901',
        '',
      ].join('\n'),
    )
    expect(createHash('sha256').update(text).digest('hex')).toBe(sha256)
    await moveTo('2026-12-24')
    expect(await (await request(acquirer, 'GET', `/settlements/${name}`)).text()).toBe(text)
  })

  test('that there are none of are a 404', async () => {
    const answer = await request(acquirer, 'GET', '/settlements/ACQ-20261127-KRW-r1.csv')
    expect([answer.status, await answer.json()]).toEqual([
      404,
      { error: 'unknown_name', message: 'there is no settlement file ACQ-20261127-KRW-r1.csv' },
    ])
  })

  test('are made without a bank, and nothing is paid', async () => {
    await moveTo('2026-12-24')
    expect((await pageOf()).files).toHaveLength(2)
    expect(lines).toEqual([])
  })
})

describe('deposits', () => {
  test('are booked on their own days before the clock move is answered, however far it goes', async () => {
    await startBoth()
    await sell(1)
    await moveTo('2026-11-30')
    await sell(3, { amount: 20_000 })
    expect(await deposits()).toEqual([])
    await moveTo('2026-12-28')
    expect(await deposits()).toEqual([
      '2026-12-01 ACQ-20261127-KRW operating 9835 KRW ACQ-20261127-KRW',
      '2026-12-02 ACQ-20261130-KRW operating 19670 KRW ACQ-20261130-KRW',
    ])
    await moveTo('2026-12-28', bank)
  })

  test('go to a bank whose clock is further ahead, too', async () => {
    await startBoth()
    await sell(1)
    await moveTo('2026-12-10', bank)
    await moveTo('2026-12-01')
    expect(await deposits()).toEqual(['2026-12-10 ACQ-20261127-KRW operating 9835 KRW ACQ-20261127-KRW'])
  })

  test('that fell due while it was stopped follow its start', async () => {
    await startBoth()
    await sell(1)
    await acquirer!.close()
    await start()
    await moveTo('2026-12-01')
    await acquirer!.close()
    await start(`http://127.0.0.1:${bank!.port}`)
    await until(async () => (await deposits()).length === 1, { what: 'the deposit' })
  })
})

describe('a bank that never answers', () => {
  let silent: Server
  let asked: number

  beforeEach(async () => {
    asked = 0
    silent = createServer(() => void asked++).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    await start(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`)
  })
  afterEach(() => {
    silent.closeAllConnections()
    silent.close()
  })

  test('keeps no move of the clock, no order and no stop waiting for long', async () => {
    await sell(1)
    await moveTo('2026-12-01')
    expect(lines).toEqual(['batches wait'])
    await sell(3)
    await until(() => asked > 1, { what: 'the second try' })
    await sell(5)
    expect((await pageOf()).files).toHaveLength(1)
  })
})
