/** What people do with breaks: each step once, each counter-account with what follows from it, and what is refused. */
import { describe, expect, test } from '@jest/globals'
import { reconBreakResolved } from '../contracts/recon-events.ts'
import { payoutPaid } from '../contracts/settlement-events.ts'
import { FakeDatabase, shuffledTurns } from '../payments/fake-store.ts'
import type { Expectation, Payout, SettlementBatch } from '../settlement/ports.ts'
import type { Wanted } from './break-plans.ts'
import {
  approveProposal,
  assignBreak,
  type BreakDecision,
  noteBreak,
  proposeResolution,
  refuseProposal,
} from './decide-breaks.ts'
import { createBreakPorts, type FakeBreakPorts } from './fake-breaks.ts'
import { type NewBreak, openBreaks } from './open-breaks.ts'
import type { ReconBreak } from './ports.ts'

const kim = { actor: 'Kim', reason: 'the acquirer wrote' }
const lee = { actor: 'Lee', reason: 'seen' }

let subjects = 0

/** A break that booked so much. */
async function open(ports: FakeBreakPorts, bookedMinor: number, given: Partial<NewBreak> = {}): Promise<ReconBreak> {
  const wanted: NewBreak = {
    ...{
      subject: `rcf_1:${++subjects}`,
      class: bookedMinor < 0 ? 'AMOUNT_OVER' : 'AMOUNT_UNDER',
      sourceId: 'acquirer',
    },
    ...{ differences: {}, currency: 'KRW', openedOn: '2026-01-02' },
    movements: [{ type: 'differs_amount', signedMinor: bookedMinor }],
    ...given,
  }
  const [made] = await ports.transactions.run('break', tx => openBreaks(ports, tx, [wanted]))
  return made!
}

const to = (account: string, given: Partial<Extract<Wanted, { kind: 'resolve' }>> = {}): Wanted => ({
  ...{ kind: 'resolve', account },
  ...given,
})

async function resolve(ports: FakeBreakPorts, { breakId }: ReconBreak, wanted: Wanted): Promise<BreakDecision> {
  const proposed = await proposeResolution(ports, breakId, wanted, kim)
  return proposed.kind === 'refused' ? proposed : approveProposal(ports, breakId, lee)
}

const now = async (ports: FakeBreakPorts, { breakId }: ReconBreak) => (await ports.breaks.find(breakId))!
const actionsOf = async (ports: FakeBreakPorts, { breakId }: ReconBreak) =>
  (await ports.breaks.listActions(breakId)).map(({ action, amountMinor, account }) => [action, amountMinor, account])

/** The suspense account is the open breaks, break by break; each has the actions that make it what it is, and events without gaps. */
function expectBooks(ports: FakeBreakPorts): void {
  const entries = ports.reconLedger.table.rows()
  for (const row of ports.breaks.table.rows()) {
    const own = entries.filter(({ subjectId }) => subjectId === row.breakId)
    const debits = own.filter(({ debitAccount }) => debitAccount === 'recon_suspense')
    const credits = own.filter(({ creditAccount }) => creditAccount === 'recon_suspense')
    const sum = (of: typeof own) => of.reduce((total, { amountMinor }) => total + amountMinor, 0)
    expect([row.breakId, sum(debits) - sum(credits)]).toEqual([row.breakId, row.remainingMinor])
    const booked = ports.breaks.actions
      .rows()
      .filter(({ breakId, action, eventId }) => breakId === row.breakId && eventId !== null && action !== 'give_up')
    const acted = booked.reduce((total, { amountMinor }) => total + amountMinor!, 0)
    expect([row.breakId, row.bookedMinor - acted]).toEqual([row.breakId, row.remainingMinor])
    const told = ports.outbox.table.rows().filter(({ messageKey }) => messageKey === row.breakId)
    expect(told.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: row.eventCount }, (_, index) => index + 1),
    )
  }
}

const db = (seed?: number) => (seed === undefined ? new FakeDatabase() : new FakeDatabase(shuffledTurns(seed)))

