/** The bank over real HTTP: the protocol, and what is refused. */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { bankBooking, bankJournalPage, bankPayout, payoutFileAnswer } from '../../shared/contracts/bank.ts'
import { until } from '../../shared/runtime/until.ts'
import { DAY_MS, dayOf } from '../service/days.ts'
import type { RunningService } from '../service/http-service.ts'
import { JOURNAL_FILE } from '../service/journal-file.ts'
import { Journal } from './journal.ts'
import { allAt, payoutFile, textAt, treeOf } from './sample-files.ts'
import { startBank } from './server.ts'

const NOW_MS = Date.parse('2026-12-01T00:00:00.000Z')
const TODAY = dayOf(NOW_MS)

let folder: string
let bank: RunningService
let lines: string[]
let isClosed: boolean

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bank-'))
  lines = []
  isClosed = false
  const log = (message: string) => void lines.push(message)
  bank = await startBank({ journal: new Journal(folder), nowMs: () => NOW_MS, log }, 0, '127.0.0.1')
})
afterEach(async () => {
  await close()
  rmSync(folder, { recursive: true })
})

async function close(): Promise<void> {
  if (!isClosed) await bank.close()
  isClosed = true
}

async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }> {
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
  const response = await fetch(`http://127.0.0.1:${bank.port}${path}`, { method, body: text })
  return { status: response.status, text: await response.text() }
}
async function json(method: string, path: string, body?: unknown) {
  const { status, text } = await ask(method, path, body)
  return { status, json: JSON.parse(text) as Record<string, unknown> }
}

const deposit = { account: 'operating', amount: 97_000, currency: 'KRW', from: 'acquirer', remittance: 'batch 1' }
const transfer = { from: 'operating', to: 'safeguarded', amount: 500, currency: 'KRW' }
const entries = async () => bankJournalPage.parse((await json('GET', '/journal')).json).entries

describe('a payout file', () => {
  test('is taken, found again with its payouts, and repeated byte for byte', async () => {
    const first = await json('PUT', '/payout-files/file-1', payoutFile())
    expect(first.status).toBe(200)
    const answer = { messageId: 'file-1', state: 'ACCEPTED', reason: null }
    expect(payoutFileAnswer.strict().parse(first.json)).toEqual(answer)
    expect(await json('PUT', '/payout-files/file-1', payoutFile())).toEqual(first)
    expect(await json('GET', '/payout-files/file-1')).toEqual(first)
    const payout = await json('GET', '/payouts/pay-1')
    expect(bankPayout.strict().parse(payout.json)).toMatchObject({ state: 'CONFIRMED', account: 'acct_pay' })
  })

  test('that is rejected is an answer too', async () => {
    const rejected = await json('PUT', '/payout-files/file-1', payoutFile({ sum: '1' }))
    expect(rejected).toMatchObject({
      status: 200,
      json: { state: 'REJECTED', reason: expect.stringMatching(/CtrlSum/) },
    })
    expect((await json('GET', '/payouts/pay-1')).status).toBe(404)
  })

  test('with the id of another one is refused', async () => {
    await json('PUT', '/payout-files/file-1', payoutFile())
    const other = payoutFile({ payouts: [{ id: 'pay-2' }] })
    expect(await json('PUT', '/payout-files/file-1', other)).toMatchObject({
      status: 409,
      json: { error: 'different_file' },
    })
  })

  test('with acct_lost is acknowledged and lost, then taken', async () => {
    const text = payoutFile({ payouts: [{ id: 'pay-1', account: 'acct_lost' }] })
    const first = await json('PUT', '/payout-files/file-1', text)
    expect(first).toMatchObject({ status: 200, json: { state: 'ACCEPTED' } })
    expect((await json('GET', '/payout-files/file-1')).status).toBe(404)
    expect((await json('GET', '/payouts/pay-1')).status).toBe(404)
    expect(await json('PUT', '/payout-files/file-1', text)).toEqual(first)
    expect((await json('GET', '/payouts/pay-1')).json).toMatchObject({ state: 'CONFIRMED' })
  })

  test('with acct_silent is taken and never answered; a repeat is', async () => {
    const text = payoutFile({ payouts: [{ id: 'pay-1', account: 'acct_silent' }] })
    const socket = connect(bank.port, '127.0.0.1').setEncoding('utf8')
    let told = ''
    socket.on('data', chunk => {
      told += chunk
    })
    await once(socket, 'connect')
    const length = Buffer.byteLength(text)
    socket.write(`PUT /payout-files/file-1 HTTP/1.1\r\nhost: bank\r\ncontent-length: ${length}\r\n\r\n${text}`)
    await until(async () => (await json('GET', '/payouts/pay-1')).status === 200, { what: 'the payout' })
    expect(await json('PUT', '/payout-files/file-1', text)).toMatchObject({ status: 200, json: { state: 'ACCEPTED' } })
    expect([told, socket.closed]).toEqual(['', false])
    await close()
    await until(() => socket.closed, { what: 'the cut' })
  })

  test('of many payouts is taken in one piece', async () => {
    const payouts = Array.from({ length: 2_000 }, (_, index) => ({ id: `pay-${index}` }))
    expect(await json('PUT', '/payout-files/file-1', payoutFile({ payouts }))).toMatchObject({ status: 200 })
    expect((await json('GET', '/payouts/pay-1999')).json).toMatchObject({ state: 'CONFIRMED' })
    const page = (await json('GET', '/journal?limit=3')).json
    expect(page).toMatchObject({ entries: [{ type: 'file', count: 2_000 }, { type: 'payout' }, {}], next: 3 })
  })
})

