/** The real process, killed at its commit boundaries: nothing is executed twice, and nothing was told that is not in its journal. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { type BankJournalEntry, bankJournalPage } from '../../shared/contracts/bank.ts'
import { endProcess, startCrashing } from '../../test/support/sandbox-process.ts'
import { DAY_MS, dayOf } from '../service/days.ts'
import { payoutFile } from './sample-files.ts'

jest.setTimeout(120_000)

const POINTS = ['bank:booking', 'bank:booked'] as const

let folder: string
let armedFile: string
let child: ChildProcess | undefined
let url: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bank-'))
  armedFile = join(folder, 'crash-at')
})
afterEach(async () => {
  if (child) await end('SIGKILL')
  rmSync(folder, { recursive: true })
})

async function start(): Promise<void> {
  const variables = { BANK_DATA: join(folder, 'journal') }
  ;({ child, url } = await startCrashing('bank', POINTS, armedFile, variables))
}

async function end(signal: NodeJS.Signals): Promise<number | null> {
  const code = await endProcess(child!, signal)
  child = undefined
  return code
}

/** What was answered; undefined when the bank died over it. */
async function ask(method: string, path: string, body?: string): Promise<{ status: number; text: string } | undefined> {
  try {
    const response = await fetch(`${url}${path}`, { method, body })
    return { status: response.status, text: await response.text() }
  } catch {
    return undefined
  }
}

const TODAY = dayOf(Date.now())
const steps: ReadonlyArray<[method: string, path: string, body?: string]> = [
  [
    'PUT',
    '/deposits/d-1',
    '{"account":"operating","amount":90000,"currency":"KRW","from":"acquirer","remittance":"b"}',
  ],
  ['PUT', '/transfers/t-1', '{"from":"operating","to":"safeguarded","amount":500,"currency":"KRW"}'],
  [
    ...(['PUT', '/payout-files/file-1'] as const),
    payoutFile({
      payouts: [{ id: 'pay-1' }, { id: 'pay-2', account: 'acct_return' }, { id: 'pay-3', account: 'acct_late' }],
      requestedOn: TODAY,
    }),
  ],
  ['PUT', '/clock', `{"offsetMs":${DAY_MS}}`],
]
const movementsOfAll = [
  ...['deposit d-1 90000', 'transfer t-1 -500', 'transfer t-1 500', 'payout pay-1 -10000'],
  ...['payout pay-2 -10000', 'return pay-2 10000', 'payout pay-3 -10000'],
]

async function journal(): Promise<BankJournalEntry[]> {
  return bankJournalPage.parse(JSON.parse((await ask('GET', '/journal'))!.text)).entries
}

const movementsIn = (entries: BankJournalEntry[]): string[] =>
  entries.flatMap(entry => (entry.type === 'movement' ? [`${entry.kind} ${entry.reference} ${entry.amount}`] : []))

test.each(POINTS.flatMap(point => steps.map(([method, path], index) => ({ point, what: `${method} ${path}`, index }))))(
  'killed at $point of $what, it does everything once',
  async ({ point, index }) => {
    await start()
    for (const step of steps.slice(0, index)) expect(await ask(...step)).toMatchObject({ status: 200 })
    const gone = once(child!, 'exit')
    writeFileSync(armedFile, JSON.stringify({ point, hits: 1 }))
    expect(await ask(...steps[index]!)).toBeUndefined()
    await gone
    child = undefined
    expect(existsSync(armedFile)).toBe(false)

    await start()
    const after = await journal()
    // What was committed is there, and what was not is not.
    const isWritten = after.some(({ sequence }) => sequence > 0) && point === 'bank:booked'
    if (index === 0) expect(after.length > 0).toBe(isWritten)
    for (const step of steps.slice(index)) {
      const told = await ask(...step)
      expect(told).toMatchObject({ status: 200 })
      expect(await ask(...step)).toEqual(told)
    }
    const entries = await journal()
    expect(entries.slice(0, after.length)).toEqual(after)
    expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, place) => place + 1))
    expect(movementsIn(entries).toSorted()).toEqual(movementsOfAll.toSorted())
    expect(await end('SIGTERM')).toBe(0)
    expect(readdirSync(join(folder, 'journal'))).toEqual(['journal.sqlite'])
  },
)

test('killed while deposits stream in, it has each one that it told', async () => {
  const told = new Map<string, string>()
  const depositOf = (amount: number) =>
    JSON.stringify({ account: 'operating', amount, currency: 'KRW', from: 'acquirer', remittance: 'b' })
  let next = 1
  for (const hits of [40, 60]) {
    await start()
    const gone = once(child!, 'exit')
    writeFileSync(armedFile, JSON.stringify({ point: 'bank:booked', hits }))
    const client = async () => {
      for (;;) {
        const amount = next++
        const answer = await ask('PUT', `/deposits/d-${amount}`, depositOf(amount))
        if (answer === undefined) return
        told.set(`d-${amount}`, answer.text)
      }
    }
    await Promise.all(Array.from({ length: 8 }, client))
    await gone
    child = undefined
  }
  await start()
  for (const [reference, text] of told)
    expect((await ask('PUT', `/deposits/${reference}`, depositOf(Number(reference.slice(2)))))?.text).toBe(text)
  const moved = movementsIn(await journal())
  expect(new Set(moved).size).toBe(moved.length)
  expect(moved.length).toBeGreaterThanOrEqual(told.size)
})