describe('the way of a break', () => {
  test('is assigned, proposed, refused, proposed again and approved by somebody else', async () => {
    const ports = createBreakPorts(db())
    const made = await open(ports, 1_000)
    const { breakId } = made
    expect(await assignBreak(ports, breakId, 'Lee', kim)).toMatchObject({
      kind: 'acted',
      changed: { state: 'ASSIGNED' },
    })
    await noteBreak(ports, breakId, kim)
    await proposeResolution(ports, breakId, to('own_funds'), kim)
    expect(await now(ports, made)).toMatchObject({
      state: 'PROPOSED',
      assignee: 'Lee',
      remainingMinor: 1_000,
      version: 3,
    })
    await refuseProposal(ports, breakId, lee)
    expect(await now(ports, made)).toMatchObject({ state: 'ASSIGNED' })
    await proposeResolution(ports, breakId, to('acquirer_fee', { amountMinor: 400 }), kim)
    await approveProposal(ports, breakId, lee)
    expect(await now(ports, made)).toMatchObject({ state: 'ASSIGNED', remainingMinor: 600, closedAtMs: null })
    await resolve(ports, made, to('vat_receivable'))

    expect(await now(ports, made)).toMatchObject({
      state: 'RESOLVED',
      remainingMinor: 0,
      bookedMinor: 1_000,
      version: 8,
    })
    expect(ports.reconLedger.balanceMinor('acquirer_fee')).toBe(400)
    expect(ports.reconLedger.balanceMinor('vat_receivable')).toBe(600)
    expect(await actionsOf(ports, made)).toEqual([
      ['assign', null, null],
      ['note', null, null],
      ['propose', 1_000, 'own_funds'],
      ['refuse', null, null],
      ['propose', 400, 'acquirer_fee'],
      ['approve', 400, 'acquirer_fee'],
      ['propose', 600, 'vat_receivable'],
      ['approve', 600, 'vat_receivable'],
    ])
    expectBooks(ports)
  })

  test('has a row of the audit log for each step, and an event for each that books', async () => {
    const ports = createBreakPorts(db())
    const made = await open(ports, 1_000)
    await resolve(ports, made, to('recon_loss'))

    expect(ports.auditLog.table.rows()).toMatchObject([
      {
        actor: 'Kim',
        action: 'break.acted',
        subject: made.breakId,
        details: { action: 'propose', amountMinor: 1_000 },
      },
      {
        actor: 'Lee',
        subject: made.breakId,
        details: { action: 'approve', account: 'recon_loss', state: 'WRITTEN_OFF' },
      },
    ])
    const [, told] = ports.outbox.table.rows()
    expect(reconBreakResolved.parse(JSON.parse(told!.payload))).toMatchObject({
      sequence: 2,
      break: { state: 'WRITTEN_OFF', booked: 1_000, remaining: 0 },
      action: { action: 'approve', actor: 'Lee', account: 'recon_loss', amount: 1_000 },
    })
  })

  test('nobody approves the own proposal, but may take it back', async () => {
    const ports = createBreakPorts(db())
    const { breakId } = await open(ports, 1_000)
    await proposeResolution(ports, breakId, to('own_funds'), kim)

    expect(await approveProposal(ports, breakId, kim)).toEqual({ kind: 'refused', reason: 'own_proposal' })
    expect(await refuseProposal(ports, breakId, kim)).toMatchObject({ kind: 'acted' })
  })

  // The second waits for the first, and is told.
  test.each([1, 2, 3, 4, 5])('two approvers at once book it once (seed %i)', async seed => {
    const ports = createBreakPorts(db(seed))
    const made = await open(ports, 1_000)
    await proposeResolution(ports, made.breakId, to('acquirer_fee', { amountMinor: 400 }), kim)
    const both = await Promise.all([lee, { ...lee, actor: 'Park' }].map(by => approveProposal(ports, made.breakId, by)))

    expect(both.map(({ kind }) => kind).toSorted()).toEqual(['acted', 'refused'])
    expect(ports.reconLedger.balanceMinor('acquirer_fee')).toBe(400)
    expectBooks(ports)
  })

  test('who looked at it before the last step is told', async () => {
    const ports = createBreakPorts(db())
    const { breakId } = await open(ports, 1_000)
    await noteBreak(ports, breakId, kim)

    expect(await noteBreak(ports, breakId, { ...lee, expectedVersion: 0 })).toEqual({
      kind: 'refused',
      reason: 'changed',
    })
    expect(await noteBreak(ports, breakId, { ...lee, expectedVersion: 1 })).toMatchObject({ kind: 'acted' })
  })

  test.each([1, 2, 3])(
    'two who move something between the same breaks do not block each other (seed %i)',
    async seed => {
      const ports = createBreakPorts(db(seed))
      const short = await open(ports, 1_000)
      const over = await open(ports, -1_000)
      const part = (target: ReconBreak, amountMinor: number) =>
        to('recon_suspense', { target: target.breakId, amountMinor })
      await proposeResolution(ports, short.breakId, part(over, 300), kim)
      await proposeResolution(ports, over.breakId, part(short, -200), kim)
      const both = await Promise.all([short, over].map(({ breakId }) => approveProposal(ports, breakId, lee)))

      // Whoever comes second finds a break that the first has moved, unless it looked after that.
      expect(both.filter(({ kind }) => kind === 'acted').length).toBeGreaterThan(0)
      expectBooks(ports)
    },
  )
})