describe('deposits and transfers', () => {
  test.each([
    ['/deposits/d-1', deposit],
    ['/transfers/t-1', transfer],
  ])('%s is booked once', async (path, body) => {
    const first = await json('PUT', path, body)
    expect(first.status).toBe(200)
    expect(bankBooking.strict().parse(first.json).movements.length).toBeGreaterThan(0)
    expect(await json('PUT', path, body)).toEqual(first)
    expect(await json('PUT', path, { ...body, amount: 1 })).toMatchObject({
      status: 409,
      json: { error: 'different_content' },
    })
  })
})

describe('a statement', () => {
  test('is there when its day has ended', async () => {
    await json('PUT', '/deposits/d-1', deposit)
    expect(await json('GET', `/statements/operating/${TODAY}`)).toMatchObject({
      status: 404,
      json: { error: 'day_not_over' },
    })
    await json('PUT', '/clock', { offsetMs: DAY_MS })
    const { status, text } = await ask('GET', `/statements/operating/${TODAY}`)
    expect(status).toBe(200)
    expect(textAt(treeOf(text), 'BkToCstmrStmt/Stmt/Ntry/NtryDtls/TxDtls/RmtInf/Ustrd')).toBe('batch 1')
    expect(allAt(treeOf(text), 'BkToCstmrStmt/Stmt')).toHaveLength(1)
  })

  test('of an account or a time without a movement is a 404 that says so', async () => {
    await json('PUT', '/clock', { offsetMs: DAY_MS })
    expect((await json('GET', `/statements/operating/${TODAY}`)).json).toMatchObject({ error: 'no_movement' })
    expect((await json('GET', `/statements/savings/${TODAY}`)).json).toMatchObject({ error: 'unknown_account' })
  })
})

describe('the clock', () => {
  test('goes forward, stands still when asked to, and never goes back', async () => {
    expect(await json('PUT', '/clock', { offsetMs: 5 })).toEqual({ status: 200, json: { offsetMs: 5 } })
    expect((await json('PUT', '/clock', { offsetMs: 5 })).status).toBe(200)
    expect(await json('PUT', '/clock', { offsetMs: 4 })).toMatchObject({
      status: 409,
      json: { error: 'clock_goes_back' },
    })
    expect(await entries()).toMatchObject([{ type: 'clock', offsetMs: 5 }])
  })
})

