/** Bank accounts of merchants: two people, a day, and terms that change meanwhile. */
import { describe, expect, test } from '@jest/globals'
import { type DatedTerms, termsAt } from '../domain/settlement-terms.ts'
import { FakeDatabase, shuffledTurns } from '../payments/fake-store.ts'
import { createFakePorts, fakeTerms } from '../payments/fakes.ts'
import { approveAccount, askAccount, cancelAccount, WAIT_MS } from './change-account.ts'
import { FakeAccountChanges } from './fake-accounts.ts'
import { createFakeSettlementIds, FakeAudit } from './fake-payouts.ts'
import { setTerms } from './set-terms.ts'

const SHOP = { merchantId: 'shop', currency: 'KRW' }
const lee = { actor: 'lee', reason: 'they wrote to us' }
const kim = { actor: 'kim', reason: 'I called them back' }
const HOUR_MS = 60 * 60_000

function portsWith(transactions = new FakeDatabase()) {
  const accountChanges = new FakeAccountChanges(transactions)
  const fakes = { ...createFakePorts(), transactions, accountChanges, auditLog: new FakeAudit(transactions) }
  return { ...fakes, ids: createFakeSettlementIds() }
}
type AccountFakes = ReturnType<typeof portsWith>

const ask = (ports: AccountFakes, accountToken = 'acct_new') => askAccount(ports, { ...SHOP, accountToken }, lee)
const termsIn = (ports: AccountFakes, atMs: number) => termsAt(ports.terms.rows, fakeTerms, 'shop', 'KRW', atMs)
const nowIn = (ports: AccountFakes) => ports.clock.virtualNowMs()
const audited = (ports: AccountFakes) => ports.auditLog.table.rows().map(({ actor, action }) => `${action} by ${actor}`)

async function asked(ports: AccountFakes, accountToken?: string) {
  const { changeId } = await ask(ports, accountToken)
  return { changeId, beganMs: nowIn(ports) }
}

describe('another account', () => {
  test('is only written down by who asks for it', async () => {
    const ports = portsWith()
    expect(await ask(ports)).toMatchObject({ state: 'ASKED', askedBy: 'lee', effectiveAtMs: null })
    expect(ports.terms.rows).toEqual([])
    expect(audited(ports)).toEqual(['account.asked by lee'])
  })

  test('is in the terms a day after somebody else has approved it, and not before', async () => {
    const ports = portsWith()
    const { changeId, beganMs } = await asked(ports)
    expect(await approveAccount(ports, changeId, kim)).toMatchObject({
      kind: 'approved',
      change: { approvedBy: 'kim' },
    })

    expect(termsIn(ports, beganMs + WAIT_MS - 1).accountToken).toBe('acct_pay')
    expect(termsIn(ports, beganMs + WAIT_MS)).toEqual({
      ...fakeTerms,
      ...SHOP,
      accountToken: 'acct_new',
      validFromMs: beganMs + WAIT_MS,
    })
    expect(audited(ports)).toEqual(['account.asked by lee', 'account.approved by kim'])
  })

  test('is not approved by who asked for it, nor twice, nor when it was canceled', async () => {
    const ports = portsWith()
    const { changeId } = await asked(ports)
    expect(await approveAccount(ports, changeId, lee)).toEqual({ kind: 'own' })
    expect(await approveAccount(ports, 'chg_none', kim)).toEqual({ kind: 'not_found' })
    await approveAccount(ports, changeId, kim)
    expect(await approveAccount(ports, changeId, { ...kim, actor: 'park' })).toEqual({
      kind: 'too_late',
      state: 'APPROVED',
    })
    expect(await cancelAccount(ports, changeId, kim)).toEqual({ kind: 'too_late', state: 'APPROVED' })

    const other = await asked(ports)
    expect(await cancelAccount(ports, other.changeId, lee)).toMatchObject({ kind: 'canceled' })
    expect(await approveAccount(ports, other.changeId, kim)).toEqual({ kind: 'too_late', state: 'CANCELED' })
    expect(ports.terms.rows).toHaveLength(1)
  })

  test.each([1, 2, 3, 4])('two who approve it at once, seed %i', async seed => {
    const ports = portsWith(new FakeDatabase(shuffledTurns(seed)))
    const { changeId } = await asked(ports)
    const decided = await Promise.all([
      approveAccount(ports, changeId, kim),
      approveAccount(ports, changeId, { ...kim, actor: 'park' }),
    ])
    expect(decided.map(({ kind }) => kind).sort()).toEqual(['approved', 'too_late'])
    expect(ports.terms.rows).toHaveLength(1)
  })
})

describe('terms that change meanwhile', () => {
  const rowFrom = (validFromMs: number, given: Partial<DatedTerms>): DatedTerms => ({
    ...fakeTerms,
    ...SHOP,
    validFromMs,
    ...given,
  })

  test('are not undone when the account begins: a hold stays', async () => {
    const ports = portsWith()
    const { changeId, beganMs } = await asked(ports)
    await approveAccount(ports, changeId, kim)
    ports.clock.advanceVirtual(HOUR_MS)
    await setTerms(ports, { ...SHOP, from: 'soon', changes: { heldReason: 'fraud' } }, kim)
    ports.clock.advanceVirtual(HOUR_MS)
    await setTerms(ports, { ...SHOP, from: 'soon', changes: { delayDays: 9 } }, kim)

    const held = { heldReason: 'fraud', delayDays: 9 }
    expect(termsIn(ports, beganMs + 3 * HOUR_MS)).toMatchObject({ ...held, accountToken: 'acct_pay' })
    expect(termsIn(ports, beganMs + WAIT_MS + 10)).toMatchObject({ ...held, accountToken: 'acct_new' })
    expect(new Set(ports.terms.rows.map(({ validFromMs }) => validFromMs)).size).toBe(ports.terms.rows.length)
  })

  test('that begin after the account, and were written before, have it', async () => {
    const ports = portsWith()
    const { changeId, beganMs } = await asked(ports)
    const laterMs = beganMs + 2 * WAIT_MS
    ports.terms.rows.push(rowFrom(laterMs, { cycle: 'M' }), rowFrom(beganMs + HOUR_MS, { cycle: 'W' }))
    await approveAccount(ports, changeId, kim)

    expect(termsIn(ports, beganMs + WAIT_MS)).toMatchObject({ cycle: 'W', accountToken: 'acct_new' })
    expect(termsIn(ports, laterMs + 10)).toMatchObject({ cycle: 'M', accountToken: 'acct_new' })
  })

  test('of the account itself: the one that was approved last is paid to in the end', async () => {
    const ports = portsWith()
    for (const token of ['acct_one', 'acct_two']) {
      const { changeId } = await asked(ports, token)
      await approveAccount(ports, changeId, kim)
      ports.clock.advanceVirtual(HOUR_MS)
    }
    expect(termsIn(ports, nowIn(ports) + WAIT_MS).accountToken).toBe('acct_two')
  })

  test('that begin at the very same moment: nothing is done', async () => {
    const ports = portsWith()
    const { changeId, beganMs } = await asked(ports)
    ports.terms.rows.push(rowFrom(beganMs + WAIT_MS, { cycle: 'W' }))
    expect(await approveAccount(ports, changeId, kim)).toEqual({ kind: 'taken' })
    expect(ports.accountChanges.table.rows()[0]!.state).toBe('ASKED')
  })
})