describe('a counter-account', () => {
  test.each([
    ['acquirer_fee', 700],
    ['acquirer_fee', -700],
    ['vat_receivable', -700],
    ['own_funds', 700],
    ['recon_loss', 700],
    ['recon_gain', -700],
  ])('%s takes %i', async (account, bookedMinor) => {
    const ports = createBreakPorts(db())
    const made = await open(ports, bookedMinor)
    await resolve(ports, made, to(account))

    const state = account.startsWith('recon') ? 'WRITTEN_OFF' : 'RESOLVED'
    expect(await now(ports, made)).toMatchObject({ state, remainingMinor: 0 })
    expect(ports.reconLedger.balanceMinor(account)).toBe(bookedMinor)
    expect(ports.reconLedger.balanceMinor('recon_suspense')).toBe(0)
    expectBooks(ports)
  })

  test.each([
    ['acquirer', 1_000],
    ['bank-operating', -1_000],
  ])('acquirer_receivable expects a correction (a break of %s)', async (sourceId, bookedMinor) => {
    const ports = createBreakPorts(db())
    const made = await open(ports, bookedMinor, { sourceId })
    const before = ports.reconLedger.balanceMinor('acquirer_receivable')
    await resolve(ports, made, to('acquirer_receivable'))

    const [correction] = ports.expectations.table.rows()
    expect(correction).toMatchObject({
      ...{ sourceId: 'acquirer', matchKey: `${made.breakId}:2`, kind: 'correction', paymentId: null },
      ...{ amountMinor: bookedMinor, feeMinor: 0, vatMinor: 0, currency: 'KRW', dueOn: '2026-01-06' },
    })
    expect(ports.reconLedger.table.rows().at(-1)!.eventId).toBe(correction!.eventId)
    expect(ports.reconLedger.balanceMinor('acquirer_receivable') - before).toBe(bookedMinor)
    expectBooks(ports)
  })

  test('a correction is without a due date in a year that is not loaded', async () => {
    const ports = createBreakPorts(db())
    ports.calendars.closed.clear()
    await resolve(ports, await open(ports, 1_000), to('acquirer_receivable'))
    expect(ports.expectations.table.rows()).toMatchObject([{ dueOn: null }])
  })

  test.each([
    ['acquirer', 1_000],
    ['acquirer', -1_000],
    ['bank-operating', 1_000],
  ])('acquirer_receivable settles a correction whose line came as unexpected (%s, %i)', async (sourceId, owedMinor) => {
    const ports = createBreakPorts(db())
    const correction = await expectCorrection(ports, owedMinor)
    const before = ports.reconLedger.balanceMinor('acquirer_receivable')
    const line = await open(ports, -owedMinor, { sourceId, class: 'MISSING_HERE', ...unexpected(-owedMinor) })
    await resolve(ports, line, to('acquirer_receivable', { target: correction.expectationId }))

    expect(await now(ports, line)).toMatchObject({ state: 'RESOLVED', remainingMinor: 0 })
    expect(ports.expectations.table.rows()).toHaveLength(1)
    expect(ports.missedExpectations.table.rows()).toMatchObject([{ state: 'SETTLED' }])
    expect(ports.reconLedger.balanceMinor('acquirer_receivable') - before).toBe(-owedMinor)
    expectBooks(ports)
  })

  test('a correction is settled as a whole, whatever its line says', async () => {
    const ports = createBreakPorts(db())
    const { expectationId: target } = await expectCorrection(ports, 1_000)
    const line = await open(ports, -900, { class: 'MISSING_HERE', ...unexpected(-900) })
    expect(await resolve(ports, line, to('acquirer_receivable', { target }))).toMatchObject({ reason: 'other_amount' })
    await resolve(ports, line, to('acquirer_receivable', { target, amountMinor: -1_000 }))

    expect(await now(ports, line)).toMatchObject({ state: 'ASSIGNED', remainingMinor: 100 })
    expect(ports.missedExpectations.table.rows()).toMatchObject([{ state: 'SETTLED' }])
    await resolve(ports, line, to('recon_loss'))
    expect(await now(ports, line)).toMatchObject({ state: 'WRITTEN_OFF' })
    expectBooks(ports)
  })

  test('a correction that was missed is settled, and the break that misses it is resolved', async () => {
    const ports = createBreakPorts(db())
    const { expectationId } = await expectCorrection(ports, 1_000)
    await put(ports, tx =>
      ports.missedExpectations.table.update(tx, expectationId, row => ({ ...row, state: 'OVERDUE' })),
    )
    const missing = await open(ports, 0, {
      ...{ class: 'MISSING_THERE', subject: expectationId, expectationId, movements: [] },
    })
    const line = await open(ports, -1_000, { class: 'MISSING_HERE', ...unexpected(-1_000) })
    await resolve(ports, line, to('acquirer_receivable', { target: expectationId }))

    expect(await now(ports, missing)).toMatchObject({ state: 'RESOLVED', bookedMinor: 0 })
    expect((await ports.breaks.listActions(missing.breakId)).at(-1)).toMatchObject({
      ...{ actor: 'system', action: 'arrived', target: line.breakId, amountMinor: null, eventId: null },
    })
    expect(ports.missedExpectations.table.rows()).toMatchObject([{ state: 'SETTLED' }])
    expectBooks(ports)
  })

  // Both had been proposed while it was open.
  test.each([1, 2, 3, 4, 5])('a correction is settled once by two breaks at the same time (seed %i)', async seed => {
    const ports = createBreakPorts(db(seed))
    const { expectationId: target } = await expectCorrection(ports, 1_000)
    const lines = [-1_000, -1_000].map(minor => open(ports, minor, { class: 'MISSING_HERE', ...unexpected(minor) }))
    const ids = (await Promise.all(lines)).map(({ breakId }) => breakId)
    for (const breakId of ids) await proposeResolution(ports, breakId, to('acquirer_receivable', { target }), kim)
    const both = await Promise.all(ids.map(breakId => approveProposal(ports, breakId, lee)))

    expect(both.map(({ kind }) => kind).toSorted()).toEqual(['acted', 'refused'])
    expect(both.find(({ kind }) => kind === 'refused')).toMatchObject({ reason: 'not_expected' })
    expect(ports.missedExpectations.table.rows()).toMatchObject([{ state: 'SETTLED' }])
    expectBooks(ports)
  })

  test('a correction that was given up is not settled a second time', async () => {
    const ports = createBreakPorts(db())
    const { expectationId } = await expectCorrection(ports, 1_000)
    const missing = await open(ports, 0, {
      ...{ class: 'MISSING_THERE', subject: expectationId, expectationId, movements: [] },
    })
    const line = await open(ports, -1_000, { class: 'MISSING_HERE', ...unexpected(-1_000) })
    await proposeResolution(ports, line.breakId, to('acquirer_receivable', { target: expectationId }), kim)
    await resolve(ports, missing, { kind: 'give_up' })

    expect(await approveProposal(ports, line.breakId, lee)).toMatchObject({ reason: 'not_expected' })
    expect(await now(ports, missing)).toMatchObject({ remainingMinor: 1_000 })
    expectBooks(ports)
  })

  test('cash_in_transit gives back to a batch of the acquirer', async () => {
    const ports = createBreakPorts(db())
    await addAcquirerBatch(ports, { netMinor: 5_000, allocatedMinor: 4_000, movedMinor: 1_000 })
    const made = await open(ports, 1_000)
    await resolve(ports, made, to('cash_in_transit', { target: 'ACQ-1', amountMinor: 600 }))

    expect(ports.acquirerBatches.table.rows()).toMatchObject([{ movedMinor: 400 }])
    expect(ports.reconLedger.balanceMinor('cash_in_transit')).toBe(600)
    expect(await now(ports, made)).toMatchObject({ state: 'ASSIGNED', remainingMinor: 400 })
    expectBooks(ports)
  })

  test('payout_in_transit pays a payout, and its batch', async () => {
    const ports = createBreakPorts(db())
    const payout = await addPayout(ports)
    const made = await open(ports, 9_000, { sourceId: 'bank-operating', class: 'MISSING_HERE' })
    await resolve(ports, made, to('payout_in_transit', { target: payout.payoutId }))

    expect(ports.payouts.table.rows()).toMatchObject([{ state: 'PAID', eventCount: 3 }])
    expect(ports.batches.table.rows()).toMatchObject([{ state: 'PAID' }])
    expect(ports.reconLedger.balanceMinor('payout_in_transit')).toBe(9_000)
    const told = ports.outbox.table.rows().find(({ topic }) => topic === 'payout.paid')
    expect(payoutPaid.parse(JSON.parse(told!.payload))).toMatchObject({
      ...{ sequence: 3, bankRef: made.breakId, bookedOn: '2026-01-02', moved: 9_000 },
      payout: { payoutId: payout.payoutId, state: 'PAID' },
    })
    expectBooks(ports)
  })

  test('a payout is paid as a whole, whatever the bank took for it', async () => {
    const ports = createBreakPorts(db())
    const payout = await addPayout(ports)
    const made = await open(ports, 8_900, { sourceId: 'bank-operating', class: 'MISSING_HERE' })
    const wanted = to('payout_in_transit', { target: payout.payoutId })

    expect(await resolve(ports, made, wanted)).toEqual({ kind: 'refused', reason: 'other_amount' })
    await resolve(ports, made, { ...wanted, amountMinor: 9_000 } as Wanted)
    expect(await now(ports, made)).toMatchObject({ state: 'ASSIGNED', remainingMinor: -100 })
    await resolve(ports, made, to('recon_gain'))
    expect(await now(ports, made)).toMatchObject({ state: 'WRITTEN_OFF' })
    expectBooks(ports)
  })

  test.each([1_000, -1_000])(
    'merchant_payable: the merchant has an item of %i, the other way round',
    async bookedMinor => {
      const ports = createBreakPorts(db())
      const made = await open(ports, bookedMinor)
      await resolve(ports, made, to('merchant_payable:shop'))

      const [item] = ports.items.table.rows()
      expect(item).toMatchObject({
        ...{ merchantId: 'shop', currency: 'KRW', type: 'adjustment', paymentId: null },
        ...{ grossMinor: -bookedMinor, feeMinor: 0, vatMinor: 0, netMinor: -bookedMinor },
        ...{ soldOn: '2026-01-02', periodEnd: '2026-01-02', dueOn: '2026-01-06' },
      })
      // A debt: what is owed is the credit.
      expect(ports.reconLedger.balanceMinor('merchant_payable:shop')).toBe(-item!.netMinor)
      expect(ports.reconLedger.table.rows().at(-1)!.eventId).toBe(item!.eventId)
      expectBooks(ports)
    },
  )

  test('merchant_receivable: what came from the merchant pays an invoice', async () => {
    const ports = createBreakPorts(db())
    await addInvoice(ports, 700)
    const made = await open(ports, -1_000, { sourceId: 'bank-operating', class: 'MISSING_HERE' })
    const wanted = to('merchant_receivable:shop', { target: 'inv_1' })
    expect(await resolve(ports, made, wanted)).toMatchObject({ reason: 'too_much' })
    await resolve(ports, made, { ...wanted, amountMinor: -700 } as Wanted)

    expect(ports.invoices.table.rows()).toMatchObject([{ state: 'PAID', collectedMinor: 700, remainingMinor: 0 }])
    expect(ports.reconLedger.balanceMinor('merchant_receivable:shop')).toBe(-700)
    expect(ports.outbox.table.rows().map(({ topic }) => topic)).toContain('merchant.invoice-reduced')
    expect(await now(ports, made)).toMatchObject({ state: 'ASSIGNED', remainingMinor: -300 })
    expectBooks(ports)
  })

  test('another break takes what one of them has too much of: one event, and nothing stays on the receivable', async () => {
    const ports = createBreakPorts(db())
    const short = await open(ports, 1_000)
    const over = await open(ports, -400)
    const before = ports.reconLedger.balanceMinor('acquirer_receivable')
    await resolve(ports, short, to('recon_suspense', { target: over.breakId, amountMinor: 400 }))

    expect(await now(ports, short)).toMatchObject({ state: 'ASSIGNED', remainingMinor: 600 })
    expect(await now(ports, over)).toMatchObject({ state: 'RESOLVED', remainingMinor: 0 })
    const [resolved, takenOver] = ports.reconLedger.table.rows().slice(-2)
    expect([resolved!.type, takenOver!.type]).toEqual(['resolved', 'taken_over'])
    expect(resolved!.eventId).toBe(takenOver!.eventId)
    expect(ports.reconLedger.balanceMinor('acquirer_receivable')).toBe(before)
    expect(ports.expectations.table.rows()).toEqual([])
    expect(await actionsOf(ports, over)).toEqual([['take_over', -400, 'recon_suspense']])
    expectBooks(ports)
  })
})

