/** New terms: from when on, out of which, and what is refused. */
import { describe, expect, test } from '@jest/globals'
import type { DatedTerms } from '../domain/settlement-terms.ts'
import { createFakePorts, fakeTerms } from '../payments/fakes.ts'
import { FakeAccountChanges } from './fake-accounts.ts'
import { FakeAudit } from './fake-payouts.ts'
import { AHEAD_MS_MIN, setTerms, type TermsChange } from './set-terms.ts'

const by = { actor: 'kim', reason: 'a contract' }
const NOW = '2026-11-29T12:00:00.000Z'

function portsAt(now: string) {
  const fakes = createFakePorts()
  const accountChanges = new FakeAccountChanges(fakes.transactions)
  const ports = { ...fakes, accountChanges, auditLog: new FakeAudit(fakes.transactions) }
  ports.clock.advanceVirtual(Date.parse(now) - ports.clock.nowMs())
  return ports
}

const changeOf = (given: Partial<TermsChange>): TermsChange => ({
  ...{ merchantId: 'shop', currency: 'KRW', from: undefined, changes: { delayDays: 5 } },
  ...given,
})

const rowFrom = (from: string, given: Partial<DatedTerms> = {}): DatedTerms => ({
  ...{ ...fakeTerms, merchantId: 'shop', currency: 'KRW', validFromMs: Date.parse(from) },
  ...given,
})

describe('new terms', () => {
  test('are the defaults with what changes, from the next midnight of their zone on', async () => {
    const ports = portsAt(NOW)

    expect(await setTerms(ports, changeOf({}), by)).toEqual({
      kind: 'set',
      terms: rowFrom('2026-11-29T15:00:00.000Z', { delayDays: 5 }),
      later: [],
    })
    expect(ports.terms.rows).toEqual([rowFrom('2026-11-29T15:00:00.000Z', { delayDays: 5 })])
  })

  test.each([
    ['in the zone that they change to', NOW, { timezone: 'America/New_York' }, '2026-11-30T05:00:00.000Z'],
    ['which is a minute ahead, at least', '2026-11-29T14:59:00.000Z', {}, '2026-11-29T15:00:00.000Z'],
    ['else the one after it', '2026-11-29T14:59:00.001Z', {}, '2026-11-30T15:00:00.000Z'],
  ])('%s', async (_, now, changes, from) => {
    const outcome = await setTerms(portsAt(now), changeOf({ changes: { delayDays: 5, ...changes } }), by)

    expect(outcome).toMatchObject({ kind: 'set', terms: { validFromMs: Date.parse(from) } })
  })

  test('go on from those that are in force then, not from those that come after', async () => {
    const ports = portsAt(NOW)
    const later = rowFrom('2026-12-31T15:00:00.000Z', { cycle: 'M', heldReason: null })
    ports.terms.rows.push(rowFrom('2026-01-01T00:00:00.000Z', { cycle: 'W', vatMode: 'exclusive' }), later)

    const outcome = await setTerms(ports, changeOf({ from: 'soon', changes: { heldReason: 'fraud' } }), by)

    const validFromMs = Date.parse(NOW) + AHEAD_MS_MIN
    expect(outcome).toMatchObject({ terms: { cycle: 'W', vatMode: 'exclusive', heldReason: 'fraud', validFromMs } })
    expect(outcome).toMatchObject({ later: [later] })
  })

  test('of one currency know nothing of another', async () => {
    const ports = portsAt(NOW)
    ports.terms.rows.push(rowFrom('2026-01-01T00:00:00.000Z', { currency: 'USD', cycle: 'M' }))

    expect(await setTerms(ports, changeOf({}), by)).toMatchObject({ terms: { cycle: 'D' } })
  })
})

test('new terms have a row of the audit log, which says all of them', async () => {
  const ports = portsAt(NOW)
  await setTerms(ports, changeOf({}), by)

  expect(ports.auditLog.table.rows()).toEqual([
    {
      ...{ actor: 'kim', reason: 'a contract', action: 'terms.set', subject: 'shop' },
      details: { ...fakeTerms, currency: 'KRW', delayDays: 5, validFrom: '2026-11-29T15:00:00.000Z' },
    },
  ])
})

describe('what is refused', () => {
  test('terms that would apply to what has happened, or so soon that somebody may go by the old ones', async () => {
    const ports = portsAt(NOW)
    const earliestMs = Date.parse(NOW) + AHEAD_MS_MIN

    const outcome = await setTerms(ports, changeOf({ from: earliestMs - 1 }), by)

    expect(outcome).toEqual({ kind: 'too_early', earliestMs })
    expect([ports.terms.rows, ports.auditLog.table.rows()]).toEqual([[], []])
    expect(await setTerms(ports, changeOf({ from: earliestMs }), by)).toMatchObject({ kind: 'set' })
  })

  test('a second row from the same moment on', async () => {
    const ports = portsAt(NOW)
    await setTerms(ports, changeOf({}), by)

    const again = await setTerms(ports, changeOf({ changes: { delayDays: 9 } }), by)

    expect(again).toEqual({ kind: 'taken', fromMs: Date.parse('2026-11-29T15:00:00.000Z') })
    expect([ports.terms.rows, ports.auditLog.table.rows()].map(rows => rows.length)).toEqual([1, 1])
  })
})
