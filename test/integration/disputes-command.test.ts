/** `npm run disputes` on a database of its own: what it lists, and what giving a dispute up writes. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { configFrom } from '../../shared/runtime/config.ts'
import { type BatchPorts, Ports } from '../../shared/runtime/wiring.ts'
import { listedDispute } from '../../shared/settlement/fake-dispute-reader.ts'
import type { Dispute } from '../../shared/settlement/ports.ts'
import { newPayment } from '../support/rows.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { systemUnderTest } from '../support/system.ts'
import { TypedCommands } from '../support/typed-commands.ts'

jest.setTimeout(120_000)

const payment = newPayment({ status: 'COMPLETED', capturedMinor: 10_000, disputedMinor: 4_000 })
const [OPEN, WON] = [
  listedDispute(1, { paymentId: payment.paymentId, amountMinor: 4_000, feeMinor: 300 }),
  listedDispute(2, { merchantId: 'other', state: 'WON', closedAtMs: 0, eventCount: 2 }),
]

let scratch: ScratchDatabase
let ports: BatchPorts
let commands: TypedCommands

beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'disputes')
  ports = new Ports(() => configFrom({ DATABASE_URL: scratch.url, LOG_LEVEL: 'silent' })).forBatches
  commands = new TypedCommands('disputes', scratch.url)
  await commands.add(ports, { lee: 'approver', kim: 'operator', viewer: 'viewer' })
  await scratch.stores().transactions.run(payment.paymentId, tx => scratch.stores().payments.insert(tx, payment))
  await scratch.direct.write('UPDATE payment SET disputed_amount = 4000', [])
  await ports.database.runAlone(async tx => {
    for (const dispute of [OPEN, WON]) await ports.disputes.insert(tx, dispute)
  })
})
afterAll(async () => {
  commands?.remove()
  await ports?.database.close()
  await scratch?.drop()
})

const as = (name: string, ...args: string[]) => commands.as(name, ...args)

const because = ['--reason', 'the goods were never sent', '--yes']
const audited = () =>
  scratch.direct.rows("SELECT actor, subject, reason FROM audit_log WHERE action = 'dispute.lost'", [])

describe('npm run disputes', () => {
  test('lists the newest first, by state and merchant too, and needs no token for it', async () => {
    const all = await as('nobody')
    expect(all.stdout.match(/dsp_\w+/g)).toEqual([WON.disputeId, OPEN.disputeId])
    expect((await as('nobody', 'list', '--state', 'OPEN')).stdout).not.toContain(WON.disputeId)
    expect((await as('nobody', 'list', '--merchant', 'other')).stdout).not.toContain(OPEN.disputeId)
    const found = JSON.parse((await as('nobody', 'list', '--payment', payment.paymentId, '--json')).stdout) as Dispute[]
    expect(found).toEqual([OPEN])
  })

  test('shows one with its payment', async () => {
    const { code, stdout } = await as('nobody', 'show', OPEN.disputeId)
    expect(code).toBe(0)
    expect(stdout).toContain(`captured 10000, refunded 0, disputed 4000`)
    expect((await as('nobody', 'show', listedDispute(9).disputeId)).code).toBe(1)
  })

  test('only an operator gives one up', async () => {
    for (const name of ['nobody', 'viewer'])
      expect((await as(name, 'lose', OPEN.disputeId, ...because)).code).not.toBe(0)
    expect(await ports.disputes.find(OPEN.disputeId)).toEqual(OPEN)
    expect(await audited()).toEqual([])
  })

  test('gives one up once, also when two do so at once', async () => {
    const both = await Promise.all(['kim', 'lee'].map(name => as(name, 'lose', OPEN.disputeId, ...because)))
    expect(both.map(({ code }) => code).sort()).toEqual([0, 1])
    expect(both.find(({ code }) => code === 1)!.stdout).toContain('Nothing was done: it is LOST.')
    expect(await ports.disputes.find(OPEN.disputeId)).toMatchObject({ state: 'LOST', eventCount: 2 })
    const reason = 'the goods were never sent'
    const [log] = await audited()
    expect(log).toMatchObject({ subject: OPEN.disputeId, reason })
    expect(await audited()).toHaveLength(1)
    const sql = 'SELECT topic, sequence FROM outbox_event WHERE message_key = ?'
    expect(await scratch.direct.rows(sql, [OPEN.disputeId])).toEqual([{ topic: 'dispute.lost', sequence: 2 }])
  })

  test('says why nothing was done', async () => {
    const won = await as('kim', 'lose', WON.disputeId, ...because)
    expect([won.code, won.stdout.includes('Nothing was done: it is WON.')]).toEqual([1, true])
    expect((await as('kim', 'lose', listedDispute(9).disputeId, ...because)).stdout).toContain('no such dispute')
    expect((await as('kim', 'lose', 'brk_1', ...because)).stderr).toContain('is no dispute')
  })
})