describe('what is missing', () => {
  const missingBatch: Partial<NewBreak> = {
    ...{ class: 'MISSING_THERE', subject: 'acquirer:ACQ-1:KRW', batchRef: 'ACQ-1', movements: [] },
  }

  test('an expectation is given up, booked, and resolved like any other', async () => {
    const ports = createBreakPorts(db())
    const made = await open(ports, 0, {
      class: 'MISSING_THERE',
      subject: 'exp_1',
      expectationId: 'exp_1',
      movements: [],
    })
    await put(ports, tx => ports.missedExpectations.table.insert(tx, 'exp_1', overdue(10_000)))
    expect(await resolve(ports, made, to('recon_loss'))).toEqual({ kind: 'refused', reason: 'nothing_remains' })
    expect(await resolve(ports, made, { kind: 'close' })).toEqual({ kind: 'refused', reason: 'still_missing' })
    await resolve(ports, made, { kind: 'give_up' })

    expect(await now(ports, made)).toMatchObject({ state: 'ASSIGNED', bookedMinor: 10_000, remainingMinor: 10_000 })
    expect(ports.missedExpectations.table.rows()).toMatchObject([{ state: 'SETTLED' }])
    expect(ports.reconLedger.balanceMinor('acquirer_receivable')).toBe(-10_000)
    expectBooks(ports)
    await resolve(ports, made, to('merchant_payable:shop'))
    expect(await now(ports, made)).toMatchObject({ state: 'RESOLVED', bookedMinor: 10_000 })
    expectBooks(ports)
  })

  test('a batch is given up with what it has left', async () => {
    const ports = createBreakPorts(db())
    await addAcquirerBatch(ports, { netMinor: 5_000, allocatedMinor: 2_000, movedMinor: 0 })
    const made = await open(ports, 0, missingBatch)
    await resolve(ports, made, { kind: 'give_up' })

    expect(ports.acquirerBatches.table.rows()).toMatchObject([{ movedMinor: 3_000 }])
    expect(ports.reconLedger.balanceMinor('cash_in_transit')).toBe(-3_000)
    expect(await actionsOf(ports, made)).toEqual([
      ['propose', null, 'cash_in_transit'],
      ['give_up', 3_000, 'cash_in_transit'],
    ])
    expect(await resolve(ports, made, { kind: 'give_up' })).toEqual({ kind: 'refused', reason: 'not_missing' })
    expectBooks(ports)
  })

  test('a batch is given up, and not closed, when another acquirer has one of its reference', async () => {
    const ports = createBreakPorts(db())
    await addAcquirerBatch(ports, { netMinor: 5_000, allocatedMinor: 0, movedMinor: 0 })
    await addAcquirerBatch(ports, { sourceId: 'toss', netMinor: 700, allocatedMinor: 0, movedMinor: 0 })
    const made = await open(ports, 0, missingBatch)
    expect(await resolve(ports, made, { kind: 'close' })).toEqual({ kind: 'refused', reason: 'still_missing' })
    await resolve(ports, made, { kind: 'give_up' })
    expect(ports.acquirerBatches.table.rows()).toMatchObject([{ movedMinor: 5_000 }, { movedMinor: 0 }])
    expectBooks(ports)
  })

  test('a payout whose line something else explains is paid', async () => {
    const ports = createBreakPorts(db())
    const { payoutId } = await addPayout(ports)
    const unknown = await open(ports, 9_000, { sourceId: 'bank-operating', class: 'MISSING_HERE' })
    const made = await open(ports, 0, {
      ...{ class: 'MISSING_THERE', subject: payoutId, payoutId, sourceId: 'bank-operating', movements: [] },
    })
    await resolve(ports, made, { kind: 'give_up' })
    expect(ports.payouts.table.rows()).toMatchObject([{ state: 'PAID' }])
    expect(ports.reconLedger.balanceMinor('payout_in_transit')).toBe(9_000)
    expect(await now(ports, made)).toMatchObject({ bookedMinor: -9_000, remainingMinor: -9_000 })

    await resolve(ports, unknown, to('recon_suspense', { target: made.breakId }))
    expect(await now(ports, made)).toMatchObject({ state: 'RESOLVED' })
    expect(await now(ports, unknown)).toMatchObject({ state: 'RESOLVED' })
    expectBooks(ports)
  })

  test('what came meanwhile is not given up', async () => {
    const ports = createBreakPorts(db())
    const made = await open(ports, 0, { class: 'MISSING_THERE', expectationId: 'exp_1', movements: [] })
    await put(ports, tx => ports.missedExpectations.table.insert(tx, 'exp_1', overdue(10_000)))
    await proposeResolution(ports, made.breakId, { kind: 'give_up' }, kim)
    await put(ports, tx => ports.missedExpectations.table.update(tx, 'exp_1', row => ({ ...row, state: 'SETTLED' })))

    expect(await approveProposal(ports, made.breakId, lee)).toEqual({ kind: 'refused', reason: 'not_missing' })
    await refuseProposal(ports, made.breakId, lee)
    expect(await resolve(ports, made, { kind: 'close' })).toMatchObject({ changed: { state: 'RESOLVED' } })
  })

  test('a break that books nothing is closed by an approval, and told', async () => {
    const ports = createBreakPorts(db())
    const made = await open(ports, 0, { class: 'DATE', movements: [] })
    await resolve(ports, made, { kind: 'close' })

    expect(await now(ports, made)).toMatchObject({ state: 'RESOLVED', version: 2, eventCount: 2 })
    expect((await ports.breaks.listActions(made.breakId)).at(-1)).toMatchObject({ action: 'approve', eventId: null })
    expectBooks(ports)
  })
})

