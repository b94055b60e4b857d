/** What is written off by itself: small differences of a source with a tolerance, and no more than it may in a day. */
import { describe, expect, test } from '@jest/globals'
import type { BreakClass } from '../contracts/lists.ts'
import { FakeDatabase, shuffledTurns } from '../payments/fake-store.ts'
import { createBreakPorts, type FakeBreakPorts } from './fake-breaks.ts'
import { fakeSources } from './fake-recon.ts'
import { openBreaks } from './open-breaks.ts'
import { writeOffSmall } from './write-off-breaks.ts'

const NO_END = Number.POSITIVE_INFINITY
const DAY_MS = 24 * 60 * 60_000

let subjects = 0

async function open(
  ports: FakeBreakPorts,
  bookedMinor: number,
  { name = 'AMOUNT_UNDER', currency = 'KRW' }: { name?: BreakClass; currency?: string } = {},
): Promise<string> {
  const [made] = await ports.transactions.run('break', tx =>
    openBreaks(ports, tx, [
      {
        ...{ subject: `rcf_1:${++subjects}`, class: name, sourceId: 'acquirer', differences: {}, currency },
        ...{ openedOn: '2026-01-02', movements: [{ type: 'differs_amount', signedMinor: bookedMinor }] },
      },
    ]),
  )
  return made!.breakId
}

function withTolerance(db = new FakeDatabase(), toleranceMaxMinor = 100) {
  const ports = createBreakPorts(db)
  const tolerances = { toleranceMinor: 10, toleranceMaxMinor }
  const sources = fakeSources.map(source => ({ ...source, ...(source.kind === 'acquirer' ? tolerances : {}) }))
  ports.reconSources.table.restore(new Map(sources.map(source => [source.sourceId, source])))
  return ports
}

const statesOf = (ports: FakeBreakPorts) => ports.breaks.table.rows().map(({ state }) => state)

describe('writeOffSmall', () => {
  test('takes what the source tolerates, on either side, and tells it', async () => {
    const ports = withTolerance()
    await open(ports, 10)
    await open(ports, -10, { name: 'AMOUNT_OVER' })
    await open(ports, 3, { name: 'FEE' })
    expect(await writeOffSmall(ports, NO_END)).toEqual({ writtenOff: 3, overMax: 0 })

    expect(statesOf(ports)).toEqual(['WRITTEN_OFF', 'WRITTEN_OFF', 'WRITTEN_OFF'])
    expect(ports.reconLedger.balanceMinor('recon_loss')).toBe(13)
    expect(ports.reconLedger.balanceMinor('recon_gain')).toBe(-10)
    expect(ports.reconLedger.balanceMinor('recon_suspense')).toBe(0)
    expect(ports.breaks.actions.rows()[0]).toMatchObject({ actor: 'system', action: 'write_off', amountMinor: 10 })
    expect(ports.outbox.table.rows().filter(({ topic }) => topic === 'recon.break-resolved')).toHaveLength(3)
  })

  test('leaves what is larger, of another class, without an amount, or in somebody’s hands', async () => {
    const ports = withTolerance()
    await open(ports, 11)
    await open(ports, 5, { name: 'DUPLICATE' })
    await open(ports, 0)
    const taken = await open(ports, 5)
    await ports.transactions.run('break', async tx => {
      const of = await ports.breaks.lock(tx, taken)
      await ports.breaks.update(tx, { ...of!, state: 'ASSIGNED' })
    })

    expect(await writeOffSmall(ports, NO_END)).toEqual({ writtenOff: 0, overMax: 0 })
    expect(await writeOffSmall(createBreakPorts(new FakeDatabase()), NO_END)).toEqual({ writtenOff: 0, overMax: 0 })
  })

  test('ends at the sum of a day, of each currency; the next day goes on', async () => {
    const ports = withTolerance(new FakeDatabase(), 15)
    await open(ports, 9)
    await open(ports, -8)
    await open(ports, 6)
    await open(ports, 9, { currency: 'USD' })
    expect(await writeOffSmall(ports, NO_END)).toEqual({ writtenOff: 3, overMax: 1 })
    expect(statesOf(ports)).toEqual(['WRITTEN_OFF', 'OPEN', 'WRITTEN_OFF', 'WRITTEN_OFF'])
    expect(await writeOffSmall(ports, NO_END)).toEqual({ writtenOff: 0, overMax: 1 })

    ports.clock.advance(DAY_MS)
    expect(await writeOffSmall(ports, NO_END)).toEqual({ writtenOff: 1, overMax: 0 })
  })

  test.each([1, 2, 3])('two at once write off no more than one may (seed %i)', async seed => {
    const ports = withTolerance(new FakeDatabase(shuffledTurns(seed)), 15)
    for (const amount of [9, 8, 7]) await open(ports, amount)
    await Promise.all([writeOffSmall(ports, NO_END), writeOffSmall(ports, NO_END)])

    expect(ports.reconLedger.balanceMinor('recon_loss')).toBe(9)
  })

  test('takes more than a page, and begins nothing after the deadline', async () => {
    const ports = withTolerance(new FakeDatabase(), 10_000)
    for (let count = 0; count < 105; count++) await open(ports, 1)

    expect(await writeOffSmall(ports, ports.clock.nowMs())).toEqual({ writtenOff: 0, overMax: 0 })
    expect(await writeOffSmall(ports, NO_END)).toEqual({ writtenOff: 105, overMax: 0 })
  })
})