describe('what does not fit is refused, and nothing is written', () => {
  const file = '/payout-files/file-1'
  test.each<[string, string, string, unknown, number, string]>([
    ['a file that is no XML', 'PUT', file, 'MsgId', 400, 'malformed_file'],
    ['a file with a DOCTYPE', 'PUT', file, payoutFile({ prolog: '<!DOCTYPE Document>' }), 400, 'malformed_file'],
    ['another message id', 'PUT', '/payout-files/file-2', payoutFile(), 400, 'MsgId of GrpHdr: must be file-2'],
    ['a message id of another shape', 'PUT', '/payout-files/f%201', payoutFile(), 400, 'name: must be 1 to 35'],
    ['a file beyond 16 MiB', 'PUT', file, payoutFile() + ' '.repeat(16 * 1024 * 1024), 413, 'at most 16777216 bytes'],
    ['an unknown payout', 'GET', '/payouts/pay-1', undefined, 404, 'pay-1 is not known'],
    ['an unknown file', 'GET', file, undefined, 404, 'file-1 is not known'],
    ['no JSON', 'PUT', '/deposits/d-1', '{', 400, 'body: is not valid JSON'],
    ['an unknown field', 'PUT', '/deposits/d-1', { ...deposit, card: '4242' }, 400, 'card'],
    ['an account of nobody', 'PUT', '/deposits/d-1', { ...deposit, account: 'savings' }, 400, 'account: '],
    [
      'a text that XML cannot carry',
      'PUT',
      '/deposits/d-1',
      { ...deposit, from: 'a\u0000' },
      400,
      'from: must have no',
    ],
    ['an amount of nothing', 'PUT', '/transfers/t-1', { ...transfer, amount: 0 }, 400, 'amount: must be at least 1'],
    ['a transfer to itself', 'PUT', '/transfers/t-1', { ...transfer, to: 'operating' }, 400, 'to: must be another'],
    ['a body beyond 16 KiB', 'PUT', '/deposits/d-1', 'x'.repeat(16 * 1024 + 1), 413, 'at most 16384 bytes'],
    ['a day that is none', 'GET', '/statements/operating/2026-02-30', undefined, 400, 'day: '],
    ['a clock in the past', 'PUT', '/clock', { offsetMs: -1 }, 400, 'offsetMs: '],
    ['a page of too many', 'GET', '/journal?limit=1001', undefined, 400, 'limit: '],
    ['an unknown path', 'GET', '/statements', undefined, 404, 'there is no GET /statements'],
    ['another method', 'DELETE', file, undefined, 404, 'there is no DELETE'],
  ])('%s', async (_, method, path, body, status, words) => {
    const reply = await json(method, path, body)
    expect({ ...reply.json, status: reply.status }).toEqual({
      status,
      error: expect.any(String),
      message: expect.any(String),
    })
    expect(`${reply.json.error} ${reply.json.message}`).toContain(words)
    expect(await entries()).toEqual([])
  })
})

describe('a journal that cannot be written', () => {
  test('is a 503, of health too; reading goes on, and writing once it can', async () => {
    await json('PUT', '/payout-files/file-1', payoutFile())
    const other = new DatabaseSync(join(folder, JOURNAL_FILE))
    other.exec('BEGIN IMMEDIATE')
    const refused = { status: 503, json: { error: 'journal_unavailable', message: expect.any(String) } }
    expect(await json('PUT', '/deposits/d-1', deposit)).toEqual(refused)
    expect(await json('GET', '/health')).toEqual(refused)
    expect((await json('GET', '/payouts/pay-1')).status).toBe(200)
    other.exec('ROLLBACK')
    other.close()
    expect((await json('PUT', '/deposits/d-1', deposit)).status).toBe(200)
    expect((await json('GET', '/health')).status).toBe(200)
    expect(lines).toEqual(Array(2).fill('the journal cannot be written'))
  })
})