describe('is refused, and changes nothing:', () => {
  const cases: [name: string, booked: number, wanted: Wanted, reason: string][] = [
    ['no account', 1_000, to('petty_cash'), 'no_such_account'],
    ['cash', 1_000, to('cash'), 'no_such_account'],
    ['a payable of nobody', 1_000, to('merchant_payable:'), 'no_such_account'],
    ['a merchant of another account', 1_000, to('own_funds:shop'), 'no_such_account'],
    ['a merchant nobody knows', 1_000, to('merchant_payable:shpo'), 'no_such_merchant'],
    ['more than remains', 1_000, to('own_funds', { amountMinor: 1_001 }), 'too_much'],
    ['the other direction', 1_000, to('own_funds', { amountMinor: -1 }), 'too_much'],
    ['nothing', 1_000, to('own_funds', { amountMinor: 0 }), 'nothing_remains'],
    ['a gain of a debit', 1_000, to('recon_gain'), 'other_side'],
    ['a loss of a credit', -1_000, to('recon_loss'), 'other_side'],
    ['a batch without its name', 1_000, to('cash_in_transit'), 'wants_target'],
    ['a target that nobody needs', 1_000, to('own_funds', { target: 'x' }), 'takes_no_target'],
    ['a batch that is not there', 1_000, to('cash_in_transit', { target: 'ACQ-2' }), 'no_such_target'],
    ['a payout that is not there', 1_000, to('payout_in_transit', { target: 'out_2' }), 'no_such_target'],
    ['a correction that is not there', 1_000, to('acquirer_receivable', { target: 'exp_2' }), 'no_such_target'],
    ['a break that is not there', 1_000, to('recon_suspense', { target: 'brk_2' }), 'no_such_target'],
    ['to close what remains', 1_000, { kind: 'close' }, 'something_remains'],
    ['to give up what is not missing', 1_000, { kind: 'give_up' }, 'not_missing'],
    ['to resolve what books nothing', 0, to('own_funds'), 'nothing_remains'],
  ]

  test.each(cases)('%s', async (_name, bookedMinor, wanted, reason) => {
    const ports = createBreakPorts(db())
    const made = await open(ports, bookedMinor)
    const before = ports.transactions.snapshot()

    expect(await proposeResolution(ports, made.breakId, wanted, kim)).toEqual({ kind: 'refused', reason })
    expect(ports.transactions.snapshot()).toEqual(before)
  })

  test('the break itself, one that is closed, of another currency, or that would hold more than both', async () => {
    const ports = createBreakPorts(db())
    const made = await open(ports, 1_000)
    const closed = await open(ports, -500)
    const dollars = await open(ports, -500, { currency: 'USD' })
    const over = await open(ports, -500)
    await resolve(ports, closed, to('recon_gain'))
    const reasonFor = async (target: ReconBreak, amountMinor = 500) => {
      const wanted = to('recon_suspense', { target: target.breakId, amountMinor })
      const result = await proposeResolution(ports, made.breakId, wanted, kim)
      return result.kind === 'refused' ? result.reason : result.kind
    }

    expect(await reasonFor(made)).toBe('no_such_target')
    expect(await reasonFor(closed)).toBe('target_closed')
    expect(await reasonFor(dollars)).toBe('other_currency')
    expect(await reasonFor(over, -1)).toBe('too_much')
  })

  test('an expectation that is no correction, or one of another acquirer, currency or amount', async () => {
    const ports = createBreakPorts(db())
    const row = { ...overdue(-1_000), kind: 'correction' } as const
    const others = { sale: overdue(-1_000), toss: { ...row, sourceId: 'toss' }, usd: { ...row, currency: 'USD' } }
    for (const [id, other] of Object.entries({ ...others, less: { ...row, amountMinor: -999 } }))
      await put(ports, tx => ports.missedExpectations.table.insert(tx, id, other))
    const made = await open(ports, 1_000)
    const reasonFor = async (target: string) => {
      const result = await proposeResolution(ports, made.breakId, to('acquirer_receivable', { target }), kim)
      return result.kind === 'refused' && result.reason
    }

    expect(await reasonFor('sale')).toBe('no_such_target')
    expect(await reasonFor('toss')).toBe('no_such_target')
    expect(await reasonFor('usd')).toBe('other_currency')
    expect(await reasonFor('less')).toBe('other_amount')
  })

  test('a payout that is not at the bank, or of another currency', async () => {
    const ports = createBreakPorts(db())
    const failed = await addPayout(ports, { state: 'FAILED' })
    const dollars = await addPayout(ports, { currency: 'USD' })
    const made = await open(ports, 9_000)
    const propose = ({ payoutId }: Payout) =>
      proposeResolution(ports, made.breakId, to('payout_in_transit', { target: payoutId }), kim)

    expect(await propose(failed)).toMatchObject({ reason: 'not_in_transit' })
    expect(await propose(dollars)).toMatchObject({ reason: 'other_currency' })
  })

  test('an invoice of another merchant or currency, and to pay one with what is missing', async () => {
    const ports = createBreakPorts(db())
    await addInvoice(ports, 700)
    const propose = async (bookedMinor: number, account: string, currency = 'KRW') => {
      const { breakId } = await open(ports, bookedMinor, { currency })
      const result = await proposeResolution(ports, breakId, to(account, { target: 'inv_1' }), kim)
      return result.kind === 'refused' && result.reason
    }

    expect(await propose(-100, 'merchant_receivable:other')).toBe('no_such_target')
    expect(await propose(-100, 'merchant_receivable:shop', 'USD')).toBe('other_currency')
    expect(await propose(100, 'merchant_receivable:shop')).toBe('other_side')
  })

  test('what is proposed already, not proposed, closed, or not there; and an assignee who cannot work', async () => {
    const ports = createBreakPorts(db())
    const made = await open(ports, 1_000)
    const { breakId } = made
    expect(await approveProposal(ports, breakId, lee)).toMatchObject({ reason: 'not_proposed' })
    expect(await refuseProposal(ports, breakId, lee)).toMatchObject({ reason: 'not_proposed' })
    await proposeResolution(ports, breakId, to('own_funds'), kim)
    expect(await proposeResolution(ports, breakId, to('own_funds'), kim)).toMatchObject({ reason: 'proposed' })
    await approveProposal(ports, breakId, lee)
    for (const act of [noteBreak, approveProposal, refuseProposal])
      expect(await act(ports, breakId, lee)).toMatchObject({ reason: 'closed' })
    expect(await noteBreak(ports, 'brk_0', lee)).toMatchObject({ reason: 'not_found' })
    expect(await approveProposal(ports, 'brk_0', lee)).toMatchObject({ reason: 'not_found' })
    expect(await proposeResolution(ports, 'brk_0', to('own_funds'), kim)).toMatchObject({ reason: 'not_found' })
    for (const name of ['Gone', 'Nobody'])
      expect(await assignBreak(ports, breakId, name, kim)).toMatchObject({ reason: 'no_such_operator' })
  })
})

/** Of another break, which is resolved by it. */
async function expectCorrection(ports: FakeBreakPorts, amountMinor: number): Promise<Expectation> {
  await resolve(ports, await open(ports, amountMinor), to('acquirer_receivable'))
  return ports.expectations.table.rows().at(-1)!
}

/** What a line that settled nothing books. */
const unexpected = (bookedMinor: number): Pick<NewBreak, 'movements'> => ({
  movements: [{ type: 'unexpected', signedMinor: -bookedMinor, account: 'cash_in_transit' }],
})

const addInvoice = (ports: FakeBreakPorts, amountMinor: number): Promise<void> =>
  put(ports, tx =>
    ports.invoices.insert(tx, {
      ...{ invoiceId: 'inv_1', merchantId: 'shop', currency: 'KRW', amountMinor, remainingMinor: amountMinor },
      ...{ deductedMinor: 0, collectedMinor: 0, lostMinor: 0, state: 'OPEN', negativeSince: '2026-01-01' },
      ...{ eventCount: 1, invoicedAtMs: 0 },
    }),
  )

const overdue = (amountMinor: number) =>
  ({ sourceId: 'acquirer', kind: 'capture', amountMinor, currency: 'KRW', state: 'OVERDUE' }) as const

const put = <T>(ports: FakeBreakPorts, work: Parameters<FakeDatabase['run']>[1]): Promise<T> =>
  ports.transactions.run('test', work) as Promise<T>

const addAcquirerBatch = (
  ports: FakeBreakPorts,
  sums: { netMinor: number; allocatedMinor: number; movedMinor: number; sourceId?: string },
): Promise<void> => {
  const batch = { sourceId: 'acquirer', batchRef: 'ACQ-1', currency: 'KRW', dueOn: null, ...sums }
  return put(ports, tx => ports.acquirerBatches.table.insert(tx, `${batch.sourceId} ACQ-1 KRW`, batch))
}

/** At the bank. */
async function addPayout(ports: FakeBreakPorts, given: Partial<Payout> = {}): Promise<Payout> {
  const batch: SettlementBatch = {
    ...{ batchId: ports.ids.batch(), merchantId: 'shop', currency: 'KRW', periodEnd: ports.ids.event(), sequence: 1 },
    ...{ dueOn: '2026-01-02', state: 'CLOSED', itemCount: 1, netMinor: 9_000 },
    ...{ openedAtMs: 0, closedAtMs: 0, attemptsMax: 5 },
  }
  const payout: Payout = {
    ...{ payoutId: ports.ids.payout(), batchId: batch.batchId, attempt: 1, merchantId: 'shop', currency: 'KRW' },
    ...{ amountMinor: 9_000, accountToken: 'acct_pay', state: 'SENT', fileId: null, bankRef: null, failure: null },
    ...{ eventCount: 2, askAtMs: 0, createdAtMs: 0, updatedAtMs: 0 },
    ...given,
  }
  await put(ports, async tx => {
    await ports.batches.insert(tx, batch)
    await ports.payouts.insert(tx, payout)
  })
  return payout
}
